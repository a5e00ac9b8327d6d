#include "edge/shipper/foreign_writer.h"

namespace footfall::edge {

void ForeignWriter::on_heartbeat(const std::optional<std::int64_t>& written_at_us, std::int64_t now_us) {
  const bool is_new = written_at_us && written_at_us != written_at_us_;
  if (is_new && written_at_us_) seen_ = true;  // the first one that is found may have been left by an edge that is gone
  if (is_new) written_at_us_ = written_at_us;
  if (is_new || !quiet_since_us_) quiet_since_us_ = now_us;
  if (is_quiet(now_us)) seen_ = false;
}

}  // namespace footfall::edge
