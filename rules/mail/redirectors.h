// Finds the link inside a link to a site that leads on to it.
//
//   Redirectors redirectors({"m'^http://go\\.example/\\?to=(.*)'i"});
//   redirectors.target("http://go.example/?to=www.example.com", work)      "www.example.com"
//
// Source:   redirector_pattern of SpamAssassin 4.0.1: /pattern/flags or m'pattern'flags.
// Failure:  a pattern that PCRE2 does not take never matches; faulty() counts them.
// Borrows:  target() is a piece of its argument.
// Bounds:   RedirectorWork for all links of a message, limits::kPcre2MatchLimit and the like for
//           each pattern. Most links meet no pattern at all: none of the words that patterns must
//           have occurs in them.
// Threads:  immutable once built.
// Tests:    tests/rules/mail/redirectors_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/limits.h"

namespace sluice::rules {

// What the links of one message may still cost.
struct RedirectorWork {
  int64_t steps_left = limits::kRuleWorkBase;
};

class Redirectors {
 public:
  explicit Redirectors(std::span<const std::string> patterns);
  Redirectors(Redirectors&&) noexcept;
  Redirectors& operator=(Redirectors&&) noexcept;
  ~Redirectors();

  // What the group of the first pattern that matches and finds something with a dot holds.
  [[nodiscard]] std::optional<std::string_view> target(std::string_view uri,
                                                       RedirectorWork& work) const;

  [[nodiscard]] std::size_t faulty() const;

 private:
  struct Table;
  std::unique_ptr<const Table> table_;
};

}  // namespace sluice::rules
