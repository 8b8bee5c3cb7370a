// The rules of the plugin URIDetail: conditions on one link, all of which it must meet.
//
//   uri_detail FAKE_HTTPS text =~ /\bhttps:/  cleaned !~ /\bhttps:/
//
//   const auto rule = UriDetailRule::parse("text =~ /\\bhttps:/  cleaned !~ /\\bhttps:/", fault);
//   rule->matches(mail.uris())
//
// A condition holds if one of the link's texts of its kind matches, or, with "!~", does not match.
// Of two conditions on the same kind the last one counts.
//
// Source:   Mail::SpamAssassin::Plugin::URIDetail 4.0.1.
// Failure:  parse() says what is wrong.
// Bounds:   those of EvalPattern for each text.
// Threads:  immutable once parsed.
// Tests:    tests/rules/evals/uri_detail_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rules/evals/eval_pattern.h"
#include "rules/mail/mail_uri.h"

namespace sluice::rules {

class UriDetailRule {
 public:
  // `conditions` is what follows the rule's name.
  static std::optional<UriDetailRule> parse(std::string_view conditions, std::string& fault);

  [[nodiscard]] bool matches(std::span<const MailUri> uris) const;
  [[nodiscard]] bool matches(const MailUri& uri) const;

 private:
  enum class Key : uint8_t { kRaw, kType, kCleaned, kText, kDomain, kHost };

  struct Condition {
    bool negated = false;
    std::unique_ptr<const EvalPattern> pattern = {};

    [[nodiscard]] bool holds(std::string_view text) const {
      return pattern->matches(text) != negated;
    }
  };

  static constexpr std::array<std::string_view, 6> kKeys = {"raw",  "type",   "cleaned",
                                                            "text", "domain", "host"};

  bool add(std::string_view key, std::string_view sign, std::string_view pattern,
           std::string& fault);
  [[nodiscard]] bool holds(Key key, const MailUri& uri) const;

  std::array<Condition, kKeys.size()> conditions_ = {};  // by Key; without a pattern: none
};

}  // namespace sluice::rules
