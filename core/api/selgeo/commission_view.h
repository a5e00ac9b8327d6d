// A commission as Selgeo's API shows it: what one conversion earns, under the conversion's id.
#pragma once

#include <boost/json.hpp>

#include "core/actions/conversion_report.h"

namespace footfall::core::selgeo {

boost::json::object commission_view(const ConversionRow& row);

}  // namespace footfall::core::selgeo
