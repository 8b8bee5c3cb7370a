#include "rules/evals/relay_eval.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <re2/re2.h>

#include "base/text.h"
#include "rules/evals/families.h"
#include "rules/evals/ip_pattern.h"
#include "rules/mail/ip_text.h"

namespace sluice::rules {

namespace {

std::span<const Relay> trusted(EvalContext& context) {
  const Relays& relays = context.mail.relays();
  return std::span<const Relay>(relays.all).first(relays.trusted);
}

std::span<const Relay> untrusted(EvalContext& context) {
  const Relays& relays = context.mail.relays();
  return std::span<const Relay>(relays.all).subspan(relays.trusted);
}

int check_all_trusted(EvalContext& context) {
  const bool none_else = untrusted(context).empty() && context.mail.relays().unparseable == 0;
  return !trusted(context).empty() && none_else ? 1 : 0;
}

int check_no_relays(EvalContext& context) {
  const Relays& relays = context.mail.relays();
  return relays.all.empty() && relays.unparseable == 0 ? 1 : 0;
}

int check_relays_unparseable(EvalContext& context) {
  return context.mail.relays().unparseable != 0 ? 1 : 0;
}

// No longer in use in SpamAssassin either; rule files may still name it.
int never(EvalContext& /*context*/) {
  return 0;
}

// The original means to pass over private addresses, but its test of $1 never finds one.
int check_for_numeric_helo(EvalContext& context) {
  static const RE2 kNumericHelo(
      R"((?i)\bhelo=)" + std::string(kIpv4Pattern) + R"((?:[\x00-\x20,;\[()<>]|\z))", RE2::Latin1);
  const std::string_view relays = text_of(context.mail, "X-Spam-Relays-Untrusted");
  for (const Relay& relay : untrusted(context)) {
    if (relay.helo.empty() || !is_digit(relay.helo[0])) continue;
    return RE2::PartialMatch(re2::StringPiece(relays.data(), relays.size()), kNumericHelo) ? 1 : 0;
  }
  return 0;
}

// The "192.0.2." of "192.0.2.1".
std::string_view class_c(std::string_view address) {
  return address.substr(0, address.rfind('.') + 1);
}

bool helo_is_another_network(const Relay& relay) {
  if (!is_ipv4(relay.helo) || is_private_ip(relay.helo)) return false;
  if (!is_ipv4(relay.ip) || is_private_ip(relay.ip)) return false;
  return !relay.ip.starts_with(class_c(relay.helo));
}

int helo_ip_mismatch(EvalContext& context) {
  const std::span<const Relay> relays = untrusted(context);
  return std::any_of(relays.begin(), relays.end(), helo_is_another_network) ? 1 : 0;
}

int check_for_sender_no_reverse(EvalContext& context) {
  const std::span<const Relay> relays = untrusted(context);
  if (relays.empty()) return 0;
  const Relay& sender = relays.back();
  return sender.rdns.find('.') != std::string_view::npos && !sender.ip_private ? 1 : 0;
}

bool is_dotcom(std::string_view helo) {
  constexpr std::array<std::string_view, 11> kDotcoms = {
      "lycos.com", "lycos.co.uk", "hotmail.com", "localhost.com", "excite.com", "caramail.com",
      "cs.com",    "aol.com",     "msn.com",     "yahoo.com",     "drizzle.com"};
  return std::any_of(kDotcoms.begin(), kDotcoms.end(), [&](std::string_view dotcom) {
    if (helo.size() < dotcom.size()) return false;
    const std::size_t at = helo.size() - dotcom.size();
    return iequals(helo.substr(at), dotcom) && (at == 0 || helo[at - 1] == '.');
  });
}

// The oldest public relay says it.
int check_for_no_rdns_dotcom_helo(EvalContext& context) {
  const std::span<const Relay> relays = untrusted(context);
  const auto oldest = std::find_if(relays.rbegin(), relays.rend(),
                                   [](const Relay& relay) { return !relay.ip_private; });
  if (oldest == relays.rend()) return 0;
  return oldest->no_reverse_dns && is_dotcom(oldest->helo) ? 1 : 0;
}

// ---- the trail of Received fields

bool is_word(char c) {
  return is_alnum(c) || c == '_';
}

bool is_word_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_word);
}

// Names as "mail.example", with room for a dot after the second byte.
bool looks_like_host(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot < 2 || dot + 1 == name.size()) return false;
  if (!is_word(name[0]) || !is_word_text(name.substr(dot + 1))) return false;
  const std::string_view front = name.substr(0, dot);
  return std::all_of(front.begin(), front.end(),
                     [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool has_three_unblank(std::string_view text) {
  int run = 0;
  for (const char c : text) {
    run = is_space(c) ? 0 : run + 1;
    if (run == 3) return true;
  }
  return false;
}

bool is_short_suffix(std::string_view label) {
  return !has_three_unblank(label) && ifind(label, "ie") == std::string_view::npos &&
         ifind(label, "fr") == std::string_view::npos &&
         ifind(label, "de") == std::string_view::npos;
}

// The last `count` labels of `name`; nullopt: there are fewer.
std::optional<std::string_view> last_labels(std::string_view name, int count) {
  std::size_t at = name.size();
  while (count > 0) {
    if (at == 0) return count == 1 ? std::optional(name) : std::nullopt;
    const std::size_t dot = name.rfind('.', at - 1);
    if (--count == 0) return name.substr(dot == std::string_view::npos ? 0 : dot + 1);
    if (dot == std::string_view::npos) return std::nullopt;
    at = dot;
  }
  return std::nullopt;
}

// Good enough to tell one sender's names from another's: the last two labels, or three where the
// last is a country's.
std::string_view domain_of(std::string_view host) {
  if (std::none_of(host.begin(), host.end(), is_alpha)) return host;
  std::string_view name = host;
  while (!name.empty() && name.back() == '.') name.remove_suffix(1);
  const auto two = last_labels(name, 2);
  if (!two) return host;
  const std::string_view last = name.substr(name.rfind('.') + 1);
  if (!is_short_suffix(last)) return *two;
  return last_labels(name, 3).value_or(host);
}

bool is_dotted_quad(std::string_view text) {
  int dots = 0;
  char before = '.';
  for (const char c : text) {
    if (c == '.' ? before == '.' : !is_digit(c)) return false;
    dots += c == '.' ? 1 : 0;
    before = c;
  }
  return dots == 3 && before != '.';
}

// The "192.0" of "192.0.2.1".
std::string_view class_b(std::string_view quad) {
  return quad.substr(0, quad.find('.', quad.find('.') + 1));
}

bool helo_names_far_address(const Relay& relay) {
  const std::string_view helo = domain_of(relay.helo);
  return is_dotted_quad(helo) && is_dotted_quad(relay.ip) && class_b(helo) != class_b(relay.ip) &&
         !is_private_ip(helo);
}

bool is_localhost(const Relay& relay) {
  const std::string_view name = domain_of(relay.rdns);
  return (iequals(name, "localhost") || iequals(name, "localhost.localdomain")) &&
         relay.ip == "127.0.0.1";
}

bool is_same_sender(std::string_view by, std::string_view before) {
  return iequals(by, before) || (iequals(by, "msn.com") && iequals(before, "hotmail.com"));
}

// What one relay calls itself is not what the next one took it for.
bool is_mismatch(const Relay& newer, std::string_view by) {
  if (looks_like_host(domain_of(newer.by)) && is_localhost(newer)) return false;
  const std::string_view before = domain_of(newer.rdns);
  return looks_like_host(before) && !is_same_sender(by, before);
}

void read_trail(std::span<const Relay> relays, RelayEvalState& state) {
  state.trail_read = true;
  for (std::size_t i = 0; i < relays.size(); ++i) {
    const std::string_view by = domain_of(relays[i].by);
    if (!looks_like_host(by)) continue;
    if (helo_names_far_address(relays[i])) ++state.helo_mismatches;
    if (i > 0 && is_mismatch(relays[i - 1], by)) ++state.mismatches;
  }
}

const RelayEvalState& trail(EvalContext& context) {
  RelayEvalState& state = context.state.relay;
  if (!state.trail_read) read_trail(untrusted(context), state);
  return state;
}

int check_for_forged_received_trail(EvalContext& context) {
  return trail(context).mismatches > 1 ? 1 : 0;
}

int check_for_forged_received_ip_helo(EvalContext& context) {
  return trail(context).helo_mismatches > 0 ? 1 : 0;
}

// ---- a domain of the author among the relays

struct DomainPattern final : EvalPrepared {
  explicit DomainPattern(const std::string& domain)
      : relay(R"( rdns=\S*\b)" + domain + R"( [^\]]*by=\S*\b)" + domain + " ", RE2::Latin1),
        author(R"((?i)\b)" + RE2::QuoteMeta(domain), RE2::Latin1) {}

  RE2 relay;
  RE2 author;
};

std::unique_ptr<const EvalPrepared> prepare_domain(std::span<const std::string> arguments,
                                                   std::string& fault) {
  auto prepared = std::make_unique<DomainPattern>(arguments[0]);
  if (prepared->relay.ok()) return prepared;
  fault = "write the domain as a pattern: 'example\\.com'";
  return nullptr;
}

bool matches(const RE2& pattern, std::optional<std::string_view> text) {
  if (!text) return false;
  return RE2::PartialMatch(re2::StringPiece(text->data(), text->size()), pattern);
}

int check_for_from_domain_in_received_headers(EvalContext& context) {
  const auto& pattern = static_cast<const DomainPattern&>(*context.prepared);
  if (!matches(pattern.author, context.mail.get("From", ":addr"))) return 0;
  const bool found = matches(pattern.relay, context.mail.get("X-Spam-Relays-Trusted", "")) ||
                     matches(pattern.relay, context.mail.get("X-Spam-Relays-Untrusted", ""));
  return found == (context.arguments[1] == "true") ? 1 : 0;
}

constexpr EvalEntry entry(std::string_view name, std::string_view meaning,
                          int (*run)(EvalContext& context)) {
  return {.name = name, .plugin = "RelayEval", .meaning = meaning, .run = run, .arguments_max = 0};
}

constexpr std::array kEntries = {
    entry("check_all_trusted", "all relays are trusted", check_all_trusted),
    entry("check_for_forged_received_ip_helo", "a HELO names an address far from the relay's own",
          check_for_forged_received_ip_helo),
    entry("check_for_forged_received_trail", "relays do not call themselves what others call them",
          check_for_forged_received_trail),
    EvalEntry{.name = "check_for_from_domain_in_received_headers",
              .plugin = "RelayEval",
              .meaning = "the author is of the domain, and whether a relay is, too",
              .run = check_for_from_domain_in_received_headers,
              .prepare = prepare_domain,
              .arguments_min = 2,
              .arguments_max = 2},
    entry("check_for_illegal_ip", "obsolete, never", never),
    entry("check_for_no_rdns_dotcom_helo", "a large provider's name without reverse DNS",
          check_for_no_rdns_dotcom_helo),
    entry("check_for_numeric_helo", "a HELO is a public address", check_for_numeric_helo),
    entry("check_for_sender_no_reverse", "the oldest relay is public and has a full name",
          check_for_sender_no_reverse),
    entry("check_no_relays", "no relay at all", check_no_relays),
    entry("check_relays_unparseable", "a Received field was not understood",
          check_relays_unparseable),
    entry("helo_ip_mismatch", "a HELO names an address of another network", helo_ip_mismatch),
};

}  // namespace

std::span<const EvalEntry> relay_evals() {
  return kEntries;
}

}  // namespace sluice::rules
