#include "rules/language/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <vector>

#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr std::array<std::string_view, 50> kRead = {"all_spam_to",
                                                    "blocklist_from",
                                                    "blocklist_subject",
                                                    "blocklist_to",
                                                    "blocklist_uri_host",
                                                    "body_part_scan_size",
                                                    "clear_internal_networks",
                                                    "clear_msa_networks",
                                                    "clear_originating_ip_headers",
                                                    "clear_trusted_networks",
                                                    "clear_util_rb",
                                                    "def_welcomelist_auth",
                                                    "def_welcomelist_from_rcvd",
                                                    "delist_uri_host",
                                                    "enlist_addrlist",
                                                    "enlist_uri_host",
                                                    "envelope_sender_header",
                                                    "freemail_add_describe_email",
                                                    "freemail_domains",
                                                    "freemail_import_def_welcomelist_auth",
                                                    "freemail_import_welcomelist_auth",
                                                    "freemail_max_body_emails",
                                                    "freemail_max_body_freemails",
                                                    "freemail_skip_bulk_envfrom",
                                                    "freemail_skip_when_over_max",
                                                    "freemail_welcomelist",
                                                    "infer_trusted_networks",
                                                    "internal_networks",
                                                    "more_spam_to",
                                                    "msa_networks",
                                                    "ok_locales",
                                                    "originating_ip_headers",
                                                    "rawbody_part_scan_size",
                                                    "redirector_pattern",
                                                    "trusted_networks",
                                                    "unblocklist_from",
                                                    "unwelcomelist_auth",
                                                    "unwelcomelist_from",
                                                    "unwelcomelist_from_rcvd",
                                                    "util_rb_2tld",
                                                    "util_rb_3tld",
                                                    "util_rb_tld",
                                                    "welcomelist_allows_relays",
                                                    "welcomelist_auth",
                                                    "welcomelist_bounce_relays",
                                                    "welcomelist_from",
                                                    "welcomelist_from_rcvd",
                                                    "welcomelist_subject",
                                                    "welcomelist_to",
                                                    "welcomelist_uri_host"};

constexpr std::array<std::string_view, 7> kReplace = {
    "replace_end",   "replace_inter", "replace_post", "replace_pre",
    "replace_rules", "replace_start", "replace_tag"};

constexpr std::array<std::string_view, 74> kNetwork = {"adsp_override",
                                                       "askdns",
                                                       "asn_lookup",
                                                       "asn_lookup_ipv6",
                                                       "asn_prefer_geodb",
                                                       "asn_prefix",
                                                       "asn_use_dns",
                                                       "asn_use_geodb",
                                                       "clear_asn_lookups",
                                                       "clear_dns_query_restriction",
                                                       "clear_dns_servers",
                                                       "clear_uridnsbl_skip_domain",
                                                       "clear_url_shortener",
                                                       "dcc_body_max",
                                                       "dcc_fuz1_max",
                                                       "dcc_fuz2_max",
                                                       "dcc_home",
                                                       "dcc_options",
                                                       "dcc_path",
                                                       "dcc_timeout",
                                                       "def_welcomelist_from_dkim",
                                                       "def_welcomelist_from_spf",
                                                       "dkim_minimum_key_bits",
                                                       "dkim_timeout",
                                                       "dmarc_save_reports",
                                                       "dns_available",
                                                       "dns_block_rule",
                                                       "dns_block_time",
                                                       "dns_local_ports_avoid",
                                                       "dns_local_ports_none",
                                                       "dns_local_ports_permit",
                                                       "dns_options",
                                                       "dns_query_restriction",
                                                       "dns_server",
                                                       "dns_test_interval",
                                                       "hashbl_email_domain_alias",
                                                       "hashbl_email_regex",
                                                       "hashbl_email_welcomelist",
                                                       "hashbl_ignore",
                                                       "ignore_received_spf_header",
                                                       "pyzor_count_min",
                                                       "pyzor_max",
                                                       "pyzor_options",
                                                       "pyzor_path",
                                                       "pyzor_timeout",
                                                       "razor_config",
                                                       "razor_fork",
                                                       "razor_timeout",
                                                       "rbl_headers",
                                                       "rbl_timeout",
                                                       "skip_rbl_checks",
                                                       "skip_uribl_checks",
                                                       "spf_timeout",
                                                       "unwelcomelist_from_dkim",
                                                       "unwelcomelist_from_spf",
                                                       "uridnsbl",
                                                       "uridnsbl_max_domains",
                                                       "uridnsbl_skip_domain",
                                                       "uridnsbl_skip_mailto",
                                                       "uridnsbl_timeout",
                                                       "uridnssub",
                                                       "urifullnsrhsbl",
                                                       "urifullnsrhssub",
                                                       "urinsrhsbl",
                                                       "urinsrhssub",
                                                       "urirhsbl",
                                                       "urirhssub",
                                                       "url_shortener",
                                                       "url_shortener_get",
                                                       "use_dcc",
                                                       "use_pyzor",
                                                       "use_razor2",
                                                       "welcomelist_from_dkim",
                                                       "welcomelist_from_spf"};

constexpr std::array<std::string_view, 51> kLearning = {"auto_welcomelist_distinguish_signed",
                                                        "auto_welcomelist_factor",
                                                        "auto_welcomelist_path",
                                                        "bayes_auto_expire",
                                                        "bayes_auto_learn",
                                                        "bayes_auto_learn_on_error",
                                                        "bayes_auto_learn_threshold_nonspam",
                                                        "bayes_auto_learn_threshold_spam",
                                                        "bayes_expiry_max_db_size",
                                                        "bayes_file_mode",
                                                        "bayes_ignore_from",
                                                        "bayes_ignore_header",
                                                        "bayes_ignore_to",
                                                        "bayes_journal_max_size",
                                                        "bayes_learn_during_report",
                                                        "bayes_learn_to_journal",
                                                        "bayes_max_token_length",
                                                        "bayes_min_ham_num",
                                                        "bayes_min_spam_num",
                                                        "bayes_path",
                                                        "bayes_seen_ttl",
                                                        "bayes_sql_dsn",
                                                        "bayes_sql_override_username",
                                                        "bayes_sql_password",
                                                        "bayes_sql_username",
                                                        "bayes_sql_username_authorized",
                                                        "bayes_stopword_de",
                                                        "bayes_stopword_dk",
                                                        "bayes_stopword_en",
                                                        "bayes_stopword_es",
                                                        "bayes_stopword_fi",
                                                        "bayes_stopword_fr",
                                                        "bayes_stopword_gr",
                                                        "bayes_stopword_hu",
                                                        "bayes_stopword_it",
                                                        "bayes_stopword_languages",
                                                        "bayes_stopword_nl",
                                                        "bayes_stopword_no",
                                                        "bayes_stopword_pt",
                                                        "bayes_stopword_ru",
                                                        "bayes_stopword_se",
                                                        "bayes_stopword_tr",
                                                        "bayes_store_module",
                                                        "bayes_token_sources",
                                                        "bayes_token_ttl",
                                                        "bayes_use_hapaxes",
                                                        "reuse",
                                                        "use_auto_welcomelist",
                                                        "use_bayes",
                                                        "use_bayes_rules",
                                                        "use_learner"};

constexpr std::array<std::string_view, 22> kReport = {"add_header",
                                                      "clear_headers",
                                                      "clear_report_template",
                                                      "clear_unsafe_report_template",
                                                      "fold_headers",
                                                      "ok_languages",
                                                      "remove_header",
                                                      "report",
                                                      "report_charset",
                                                      "report_contact",
                                                      "report_hostname",
                                                      "report_safe",
                                                      "report_safe_copy_headers",
                                                      "report_wrap_width",
                                                      "required_hits",
                                                      "required_score",
                                                      "rewrite_header",
                                                      "spamcop_from_address",
                                                      "spamcop_to_address",
                                                      "subjprefix",
                                                      "unsafe_report",
                                                      "version_tag"};

constexpr std::array<std::string_view, 24> kProgram = {"allow_user_rules",
                                                       "always_trust_envelope_sender",
                                                       "country_db_path",
                                                       "country_db_type",
                                                       "enable_compat",
                                                       "geodb_module",
                                                       "geodb_options",
                                                       "geodb_search_path",
                                                       "ignore_always_matching_regexps",
                                                       "loadplugin",
                                                       "lock_method",
                                                       "mbox_format_from_regex",
                                                       "normalize_charset",
                                                       "parse_dkim_uris",
                                                       "score_set",
                                                       "shortcircuit",
                                                       "shortcircuit_ham_score",
                                                       "shortcircuit_spam_score",
                                                       "time_limit",
                                                       "tryplugin",
                                                       "user_scores_dsn",
                                                       "user_scores_sql_custom_query",
                                                       "user_scores_sql_password",
                                                       "user_scores_sql_username"};

constexpr std::array<SettingGroup, 6> kGroups = {{
    {SettingUse::kRead, "How mail is read, and what eval functions compare with.", kRead},
    {SettingUse::kReplace, "Tags in patterns: see `replace_tag`.", kReplace},
    {SettingUse::kNetwork, "Look-ups in the network. There are none here: no effect.", kNetwork},
    {SettingUse::kLearning, "What is learnt from mail. Nothing is, here: no effect.", kLearning},
    {SettingUse::kReport, "How SpamAssassin marks mail. A verdict is a record here: no effect.",
     kReport},
    {SettingUse::kProgram, "SpamAssassin's own files, databases and limits: no effect.", kProgram},
}};

// Trusted where nothing is said of networks: an edge is told which are its own, and need not guess.
constexpr std::string_view kLoopback = "127.0.0.0/8";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

void append_words(std::string_view text, std::vector<std::string>& out) {
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && is_space(text[at])) ++at;
    const std::size_t begin = at;
    while (at < text.size() && !is_space(text[at])) ++at;
    if (at > begin) out.emplace_back(text.substr(begin, at - begin));
  }
}

// Lists of words that grow line by line.
std::vector<std::string>* words_of(MailSettings& settings, std::string_view name) {
  if (name == "trusted_networks") return &settings.trusted_networks;
  if (name == "internal_networks") return &settings.internal_networks;
  if (name == "msa_networks") return &settings.msa_networks;
  if (name == "originating_ip_headers") return &settings.originating_ip_headers;
  if (name == "util_rb_tld") return &settings.tlds;
  if (name == "util_rb_2tld") return &settings.two_level_tlds;
  if (name == "util_rb_3tld") return &settings.three_level_tlds;
  return nullptr;
}

void set_size(std::string_view text, std::size_t& out) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) out = value;
}

void take(const Setting& setting, MailSettings& out) {
  constexpr std::string_view kClear = "clear_";
  const std::string_view name = setting.name;
  if (std::vector<std::string>* words = words_of(out, name)) {
    append_words(setting.value, *words);
  } else if (name == "clear_util_rb") {
    out.tlds.clear();
    out.two_level_tlds.clear();
    out.three_level_tlds.clear();
  } else if (name.starts_with(kClear)) {
    if (std::vector<std::string>* list = words_of(out, name.substr(kClear.size()))) list->clear();
  } else if (name == "redirector_pattern") {
    out.redirector_patterns.push_back(setting.value);
  } else if (name == "envelope_sender_header") {
    out.envelope_sender_header = setting.value;
  } else if (name == "body_part_scan_size") {
    set_size(setting.value, out.body_part_scan_size);
  } else if (name == "rawbody_part_scan_size") {
    set_size(setting.value, out.rawbody_part_scan_size);
  }
}

}  // namespace

std::span<const SettingGroup> setting_groups() {
  return kGroups;
}

const SettingGroup* find_setting(std::string_view name) {
  for (const SettingGroup& group : kGroups) {
    if (std::find(group.names.begin(), group.names.end(), name) != group.names.end()) return &group;
  }
  return nullptr;
}

std::string setting_name(std::string_view keyword) {
  std::string name(keyword);
  replace_all(name, "whitelist", "welcomelist");
  replace_all(name, "blacklist", "blocklist");
  return name;
}

MailSettings mail_settings(std::span<const Setting> settings) {
  MailSettings out;
  bool infers = false;
  for (const Setting& setting : settings) {
    take(setting, out);
    if (setting.name == "infer_trusted_networks") infers = setting.value == "1";
  }
  if (!infers && out.trusted_networks.empty() && out.internal_networks.empty()) {
    out.trusted_networks = {std::string(kLoopback)};
  }
  return out;
}

}  // namespace sluice::rules
