// The URL that an affiliate's tracker is called by (S2S postback): a template whose macros stand for the values of one
// conversion. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/domain/target_url.h"
#include "proto/base/result.h"

namespace footfall::core {

// {sub1} to {sub5}, as the affiliate passed them with the click.
using PostbackSubs = std::array<std::string, 5>;

// As the macros of the same names are replaced; empty where there is none.
struct PostbackValues {
  std::string click_id;  // in the dialect's spelling
  std::string payout;    // commission, a decimal
  std::string currency;  // of the commission
  std::string status;    // of the conversion: pending, approved, …
  std::string conversion_id;
  std::string campaign;   // public id
  std::string affiliate;  // public id
  std::string event;      // what happened: created, approved, …
  std::string goal;
  std::string timestamp;  // Unix seconds of the event
};

// The template, written anew by the rules of target URLs. Refused: an unknown macro, one in scheme or host, and what is
// no target URL.
Result<TargetUrl> parse_postback_template(std::string_view url);

// Of a template that was parsed. Values are percent-encoded, so that none of them can become anything but a value. The
// sub ids are left as macros: they are the click's, and are stored nowhere else, so that erasing it erases them.
std::string expand_postback(std::string_view url, const PostbackValues& values);
bool names_subs(std::string_view url);
// Of what expand_postback() left: the URL to call.
std::string expand_subs(std::string_view url, const PostbackSubs& subs);

// The URL of a template with values of a test.
std::string sample_postback(std::string_view url);

}  // namespace footfall::core
