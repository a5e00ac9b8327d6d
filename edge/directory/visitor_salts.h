// The salts of visitor hashes that an edge has (proto/wire/visitor_salts.h). A value; readers get a copy.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "proto/wire/visitor_salts.h"

namespace footfall::edge {

class VisitorSalts {
 public:
  // Null: there is none for this day.
  const Key128* find(std::int64_t day) const {
    for (const wire::VisitorSalt& one : all()) {
      if (one.day == day) return &one.salt;
    }
    return nullptr;
  }
  std::span<const wire::VisitorSalt> all() const { return {salts_.data(), count_}; }

  // In the order of days, each once; false: there is no room for it, or it is out of order.
  bool add(const wire::VisitorSalt& salt) {
    if (count_ == salts_.size() || (count_ != 0 && salt.day <= salts_[count_ - 1].day)) return false;
    salts_[count_++] = salt;
    return true;
  }
  // Those of the days that may still be used at this time.
  VisitorSalts usable_at(std::int64_t wall_us) const {
    VisitorSalts kept;
    for (const wire::VisitorSalt& one : all()) {
      if (one.day >= wire::utc_day(wall_us) - wire::kSaltDaysBefore) kept.add(one);
    }
    return kept;
  }

  // These, and `other`'s for the days that are missing here.
  VisitorSalts or_else(const VisitorSalts& other) const {
    VisitorSalts both;
    std::size_t own = 0;
    for (const wire::VisitorSalt& one : other.all()) {
      for (; own < count_ && salts_[own].day <= one.day; ++own) both.add(salts_[own]);
      both.add(one);  // refused where that day is there
    }
    for (; own < count_; ++own) both.add(salts_[own]);
    return both;
  }

  bool operator==(const VisitorSalts& other) const { return std::ranges::equal(all(), other.all()); }

 private:
  std::array<wire::VisitorSalt, wire::kSaltsMax> salts_{};
  std::size_t count_ = 0;
};

}  // namespace footfall::edge
