// The parts of the edge that the click handlers of one worker use. All of them outlive the handlers.
#pragma once

#include "edge/directory/directory.h"
#include "edge/geo/countries.h"
#include "edge/handlers/probe.h"
#include "edge/handlers/recorder.h"
#include "edge/handlers/visitor.h"
#include "edge/limits/click_rate.h"
#include "edge/pages/page_store.h"
#include "proto/http/forwarded.h"
#include "proto/wire/ids.h"

namespace footfall::edge {

struct ClickContext {
  const DirectoryReader& directory;  // pinned by Router while a request is handled
  Recorder& recorder;
  wire::ClickIdMint& mint;
  const ClickProbe& probe;
  const http::TrustedProxies& proxies;
  CountryLookup& countries;
  ClickRate& click_rate;
  AddressKept address_kept = AddressKept::truncated;
  const PageStore& pages = PageStore::built_in();
};

}  // namespace footfall::edge
