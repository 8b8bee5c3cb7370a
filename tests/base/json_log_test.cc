// Claim:   a log line is one JSON object on one line, whatever the values hold.
// Oracle:  nlohmann-json reads it back.

#include "base/json_log.h"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sluice {
namespace {

TEST(JsonLog, LineReadsBack) {
  const std::string hostile = "a\"b\\c\r\n\x1b[31m\xff\xe2\x80\xae";
  const std::string line = log_line(
      "info", "it_happened", {{"text", hostile}, {"count", 3}, {"yes", true}, {"ratio", 0.5}});
  EXPECT_EQ(line.find('\n'), line.size() - 1);

  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["event"], "it_happened");
  EXPECT_EQ(json["count"], 3);
  EXPECT_EQ(json["yes"], true);
  EXPECT_EQ(json["ratio"], 0.5);
  const std::string text = json["text"];
  EXPECT_EQ(text.substr(0, 4), "a\\x2");
}

TEST(JsonLog, LongStringsAreCut) {
  const std::string line = log_line("info", "e", {{"text", std::string(10'000, 'x')}});
  EXPECT_LT(line.size(), 500U);
}

}  // namespace
}  // namespace sluice
