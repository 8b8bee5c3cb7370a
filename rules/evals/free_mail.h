// Functions on free mail providers: FreeMail.
//
//   freemail_domains free.example *.free.example
//   header FREEMAIL_FROM eval:check_freemail_from()
//
// Source:   Mail::SpamAssassin::Plugin::FreeMail 4.0.1, but that freemail_import_welcomelist_auth
//           and freemail_import_def_welcomelist_auth import every entry of these lists.
// Bounds:   that of the original: 40 addresses of a body; time linear in the text.
// Tests:    tests/rules/evals/eval_cases_test.cc

#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <re2/re2.h>

#include "rules/evals/address_list.h"
#include "rules/evals/family.h"

namespace sluice::rules {

struct FreeMailSettings {
  TextMap<bool> domains = {};
  TextMap<bool> welcome = {};          // addresses and domains that do not count
  std::vector<std::string> wild = {};  // patterns of domains
  std::unique_ptr<const RE2> wild_pattern = {};
  std::size_t body_addresses_max = 5;
  std::size_t body_free_max = 3;
  bool skip_when_over_max = true;
  bool skip_bulk_sender = true;
  bool import_auth = false;
  bool import_def_auth = false;

  bool take(const Setting& setting, Diagnostics& diagnostics);
  void finish();

  [[nodiscard]] bool available() const { return !domains.empty() || wild_pattern != nullptr; }

 private:
  bool take_number(const Setting& setting);
  void add_domain(std::string_view word, const Setting& setting, Diagnostics& diagnostics);
};

struct FreeMailState {
  bool body_read = false;
  bool skip_body = false;
  std::vector<std::string_view> body = {};  // of free mail providers, lower case

  // Memory to work with.
  std::vector<std::string_view> found = {};
  std::string scratch = {};
  std::string text = {};

  void begin_message() {
    body_read = false;
    skip_body = false;
    body.clear();
    found.clear();
  }
};

std::span<const EvalEntry> free_mail_evals();

}  // namespace sluice::rules
