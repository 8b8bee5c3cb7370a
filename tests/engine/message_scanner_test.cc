// Claim:   rules see the envelope of a record as its producer wrote it; the findings name the maps
//          that rules looked into, and only where there are any; records together give what each
//          gives alone.
// Oracle:  by hand.

#include "engine/senders/message_scanner.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ingest/records/message_value.h"
#include "rules/compiler.h"
#include "tests/rules/maps/map_folder.h"

namespace sluice::senders {
namespace {

constexpr std::string_view kMail = "From: ann@shop.example\n\nhello\n";
constexpr std::string_view kSender = "hoster/u:ann@shop.example";

class NoHeaders final : public log::Record::Handle {
 public:
  void visit_headers(const std::function<void(log::Header)>& /*visit*/) const override {}

  [[nodiscard]] std::optional<std::string_view> header(std::string_view /*name*/) const override {
    return std::nullopt;
  }
};

// `value` outlives it.
log::Record record_of(std::string_view value) {
  log::Record record;
  record.has_key = true;
  record.key = kSender;
  record.value = value;
  record.timestamp_ms = 1'700'000'000'000;
  record.handle = std::make_unique<NoHeaders>();
  return record;
}

class Scanner : public testing::Test {
 protected:
  // The names of the rules that hit, one after the other.
  std::string hits_of(const std::string& rules, const std::string& value) {
    rules::Diagnostics diagnostics;
    const auto set = rules::compile_rules(
        std::vector<rules::RuleFile>{{folder_.path("a.cf"), rules}}, {}, diagnostics);
    if (set == nullptr) return rules::to_string(diagnostics.front());
    auto in_force = make_rules(set, {});
    MessageScanner scanner([&in_force] { return in_force; });
    const log::Record record = record_of(value);
    scanner.scan(record, scanned_);
    std::string out;
    if (findings().hits() == nullptr) return out;
    for (const records::HitCount* hit : *findings().hits()) {
      out += set->rules()[hit->rule()].name + " ";
    }
    return out;
  }

  [[nodiscard]] const records::Findings& findings() const {
    return *records::GetEntry(scanned_.entry.value.data())->body_as_Findings();
  }

  test::MapFolder folder_;
  pipeline::Scanned scanned_;
};

std::string value_of(const records::Outgoing& envelope) {
  return records::make_message_value(envelope, kMail);
}

records::Outgoing envelope() {
  return {.message_id = records::make_message_id(),
          .edge = "mx1",
          .sender = std::string(kSender),
          .mail_from = "bounce@shop.example",
          .recipients = {"a@x.example", "b@y.example"},
          .origin = records::Origin::script};
}

TEST_F(Scanner, RulesSeeTheEnvelope) {
  EXPECT_EQ(hits_of("envelope A recipients == 2\nenvelope B recipient == b@y.example\n"
                    "envelope C mail_from == bounce@shop.example\nenvelope D origin == script\n"
                    "envelope E tenant == hoster\nenvelope F mode == live\n"
                    "envelope G dkim == none\nenvelope H edge == mx1\n"
                    "envelope I sender == hoster/u:ann@shop.example\nenvelope J bytes == 30\n"
                    "auth K mail_from_aligned == yes\nenvelope L client_ip != 192.0.2.1\n"
                    "envelope M account_age_h >= 0\nenvelope N origin == smtp\n",
                    value_of(envelope())),
            "A B C D E F G H I J K ");
}

TEST_F(Scanner, FindingsNameTheMapsIfThereAreAny) {
  folder_.write("m.txt", "@y.example\n");
  EXPECT_EQ(hits_of("map M addresses file:m.txt\nlookup A recipients in M\n", value_of(envelope())),
            "A ");
  ASSERT_NE(findings().maps_version(), nullptr);
  EXPECT_EQ(findings().maps_version()->size(), 16U);
  EXPECT_EQ(hits_of("envelope A recipients == 2\n", value_of(envelope())), "A ");
  EXPECT_EQ(findings().maps_version(), nullptr);
}

// The same records again and again, remembered from the third time on.
TEST_F(Scanner, WhatIsRememberedGivesTheSameFindings) {
  rules::Diagnostics diagnostics;
  const auto set = rules::compile_rules(
      std::vector<rules::RuleFile>{{"a.cf", "body A /hello/\nheader B From =~ /@/\n"}}, {},
      diagnostics);
  ASSERT_NE(set, nullptr);

  struct Bytes : ScanObserver {
    void scanned(const mime::Message& /*message*/, std::span<const rules::Hit> /*hits*/,
                 const rules::TextBytes& texts, const rules::RuleSet& /*set*/) override {
      recalled = texts.recalled;
    }

    uint64_t recalled = 0;
  } bytes;

  auto in_force = make_rules(set, {});
  MessageScanner scanner([&in_force] { return in_force; });
  MessageScanner remembering([&in_force] { return in_force; }, &bytes, 1U << 20U);
  const std::string value = value_of(envelope());
  const log::Record record = record_of(value);
  pipeline::Scanned remembered;
  for (int round = 0; round < 4; ++round) {
    scanner.scan(record, scanned_);
    remembering.scan(record, remembered);
    EXPECT_EQ(remembered.entry.value, scanned_.entry.value) << round;
    EXPECT_EQ(bytes.recalled > 0, round >= 2) << round;
  }
}

// Also where one of them cannot be read.
TEST_F(Scanner, RecordsTogetherGiveWhatEachGivesAlone) {
  rules::Diagnostics diagnostics;
  const auto set = rules::compile_rules(
      std::vector<rules::RuleFile>{{"a.cf", "envelope A recipients == 2\nbody B /hello/\n"}}, {},
      diagnostics);
  ASSERT_NE(set, nullptr);
  auto in_force = make_rules(set, {});
  MessageScanner scanner([&in_force] { return in_force; });

  records::Outgoing to_one = envelope();
  to_one.recipients = {"a@x.example"};
  const std::vector<std::string> values = {value_of(envelope()), "no envelope", value_of(to_one),
                                           records::make_message_value(to_one, "\n\n")};
  std::deque<log::Record> all;
  std::deque<pipeline::Scanned> together(values.size());
  std::vector<pipeline::ScanTask> tasks;
  for (std::size_t i = 0; i < values.size(); ++i) {
    all.push_back(record_of(values[i]));
    all.back().offset = static_cast<int64_t>(i);
    tasks.push_back({all[i], together[i]});
  }
  scanner.scan(tasks);
  for (std::size_t i = 0; i < values.size(); ++i) {
    scanner.scan(all[i], scanned_);
    EXPECT_EQ(together[i].entry.key, scanned_.entry.key) << i;
    EXPECT_EQ(together[i].entry.value, scanned_.entry.value) << i;
    EXPECT_EQ(together[i].dead_letter, scanned_.dead_letter) << i;
  }
  EXPECT_EQ(together[1].dead_letter, "envelope_unreadable");
  EXPECT_NE(together[0].entry.value, together[2].entry.value);
}

}  // namespace
}  // namespace sluice::senders
