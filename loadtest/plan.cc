// The command line is pairs of a name and a value; what is not understood is named. Codes are chosen by a binary search
// in the cumulated weights, and a request is put together from constant pieces, so that the generator costs little.
#include "loadtest/plan.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <numeric>

#include "proto/wire/dialect.h"
#include "proto/wire/ids.h"

namespace footfall::loadtest {
namespace {

// What a browser sends along; bench/wrk.py sends the same.
constexpr std::string_view kBrowser =
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "Accept-Encoding: gzip, deflate\r\n"
    "Referer: https://blog.example/ten-best-shoes\r\n";

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// "redirect=80,post=20"
bool read_mix(std::string_view text, std::array<double, kKinds>& mix) {
  mix = {};
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::size_t equals = part.find('=');
    const auto kind = std::ranges::find(kKindNames, part.substr(0, equals));
    if (equals == std::string_view::npos || kind == kKindNames.end()) return false;
    if (!read_number(part.substr(equals + 1), mix[static_cast<std::size_t>(kind - kKindNames.begin())])) return false;
  }
  return std::accumulate(mix.begin(), mix.end(), 0.0) > 0;
}

bool read_codes(const std::string& path, std::vector<std::string>& codes) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) codes.push_back(line);
  }
  return !codes.empty();
}

bool take(Plan& plan, std::string_view name, const std::string& value) {
  if (name == "--port") return read_number(value, plan.port);
  if (name == "--rate") return read_number(value, plan.rate_per_s);
  if (name == "--seconds") return read_number(value, plan.seconds);
  if (name == "--warmup") return read_number(value, plan.warmup_s);
  if (name == "--connections") return read_number(value, plan.connections_max) && plan.connections_max > 0;
  if (name == "--arrivals") return (plan.poisson = value == "poisson") || value == "even";
  if (name == "--keep-alive") return (plan.keep_alive = value == "yes") || value == "no";
  if (name == "--spin") return (plan.spin = value == "yes") || value == "no";
  if (name == "--rest-us") return read_number(value, plan.rest_us) && plan.rest_us > 0 && plan.rest_us < 1'000'000;
  if (name == "--mix") return read_mix(value, plan.mix);
  if (name == "--codes") return read_codes(value, plan.codes);
  if (name == "--zipf") return read_number(value, plan.zipf);
  if (name == "--patience-ms") return read_number(value, plan.patience_ms);
  const std::map<std::string_view, std::string*> texts = {
      {"--short-host", &plan.short_host}, {"--api-host", &plan.api_host},
      {"--public-key", &plan.public_key}, {"--secret-key", &plan.secret_key},
      {"--offer", &plan.offer},           {"--run", &plan.run},
      {"--ids", &plan.ids_path},          {"--conversions", &plan.conversions_path},
      {"--json", &plan.json_path}};
  const auto text = texts.find(name);
  if (text == texts.end()) return false;
  *text->second = value;
  return true;
}

}  // namespace

Plan Plan::parse(int argc, char** argv, std::string& problem) {
  Plan plan;
  for (int i = 1; i < argc && problem.empty(); i += 2) {
    if (i + 1 == argc || !take(plan, argv[i], argv[i + 1])) problem = std::string("not understood: ") + argv[i];
  }
  if (problem.empty() && plan.port == 0) problem = "--port is missing";
  if (problem.empty() && plan.codes.empty()) problem = "--codes FILE is missing";
  if (problem.empty() && (plan.rate_per_s <= 0 || plan.seconds <= 0)) problem = "--rate and --seconds are above 0";
  return plan;
}

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {  // splitmix64
    std::uint64_t z = seed += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
}

std::uint64_t Random::bits() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

Requests::Requests(const Plan& plan) : plan_(plan) {
  double sum = 0;
  for (std::size_t rank = 1; rank <= plan.codes.size(); ++rank) {
    cumulated_.push_back(sum += 1 / std::pow(static_cast<double>(rank), plan.zipf));
  }
  for (double& each : cumulated_) each /= sum;
  std::partial_sum(plan.mix.begin(), plan.mix.end(), mix_.begin());
  for (double& each : mix_) each /= mix_.back() == 0 ? 1 : std::accumulate(plan.mix.begin(), plan.mix.end(), 0.0);
  tail_ = kBrowser;
  if (!plan.keep_alive) tail_ += "Connection: close\r\n";
}

Kind Requests::choose() {
  const auto place = std::ranges::upper_bound(mix_, random_.share());
  return static_cast<Kind>(std::min<std::ptrdiff_t>(place - mix_.begin(), kKinds - 1));
}

const std::string& Requests::code() {
  const auto place = std::ranges::upper_bound(cumulated_, random_.share());
  return plan_.codes[std::min(static_cast<std::size_t>(place - cumulated_.begin()), plan_.codes.size() - 1)];
}

void Requests::write(std::string& out, Kind kind, const ClickId* click) {
  out.clear();
  if (kind == Kind::redirect) {
    out.append("GET /").append(code()).append(" HTTP/1.1\r\nHost: ").append(plan_.short_host).append("\r\n");
    out.append(tail_).append("\r\n");
    return;
  }
  std::string body;
  if (kind == Kind::post) {
    const std::string& ref = code();
    body.append(R"({"ref":")").append(ref).append(R"(","url":"https://shop.example/?ref=)").append(ref);
    body.append(R"(","referrer":"https://blog.example/ten-best-shoes"})");
    out.append("POST /v1/clicks HTTP/1.1\r\nX-Public-Key: ").append(plan_.public_key);
  } else {
    begin_conversion(out, body, *click);
  }
  out.append("\r\nHost: ").append(plan_.api_host).append("\r\nContent-Type: application/json\r\nContent-Length: ");
  out.append(std::to_string(body.size())).append("\r\n").append(tail_).append("\r\n").append(body);
}

void Requests::begin_conversion(std::string& out, std::string& body, const ClickId& click) {
  const std::string order = plan_.run + "-" + std::to_string(++conversions_);
  if (plan_.offer.empty()) {
    body.append(R"({"click_id":")").append(format_click_id(click)).append(R"(","event_type":"purchase",)");
    body.append(R"("external_transaction_id":")").append(order).append(R"(","amount_cents":4999,"currency":"EUR"})");
    out.append("POST /api/v1/conversions HTTP/1.1\r\nAuthorization: Bearer ").append(plan_.secret_key);
    return;
  }
  body.append(R"({"click_id":")").append(wire::format_click_id(wire::Dialect::affily, {click}));
  body.append(R"(","offer_id":")").append(plan_.offer).append(R"(","order_id":")").append(order);
  body.append(R"(","amount":49.99,"currency":"PLN"})");
  out.append("POST /v1/conversions HTTP/1.1\r\nAuthorization: Bearer ").append(plan_.secret_key);
}

std::string format_click_id(const ClickId& id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kDigits[id[i] >> 4];
    out += kDigits[id[i] & 15];
  }
  return out;
}

bool parse_click_id(std::string_view text, ClickId& id) {
  constexpr std::size_t kUuidLength = 36, kAffilyLength = 32;
  const auto known = wire::parse_click_id(text.substr(0, text.starts_with("click_") ? kAffilyLength : kUuidLength));
  if (known) id = known->bytes;
  return known.has_value();
}

}  // namespace footfall::loadtest
