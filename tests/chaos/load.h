// Messages whose outcome can be counted without Sluice: who sends, to how many, spam or not.
//
//   Load load(seed);
//   const Sample sample = load.next();       deterministic: the same seed, the same mail
//   appender.append(...sample.value...)
//   load.expected()["t/u:7"].messages         what the sender states must say in the end
//
// About one in fifty values is no envelope at all: it must get a verdict by its headers, and counts
// for nobody.

#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>

#include "ingest/records/message_id.h"

namespace sluice::chaos {

inline constexpr const char* kSpamWord = "zanzibarlottery";

// A rule file that marks what this load calls spam, and nothing else.
inline constexpr const char* kRules =
    "body CHAOS_SPAM /\\bzanzibarlottery\\b/\n"
    "describe CHAOS_SPAM A word that only the load generator writes\n"
    "score CHAOS_SPAM 6.0\n";

struct Sample {
  records::MessageId id;
  std::string sender;
  std::string value;
  bool readable = true;
  bool spam = false;
};

struct Expected {
  uint64_t messages = 0;
  uint64_t recipients = 0;
  uint64_t spam = 0;
};

class Load {
 public:
  explicit Load(uint32_t seed, int senders = 60) : random_(seed), senders_(senders) {}

  Sample next();

  [[nodiscard]] const std::map<std::string, Expected>& expected() const { return expected_; }

  [[nodiscard]] uint64_t count() const { return count_; }

 private:
  std::mt19937 random_;
  int senders_;
  uint64_t count_ = 0;
  std::map<std::string, Expected> expected_;
};

}  // namespace sluice::chaos
