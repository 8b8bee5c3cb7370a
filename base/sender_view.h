// What rules may ask of a message's sender: a few numbers, each under one name.
//
//   view[SenderTerm::kRate1h] == 501'000      501 messages in the last hour, in thousandths
//   find_sender_term("rate_1h")               SenderTerm::kRate1h
//
// The judge fills a view from what it knows; rules read it and know nothing else of senders.
// A view of its own accord is that of a sender nobody has seen before: his first message, to one
// recipient.
//
// Threads:  plain values.
// Tests:    tests/engine/sender_rules_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

// The journal carries these numbers: new terms are appended.
enum class SenderTerm : uint8_t {
  kRate1h,
  kRate24h,
  kRecipients1h,
  kRecipients24h,
  kRecipients,
  kMessages,
  kAgeDays,
  kIdleDays,
  kSpamShare,
  kStanding,
};

inline constexpr std::size_t kSenderTerms = 10;
inline constexpr int64_t kSenderUnit = 1'000;  // a value of 1

struct SenderTermInfo {
  std::string_view name;
  std::string_view meaning;
  int64_t unknown;  // of a sender not seen before, in thousandths
};

// In the order of SenderTerm.
inline constexpr std::array<SenderTermInfo, kSenderTerms> kSenderTermTable = {{
    {"rate_1h", "messages in the last hour", kSenderUnit},
    {"rate_24h", "messages in the last 24 hours", kSenderUnit},
    {"recipients_1h", "recipients of the messages of the last hour", kSenderUnit},
    {"recipients_24h", "recipients of the messages of the last 24 hours", kSenderUnit},
    {"recipients", "recipients of this message", kSenderUnit},
    {"messages", "messages since the sender was first seen", kSenderUnit},
    {"age_days", "days since the sender was first seen", 0},
    {"idle_days", "days between the message before and this one", 0},
    {"spam_share", "percent of spam among the messages before this one, the latest counting most",
     0},
    {"standing", "how the sender was regarded before this message", kSenderUnit},
}};

// What a sender may be regarded as, by records::Standing. The first is unknown to rules.
inline constexpr std::array<std::string_view, 8> kStandingNames = {
    "", "new", "building", "good", "watched", "held", "blocked", "recovering"};

class SenderView {
 public:
  constexpr SenderView() {
    for (std::size_t i = 0; i < kSenderTerms; ++i) values_[i] = kSenderTermTable[i].unknown;
  }

  // In thousandths.
  constexpr int64_t operator[](SenderTerm term) const {
    return values_[static_cast<std::size_t>(term)];
  }

  constexpr void set(SenderTerm term, int64_t thousandths) {
    values_[static_cast<std::size_t>(term)] = thousandths;
  }

  bool operator==(const SenderView&) const = default;

 private:
  std::array<int64_t, kSenderTerms> values_{};
};

constexpr std::optional<SenderTerm> find_sender_term(std::string_view name) {
  for (std::size_t i = 0; i < kSenderTerms; ++i) {
    if (kSenderTermTable[i].name == name) return static_cast<SenderTerm>(i);
  }
  return std::nullopt;
}

// "watched" as the view holds it, in thousandths.
constexpr std::optional<int64_t> find_standing(std::string_view name) {
  for (std::size_t i = 1; i < kStandingNames.size(); ++i) {
    if (kStandingNames[i] == name) return static_cast<int64_t>(i) * kSenderUnit;
  }
  return std::nullopt;
}

}  // namespace sluice
