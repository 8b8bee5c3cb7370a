// Claim:   a Result is a value or an Error, and asking it for the other stops the process.
// Oracle:  the definition.

#include "base/result.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace sluice {
namespace {

Result<std::unique_ptr<int>> half(int n) {
  if (n % 2 != 0) return Error{ErrorCode::kInvalid, std::to_string(n) + " is odd"};
  return std::make_unique<int>(n / 2);
}

TEST(Result, CarriesTheValueOut) {
  auto result = half(4);
  ASSERT_TRUE(result.ok());
  const std::unique_ptr<int> value = std::move(result).value();
  EXPECT_EQ(*value, 2);
}

TEST(Result, CarriesTheReason) {
  const auto result = half(3);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "3 is odd");
  const Status status = result.error();
  EXPECT_FALSE(status.ok());
}

TEST(ResultDeathTest, ValueOfAnErrorStops) {
  const auto result = half(3);
  EXPECT_DEATH((void)result.value(), "assertion failed");
}

}  // namespace
}  // namespace sluice
