// What a command line says of the envelope of the messages it looks at: what scan and explain
// share.
//
//   --mail-from ann@shop.example --rcpt bob@a.example --rcpt eve@b.example --origin script
//
// What is not said stays unknown: no `envelope` condition on it holds.
//
// Borrows:  facts() points into the options.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "rules/facts/envelope_facts.h"

namespace sluice::cli {

class EnvelopeOptions {
 public:
  void add_to(CLI::App& app);

  // REQUIRES: the command line was read.
  const rules::EnvelopeFacts& facts();

 private:
  std::optional<std::string> mail_from_;
  std::vector<std::string> recipients_;
  std::string origin_;
  std::string client_ip_;
  std::string helo_;
  std::vector<std::string> attributes_;  // NAME=VALUE
  std::vector<std::string_view> recipient_views_;
  std::vector<rules::NamedText> attribute_views_;
  rules::EnvelopeFacts facts_;
};

}  // namespace sluice::cli
