#include "rules/language/features.h"

#include <algorithm>
#include <array>

#include "rules/evals/evals.h"

namespace sluice::rules {
namespace {

constexpr std::string_view kPluginPrefix = "Mail::SpamAssassin::Plugin::";
constexpr std::string_view kConfPrefix = "Mail::SpamAssassin::Conf::";

constexpr std::array<std::string_view, 27> kPlugins = {"AskDNS",        "AutoLearnThreshold",
                                                       "Bayes",         "BodyEval",
                                                       "Check",         "DKIM",
                                                       "DMARC",         "DNSEval",
                                                       "FreeMail",      "HTMLEval",
                                                       "HTTPSMismatch", "HashBL",
                                                       "HeaderEval",    "ImageInfo",
                                                       "MIMEEval",      "MIMEHeader",
                                                       "Pyzor",         "Razor2",
                                                       "RelayEval",     "ReplaceTags",
                                                       "SPF",           "SpamCop",
                                                       "URIDNSBL",      "URIDetail",
                                                       "URIEval",       "VBounce",
                                                       "WLBLEval"};

// Renamed, or taken into the program itself.
constexpr std::array<std::string_view, 4> kOldPlugins = {"Dmarc", "RaciallyCharged",
                                                         "WelcomeListSubject", "WhiteListSubject"};

constexpr std::array<std::string_view, 28> kConf = {"compat_welcomelist_blocklist",
                                                    "feature_bayes_auto_learn_on_error",
                                                    "feature_bayes_stopwords",
                                                    "feature_blocklist_welcomelist",
                                                    "feature_bug6558_free",
                                                    "feature_capture_rules",
                                                    "feature_compile_regexp",
                                                    "feature_dns_block_rule",
                                                    "feature_dns_local_ports_permit_avoid",
                                                    "feature_dns_query_restriction",
                                                    "feature_edns",
                                                    "feature_geodb",
                                                    "feature_get_host",
                                                    "feature_header_address_parser",
                                                    "feature_header_first_last",
                                                    "feature_header_match_many",
                                                    "feature_local_tests_only",
                                                    "feature_meta_rules_matching",
                                                    "feature_originating_ip_headers",
                                                    "feature_registryboundaries",
                                                    "feature_subjprefix",
                                                    "feature_uri_host_listed",
                                                    "feature_welcomelist_blocklist",
                                                    "feature_yesno_takes_args",
                                                    "has_tflags_nolog",
                                                    "has_tflags_nosubject",
                                                    "perl_min_version_5010000",
                                                    "new"};

constexpr std::array<std::string_view, 41> kOfPlugins = {
    "AskDNS::has_tag_header",
    "BodyEval::has_check_body_length",
    "BodyEval::has_plaintext_body_sig_ratio",
    "DKIM::has_arc",
    "DNSEval::has_tflags_domains_only",
    "DNSEval::has_tflags_ips_only",
    "HashBL::has_hashbl_attachments",
    "HashBL::has_hashbl_bodyre",
    "HashBL::has_hashbl_bodyre_num",
    "HashBL::has_hashbl_email_domain",
    "HashBL::has_hashbl_email_domain_alias",
    "HashBL::has_hashbl_email_regex",
    "HashBL::has_hashbl_email_welcomelist",
    "HashBL::has_hashbl_email_whitelist",
    "HashBL::has_hashbl_emails",
    "HashBL::has_hashbl_ignore",
    "HashBL::has_hashbl_sha256",
    "HashBL::has_hashbl_tag",
    "HashBL::has_hashbl_uris",
    "MIMEEval::has_check_abundant_unicode_ratio",
    "MIMEEval::has_check_for_ascii_text_illegal",
    "MIMEEval::has_check_qp_ratio",
    "MIMEHeader::has_all_header",
    "MIMEHeader::has_capture_rules",
    "MIMEHeader::has_tflags_concat",
    "MIMEHeader::has_tflags_multiple",
    "MIMEHeader::has_tflags_range",
    "Pyzor::has_fork",
    "Pyzor::has_perl",
    "Razor2::has_fork",
    "SPF::has_check_for_spf_errors",
    "SPF::has_check_spf_skipped_noenvfrom",
    "URIDNSBL::has_subtest_for_ranges",
    "URIDNSBL::has_tflags_domains_only",
    "URIDNSBL::has_tflags_notrim",
    "URIDNSBL::has_uridnsbl_a_ns",
    "URIDNSBL::has_uridnsbl_for_a",
    "URIDNSBL::has_uridnsbl_skip_mailto",
    "URIDetail::has_host_key",
    "WelcomeListSubject::new",
    "WLBLEval::new"};

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// "BodyEval::check_body_length": a function in the table of evals, under the plugin it comes from.
bool is_eval_of(std::string_view name) {
  const std::size_t at = name.find("::");
  if (at == std::string_view::npos) return false;
  const EvalEntry* const entry = find_eval(name.substr(at + 2));
  return entry != nullptr && entry->nature != EvalNature::kForeign &&
         entry->plugin == name.substr(0, at);
}

}  // namespace

bool has_plugin(std::string_view name) {
  if (!name.starts_with(kPluginPrefix)) return false;
  name.remove_prefix(kPluginPrefix.size());
  return holds(kPlugins, name) || holds(kOldPlugins, name);
}

bool has_feature(std::string_view name) {
  if (name.starts_with(kConfPrefix)) return holds(kConf, name.substr(kConfPrefix.size()));
  if (!name.starts_with(kPluginPrefix)) return false;
  name.remove_prefix(kPluginPrefix.size());
  return holds(kOfPlugins, name) || is_eval_of(name);
}

}  // namespace sluice::rules
