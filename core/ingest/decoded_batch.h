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
  // An error (invalid) says what is wrong: not protobuf, numbers that do not fit the clicks, no incarnation.
  static Result<DecodedBatch> decode(std::string_view bytes);
  ~DecodedBatch();
  DecodedBatch(DecodedBatch&&) noexcept;
  DecodedBatch& operator=(DecodedBatch&&) noexcept;

  const wire::Incarnation& incarnation() const { return incarnation_; }
  std::uint64_t first() const { return first_; }
  std::uint64_t last() const { return last_; }
  wire::VoidReason void_reason() const { return void_reason_; }
  bool is_void() const { return void_reason_ != wire::VoidReason::none; }

  // The click that bears `number`; not of a void batch. False: it lacks an id, an account, a campaign or a link, or one
  // of these is beyond what the books can hold.
  bool click(std::uint64_t number, wire::Click& out) const;
  std::string raw(std::uint64_t number) const;  // its own encoding

 private:
  struct Message;
  DecodedBatch();
  std::unique_ptr<Message> message_;
  wire::Incarnation incarnation_;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
  wire::VoidReason void_reason_ = wire::VoidReason::none;
};

// One Click by itself, as it lies in a dead letter, as a batch of one.
Result<DecodedBatch> decode_single_click(std::string_view bytes, std::uint64_t number);

}  // namespace footfall::core
