// A stream entry's ClickBatch, decoded. Owns the memory that the clicks' views point into (a protobuf arena).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "proto/base/result.h"
#include "proto/wire/click.h"
#include "proto/wire/ids.h"

namespace footfall::core {

class DecodedBatch {
 public:
  // Errors: invalid, with the fault: not protobuf, numbers that do not fit the clicks, or no incarnation.
  static Result<DecodedBatch> decode(std::string_view bytes);
  ~DecodedBatch();
  DecodedBatch(DecodedBatch&&) noexcept;
  DecodedBatch& operator=(DecodedBatch&&) noexcept;

  const wire::Incarnation& incarnation() const { return incarnation_; }
  std::uint64_t first() const { return first_; }
  std::uint64_t last() const { return last_; }
  wire::VoidReason void_reason() const { return void_reason_; }
  bool is_void() const { return void_reason_ != wire::VoidReason::none; }

  // Reads the click with this number, which must be within first() and last() of a batch that is not void. Returns
  // false when the click lacks an id, account, campaign or link, or when one of these does not fit a bigint column.
  bool click(std::uint64_t number, wire::Click& out) const;
  std::string raw(std::uint64_t number) const;  // the click's own protobuf encoding

 private:
  struct Message;
  DecodedBatch();
  std::unique_ptr<Message> message_;
  wire::Incarnation incarnation_;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
  wire::VoidReason void_reason_ = wire::VoidReason::none;
};

// A dead letter stores one encoded Click. This wraps it in a batch of one.
Result<DecodedBatch> decode_single_click(std::string_view bytes, std::uint64_t number);

}  // namespace footfall::core
