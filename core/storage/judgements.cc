#include "core/storage/judgements.h"

#include "core/storage/row_reader.h"

namespace footfall::core {

Result<StoredJudgement> judgement_of(Database& database, ConversionId id) {
  auto rows = database.query(
      "select (c.judgement->>'window_s')::bigint, coalesce(c.judgement->>'precedence', ''), o.signal, o.reason, "
      "coalesce(o.credits, false), coalesce(k.public_id, ''), coalesce(a.public_id, '') from conversions c "
      "left join lateral jsonb_to_record(c.judgement->'other') as o (signal text, reason text, credits boolean, "
      "campaign bigint, affiliate bigint) on true left join campaigns k on k.id = o.campaign and k.account_id = "
      "c.account_id left join affiliates a on a.id = o.affiliate and a.account_id = c.account_id where c.id = $1",
      {id.value});
  return read_one<StoredJudgement>(
      std::move(rows),
      [](RowReader& in) {
        StoredJudgement judgement;
        judgement.window_s = in.optional_integer();
        judgement.precedence = in.text();
        const auto signal = in.optional_text();
        StoredUnusedSignal unused;
        unused.signal = signal.value_or("");
        unused.reason = in.optional_text().value_or("");
        unused.credits = in.flag();
        unused.campaign_public_id = in.text();
        unused.affiliate_public_id = in.text();
        if (signal) judgement.unused = std::move(unused);
        return judgement;
      },
      "no such conversion");
}

}  // namespace footfall::core
