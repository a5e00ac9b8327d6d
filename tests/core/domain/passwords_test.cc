#include "core/domain/passwords.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

const std::string kSalt(kSaltBytes, 's');

TEST(Passwords, MatchWhatTheyWereMadeOfAndNothingElse) {
  const std::string kept = hash_password("correct horse battery", kSalt);
  EXPECT_TRUE(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << kept;
  EXPECT_TRUE(password_matches(kept, "correct horse battery"));
  EXPECT_FALSE(password_matches(kept, "correct horse batterz"));
  EXPECT_FALSE(password_matches(kept, ""));
  EXPECT_FALSE(password_matches("", ""));
  EXPECT_FALSE(password_matches("nonsense", "nonsense"));
  EXPECT_NE(kept, hash_password("correct horse battery", std::string(kSaltBytes, 't')));
}

TEST(Passwords, WhatCanBeOne) {
  EXPECT_TRUE(check_password("0123456789", "jane@example.com").has_value());
  EXPECT_TRUE(check_password("ééééééé ☃☃☃", "jane@example.com").has_value());
  EXPECT_FALSE(check_password("012345678", "jane@example.com").has_value());
  EXPECT_FALSE(check_password("ééééééé☃☃", "jane@example.com").has_value());
  EXPECT_FALSE(check_password("", "jane@example.com").has_value());
  EXPECT_FALSE(check_password("aaaaaaaaaaaa", "jane@example.com").has_value());
  EXPECT_FALSE(check_password("Jane@Example.com", "jane@example.com").has_value());
  EXPECT_FALSE(check_password("jane.the.first", "jane.the.first@example.com").has_value());
  EXPECT_FALSE(check_password(std::string(257, 'a') + "b", "jane@example.com").has_value());
}

}  // namespace
}  // namespace footfall::core
