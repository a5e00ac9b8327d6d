// A conversion as Selgeo's API shows it, the same in every response (SE-6).
#pragma once

#include <boost/json.hpp>

#include "core/actions/conversion_report.h"

namespace footfall::core::selgeo {

boost::json::object conversion_view(const ConversionRow& row);

}  // namespace footfall::core::selgeo
