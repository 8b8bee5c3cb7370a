// The settings of SpamAssassin: keywords that are no statement about one rule.
//
//   find_setting("freemail_domains")->use     SettingUse::kRead
//   find_setting("razor_timeout")->use        SettingUse::kNetwork: known, and nothing follows of
//   it
//
// Adding one = its name in a row of settings.cc.
//
// Source:   Mail::SpamAssassin::Conf and the plugins of 4.0.1.
// Tests:    tests/rules/rule_parser_test.cc

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rules/lines/setting.h"
#include "rules/mail/mail.h"

namespace sluice::rules {

enum class SettingUse : uint8_t {
  kRead,      // how mail is read, or what eval functions compare with
  kReplace,   // tags in patterns
  kNetwork,   // look-ups in the network: there are none here
  kLearning,  // what is learnt from mail: nothing is, here
  kReport,    // how SpamAssassin marks mail: the verdict is a record here
  kProgram,   // files, databases and limits of SpamAssassin itself
};

struct SettingGroup {
  SettingUse use = SettingUse::kRead;
  std::string_view meaning = {};  // what follows of them
  std::span<const std::string_view> names = {};
};

std::span<const SettingGroup> setting_groups();

// `name` as setting_name() gives it; nullptr: there is no such setting.
const SettingGroup* find_setting(std::string_view name);

// As the settings have it: today's name for an old one, welcomelist_from for whitelist_from.
std::string setting_name(std::string_view keyword);

// What the lines say about reading mail. Where they say nothing of networks, only loopback is
// trusted; with `infer_trusted_networks 1` what SpamAssassin guesses.
MailSettings mail_settings(std::span<const Setting> settings);

}  // namespace sluice::rules
