// Claim:   an address is on a list if a pattern of the list matches all of it.
// Oracle:  a slow matcher that tries every split, on all short texts; examples.

#include "rules/evals/address_list.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

AddressList list_of(const std::vector<std::string_view>& patterns) {
  AddressList list;
  for (const std::string_view pattern : patterns) list.add(pattern);
  list.finish();
  return list;
}

bool slow_match(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (slow_match(pattern.substr(1), text.substr(i))) return true;
    }
    return false;
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         slow_match(pattern.substr(1), text.substr(1));
}

// All texts of `letters` up to `size` long.
std::vector<std::string> all_texts(std::string_view letters, std::size_t size) {
  std::vector<std::string> texts = {""};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() == size) continue;
    for (const char c : letters) texts.push_back(texts[i] + c);
  }
  return texts;
}

TEST(AddressList, HasWhatItsPatternsMatch) {
  const AddressList list =
      list_of({"ann@a.example", "*@shop.example", "*@*.gov", "b?b@b.example", "*bank*"});
  EXPECT_TRUE(list.has("ann@a.example"));
  EXPECT_TRUE(list.has("ANN@A.Example"));
  EXPECT_TRUE(list.has("x@shop.example"));
  EXPECT_TRUE(list.has("x@tax.x.gov"));
  EXPECT_TRUE(list.has("bib@b.example"));
  EXPECT_TRUE(list.has("me@mybank.example"));
  EXPECT_FALSE(list.has("joann@a.example"));
  EXPECT_FALSE(list.has("x@my.shop.example"));
  EXPECT_FALSE(list.has("x@gov"));
  EXPECT_FALSE(list.has("bb@b.example"));
  EXPECT_FALSE(list.has(""));
}

TEST(AddressList, ForgetsWhatIsRemoved) {
  AddressList list;
  list.add("*@a.example");
  list.add("*@b.example");
  list.remove("*@A.example");
  list.finish();
  EXPECT_FALSE(list.has("x@a.example"));
  EXPECT_TRUE(list.has("x@b.example"));
}

TEST(AddressList, NumbersPatternsAsTheyCome) {
  AddressList list;
  EXPECT_EQ(list.add("*@a.example"), 0U);
  EXPECT_EQ(list.add("*"), 1U);
  EXPECT_EQ(list.add("*@A.example"), 0U);
  list.finish();
  std::vector<uint32_t> numbers;
  list.find("x@a.example", [&](uint32_t number) {
    numbers.push_back(number);
    return false;
  });
  EXPECT_EQ(numbers, (std::vector<uint32_t>{1, 0}));
}

TEST(AddressList, AgreesWithTheSlowMatcher) {
  const std::vector<std::string> texts = all_texts("a.@", 5);
  for (const std::string& pattern : all_texts("a.@*?", 4)) {
    const AddressList list = list_of({pattern});
    for (const std::string& text : texts) {
      ASSERT_EQ(list.has(text), slow_match(pattern, text)) << pattern << " on " << text;
    }
  }
}

}  // namespace
}  // namespace sluice::rules
