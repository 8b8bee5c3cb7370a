// Claim:   the envelope is told from header fields as SpamAssassin tells it.
// Oracle:  the order of get_envelope_from(), all_from_addrs() and all_to_addrs() in 4.0.1.

#include "rules/mail/envelope.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

using Field = std::pair<std::string, std::string>;
using Fields = std::vector<Field>;

class Envelope {
 public:
  explicit Envelope(Fields fields) : texts_(std::move(fields)) {
    for (auto& [name, text] : texts_) {
      text += '\n';
      all_.append(name).append(": ").append(text);
    }
    for (const auto& [name, text] : texts_) {
      fields_.push_back({.name = name, .raw = text, .text = text});
    }
  }

  std::optional<std::string_view> sender() { return envelope_from(source()); }

  EnvelopeSource source() {
    return {
        .fields = fields_, .all = all_, .relays = relays, .settings = settings, .arena = arena_};
  }

  MailSettings settings;

 private:
  Arena arena_;
  Fields texts_;
  std::string all_;
  std::vector<MailField> fields_;

 public:
  Relays relays{&arena_};
};

TEST(Envelope, TakesTheSenderOfTheLastHop) {
  Envelope mail(Fields{Field{"Return-Path", "<r@x.example>"}});
  mail.relays.all.push_back({.env_from = "t@x.example", .has_env_from = true});
  mail.relays.all.push_back({.env_from = "u@x.example", .has_env_from = true});
  mail.relays.trusted = 1;
  EXPECT_EQ(mail.sender(), "u@x.example");
  mail.relays.trusted = 2;
  EXPECT_EQ(mail.sender(), "u@x.example");
  mail.relays.all[1].env_from = "no address";
  EXPECT_EQ(mail.sender(), "r@x.example");
}

TEST(Envelope, PrefersFieldsInTheirOrder) {
  const Field by_receiver{"X-Envelope-From", "<a@x.example>"};
  EXPECT_EQ(Envelope(Fields{Field{"Return-Path", "<r@x.example>"}, by_receiver}).sender(),
            "a@x.example");
  EXPECT_EQ(Envelope(Fields{Field{"Return-Path", "<>"}}).sender(), std::nullopt);
  EXPECT_EQ(Envelope(Fields{}).sender(), std::nullopt);
}

TEST(Envelope, DistrustsFieldsBelowReceived) {
  const Field received{"Received", "from a by b"};
  EXPECT_EQ(Envelope(Fields{received, Field{"Return-Path", "<r@x.example>"}}).sender(),
            std::nullopt);
  EXPECT_EQ(Envelope(Fields{received, Field{"X-Envelope-From", "<a@x.example>"}}).sender(),
            std::nullopt);
}

TEST(Envelope, DistrustsWhatFetchmailGuesses) {
  const Field sender{"X-Sender", "l@x.example"};
  const Field path{"Return-Path", "<r@x.example>"};
  EXPECT_EQ(Envelope(Fields{path, sender}).sender(), "r@x.example");
  EXPECT_EQ(
      Envelope(Fields{path, sender, Field{"Received", "from a with POP3 (fetchmail-6)"}}).sender(),
      std::nullopt);
}

TEST(Envelope, TakesOnlyTheFieldThatIsSet) {
  Envelope mail(Fields{Field{"Return-Path", "<r@x.example>"}, Field{"X-Mine", "<m@x.example>"}});
  mail.settings.envelope_sender_header = "X-Mine";
  EXPECT_EQ(mail.sender(), "m@x.example");
  mail.settings.envelope_sender_header = "X-Other";
  EXPECT_EQ(mail.sender(), std::nullopt);
}

TEST(Envelope, CollectsSenders) {
  Envelope mail({Field{"From", "Ann <ann@x..example>, bob@x.example"},
                 Field{"Resent-Sender", "ann@x.example"}});
  const auto found = all_from_addresses(mail.source(), "e@x.example");
  EXPECT_EQ(std::vector<std::string_view>(found.begin(), found.end()),
            (std::vector<std::string_view>{"ann@x.example", "bob@x.example", "e@x.example"}));
  Envelope resent(Fields{Field{"From", "a@x.example"}, Field{"Resent-From", "r@x.example"}});
  EXPECT_EQ(all_from_addresses(resent.source(), std::nullopt).at(0), "r@x.example");
}

TEST(Envelope, CollectsRecipients) {
  Envelope mail(Fields{Field{"Received", "from a by b for <u@y.example>; Mon"},
                       Field{"Received", "from a by b for <v@localhost>; Mon"},
                       Field{"Cc", "c@x.example, t@x.example"}, Field{"To", "t@x.example"}});
  const auto found = all_to_addresses(mail.source());
  EXPECT_EQ(std::vector<std::string_view>(found.begin(), found.end()),
            (std::vector<std::string_view>{"u@y.example", "t@x.example", "c@x.example"}));
}

TEST(HeadersBetween, CutsAtReceivedFields) {
  const std::string_view all = "A: 1\nReceived: x\nB: 2\nReceived: y\nC: 3\n";
  EXPECT_EQ(headers_between(all, {.end = 0}, false), "A: 1\nReceived: x\n");
  EXPECT_EQ(headers_between(all, {.end = 1, .include_end = false}, false),
            "A: 1\nReceived: x\nB: 2\n");
  EXPECT_EQ(headers_between(all, {.start = 1}, false), "Received: y\nC: 3\n");
  EXPECT_EQ(headers_between(all, {.start = 1, .include_start = false}, false), "C: 3\n");
  EXPECT_EQ(headers_between(all, {.end = -1}, false), "");
  EXPECT_EQ(headers_between(all, {.start = 7}, false), "");
}

TEST(HeadersBetween, KeepsFoldsTogether) {
  const std::string_view header = "A: 1\n a\nReceived: x\n\ty\nB: 2\n\n";
  EXPECT_EQ(headers_between(header, {.end = 0}, true), "A: 1\n a\nReceived: x\n\ty\n");
  EXPECT_EQ(headers_between(header, {.start = 0, .include_start = false}, true), "B: 2\n");
}

TEST(ValidHost, HasTwoLabelsOrMore) {
  for (const char* host : {"x.example", "X.EXAMPLE.", "_dmarc.x.example", "1.2"}) {
    EXPECT_TRUE(is_valid_host(host)) << host;
  }
  for (const char* host :
       {"", "x", "x..example", "-x.example", "x_y.example", ".x.example", "x.ex ample"}) {
    EXPECT_FALSE(is_valid_host(host)) << host;
  }
  EXPECT_FALSE(is_valid_host(std::string(64, 'a') + ".example"));
}

}  // namespace
}  // namespace sluice::rules
