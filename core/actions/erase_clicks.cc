#include "core/actions/erase_clicks.h"

#include "core/actions/record_change.h"
#include "core/storage/affiliates.h"
#include "core/storage/conversions.h"

namespace footfall::core {
namespace {

struct Subject {
  std::string asked, public_id;
  AffiliateRow affiliate;
};

Result<Subject> subject_of(Database& database, const Caller& caller, const ErasureRequest& request) {
  if (int{request.click.has_value()} + int{request.visitor.has_value()} + int{request.affiliate.has_value()} != 1) {
    return invalid("name either a click, a visitor or an affiliate");
  }
  if (request.click) return Subject{"click", wire::to_uuid(*request.click), {}};
  if (request.visitor) return Subject{"visitor", "", {}};
  auto affiliate = load_affiliate(database, caller.scope(), *request.affiliate);
  if (!affiliate) return Failure(affiliate.error());
  return Subject{"affiliate", affiliate->public_id, std::move(*affiliate)};
}

Result<std::int64_t> conversions_of(Database& database, const ErasureRequest& request, const Subject& subject) {
  if (request.click) return count_conversions_of_click(database, *request.click);
  if (!request.affiliate) return 0;
  ConversionFilter filter;
  filter.affiliate = subject.affiliate.id;
  return count_conversions(database, filter);
}

Result<void> record(Database& database, const Caller& caller, const Subject& subject, const ErasureReceipt& receipt) {
  ChangeDetails details;
  details.add("asked", receipt.asked).add("clicks", receipt.erased.clicks).add("events", receipt.erased.events);
  if (!receipt.subject.empty()) details.add("subject", receipt.subject);
  details.add("callbacks", receipt.erased.callbacks).add("dead_letters", receipt.erased.dead_letters);
  details.add("unreadable_letters", receipt.erased.unreadable_letters);
  details.add("conversions_kept", receipt.conversions_kept);
  details.add("streams_on_the_way", static_cast<std::int64_t>(receipt.on_the_way.size()));
  return record_change(database, caller, {subject.affiliate.account, {}, "click.erase", receipt.public_id, details});
}

}  // namespace

Result<ErasureReceipt> erase_clicks(Database& database, const Caller& caller, const ErasureRequest& request,
                                    const LetterReader& reader, std::int64_t now_us) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  auto subject = subject_of(database, caller, request);
  if (!subject) return Failure(subject.error());
  ErasureReceipt receipt;
  receipt.public_id = wire::new_public_id("era_");
  receipt.asked = subject->asked;
  receipt.subject = subject->public_id;
  receipt.by = caller.name;
  receipt.at_us = now_us;
  auto erased = request.click     ? erase_click(database, *request.click)
                : request.visitor ? erase_visitor(database, *request.visitor)
                                  : erase_affiliate_clicks(database, subject->affiliate.id, reader);
  if (!erased) return Failure(erased.error());
  receipt.erased = *erased;
  auto kept = conversions_of(database, request, *subject);
  if (!kept) return Failure(kept.error());
  receipt.conversions_kept = *kept;
  auto streams = open_streams(database);
  if (!streams) return Failure(streams.error());
  for (StreamRow& stream : *streams) {
    if (stream.head > stream.position) receipt.on_the_way.push_back(std::move(stream));
  }
  if (auto recorded = record(database, caller, *subject, receipt); !recorded) return Failure(recorded.error());
  return receipt;
}

}  // namespace footfall::core
