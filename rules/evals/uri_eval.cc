#include "rules/evals/uri_eval.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "rules/evals/arguments.h"
#include "rules/evals/characters.h"
#include "rules/evals/families.h"
#include "rules/evals/html_eval.h"

namespace sluice::rules {

namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kHttp = "http";

// Takes "http" or "https" and the colon off the front.
bool take_scheme(std::string_view& text) {
  if (!istarts_with(text, kHttp)) return false;
  std::string_view rest = text.substr(kHttp.size());
  if (!rest.empty() && ascii_lower(rest.front()) == 's') rest.remove_prefix(1);
  if (!rest.starts_with(':')) return false;
  text = rest.substr(1);
  return true;
}

std::string_view until(std::string_view text, const ByteSet& ends) {
  return text.substr(0, find_any(text, ends));
}

// ---- check_https_ip_mismatch

// Whether "1.2.3.4" stands at the front.
bool begins_with_address(std::string_view text) {
  for (int group = 0; group < 4; ++group) {
    if (group > 0) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
    if (text.empty() || !is_digit(text.front())) return false;
    while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
  }
  return true;
}

// Whether an address follows the slashes, perhaps after a user and "@". `text` is what stands
// behind the scheme.
bool leads_to_address(std::string_view text) {
  static constexpr ByteSet kUserEnds("@/");
  while (text.starts_with('/')) text.remove_prefix(1);
  if (begins_with_address(text)) return true;
  const std::size_t at = find_any(text, kUserEnds);
  return at != kNone && at > 0 && text[at] == '@' && begins_with_address(text.substr(at + 1));
}

bool is_address_link(std::string_view uri) {
  return take_scheme(uri) && leads_to_address(uri);
}

// Whether a text names an HTTPS link that does not lead to an address.
bool names_https(std::string_view text) {
  constexpr std::string_view kScheme = "https:";
  const bool to_address =
      istarts_with(text, kScheme) && leads_to_address(text.substr(kScheme.size()));
  return !to_address && ifind(text, kScheme) != kNone;
}

int check_https_ip_mismatch(EvalContext& context) {
  for (const HtmlFacts* html : html_parts(context)) {
    for (const HtmlUri& uri : html->uris) {
      if (uri.anchor_texts.empty() || !is_address_link(uri.uri)) continue;
      if (std::any_of(uri.anchor_texts.begin(), uri.anchor_texts.end(), names_https)) return 1;
    }
  }
  return 0;
}

// ---- check_https_http_mismatch

// The host of "http://host:80/path"; empty if it is no such link.
std::string_view host_of_link(std::string_view uri) {
  static constexpr ByteSet kHostEnds("/:?#");
  if (!take_scheme(uri) || !uri.starts_with("//")) return {};
  return until(uri.substr(2), kHostEnds);
}

// The host of the first "https://host" in a text; empty if there is none.
std::string_view host_in_text(std::string_view text) {
  static constexpr ByteSet kHostEnds("/:?#");
  constexpr std::string_view kFront = "https://";
  for (std::size_t at = ifind(text, kFront); at != kNone; at = ifind(text, kFront)) {
    text.remove_prefix(at + kFront.size());
    std::size_t end = 0;
    while (end < text.size() && !kHostEnds.has(text[end]) && space_bytes(text, end) == 0) ++end;
    if (end > 0) return text.substr(0, end);
  }
  return {};
}

class DomainReader {
 public:
  explicit DomainReader(EvalContext& context)
      : boundaries_(context.settings.boundaries), arena_(context.mail.arena()) {}

  // What was registered of a link's host; empty for addresses and what cannot be registered.
  [[nodiscard]] std::string_view of_link(std::string_view host) const {
    if (host.empty() || is_ip_address(host)) return {};
    const std::string_view domain = lower(boundaries_.domain_of(host, arena_));
    const std::string_view name = domain.substr(domain.rfind('@') + 1);  // after a user's
    const bool valid = is_fqdn(name) && boundaries_.registry().has_valid_tld(name);
    return valid ? domain : std::string_view{};
  }

  // The same of a host that a text names; addresses are themselves.
  [[nodiscard]] std::string_view of_text(std::string_view host) const {
    if (host.empty() || is_ip_address(host)) return host;
    const std::string_view domain = lower(boundaries_.domain_of(host, arena_));
    return boundaries_.registry().has_valid_tld(domain) ? domain : std::string_view{};
  }

 private:
  [[nodiscard]] std::string_view lower(std::string_view text) const {
    const std::span<char> out = arena_.take(text.size());
    std::transform(text.begin(), text.end(), out.begin(), ascii_lower);
    return {out.data(), out.size()};
  }

  const BoundarySettings& boundaries_;
  Arena& arena_;
};

struct Mismatch {
  bool hit = false;
  std::size_t anchors = 0;  // links of hosts with a text
};

void judge_anchor(const HtmlUri& uri, const DomainReader& domains, Mismatch& found) {
  if (uri.anchor_texts.empty()) return;
  const std::string_view domain = domains.of_link(host_of_link(uri.uri));
  if (domain.empty()) return;
  ++found.anchors;
  for (const std::string_view text : uri.anchor_texts) {
    const std::string_view named = domains.of_text(host_in_text(text));
    found.hit = found.hit || (!named.empty() && named != domain);
  }
}

int check_https_http_mismatch(EvalContext& context) {
  const NumberArguments& given = numbers(context);
  const double anchors_min = given.at(0) == 0 ? 1 : given.at(0);
  const DomainReader domains(context);
  for (const HtmlFacts* html : html_parts(context)) {
    Mismatch found;
    for (const HtmlUri& uri : html->uris) judge_anchor(uri, domains, found);
    const auto anchors = static_cast<double>(found.anchors);
    if (found.hit && anchors >= anchors_min && (!given.has(1) || anchors < given.at(1))) return 1;
  }
  return 0;
}

// ---- check_for_http_redirector

// A link inside of a link: "http://a/?http://b".
struct Redirect {
  std::string_view from = {};  // host
  std::string_view to = {};    // host
  std::string_view rest = {};  // the inner link
};

// The host that follows "http:" and at most two slashes.
std::string_view inner_host(std::string_view text) {
  static constexpr ByteSet kHostEnds("/:?");
  if (!take_scheme(text)) return {};
  for (int slashes = 0; slashes < 2 && text.starts_with('/'); ++slashes) text.remove_prefix(1);
  return until(text, kHostEnds);
}

// The first inner link of `text`, from `from` on; its host is empty if there is none.
Redirect find_inner(std::string_view text, std::size_t from) {
  std::string_view rest = text.substr(std::min(from, text.size()));
  for (std::size_t at = ifind(rest, kHttp); at != kNone; at = ifind(rest, kHttp)) {
    rest.remove_prefix(at);
    const std::string_view inner = inner_host(rest);
    if (!inner.empty()) return {.to = inner, .rest = rest};
    rest.remove_prefix(kHttp.size());
  }
  return {};
}

// The last inner link that begins inside of the host, as in "http://a.examplehttp://b.example".
Redirect find_inner_of_host(std::string_view text, std::string_view host) {
  for (std::size_t at = host.size(); at >= 2; --at) {
    const std::string_view inner = inner_host(text.substr(at));
    if (inner.empty()) continue;
    return {.from = host.substr(0, at - 1), .to = inner, .rest = text.substr(at)};
  }
  return {};
}

std::optional<Redirect> find_redirect(std::string_view uri) {
  static constexpr ByteSet kHostEnds("/:?");
  std::string_view rest = uri;
  if (!take_scheme(rest) || !rest.starts_with("//")) return std::nullopt;
  rest.remove_prefix(2);
  const std::string_view host = until(rest, kHostEnds);
  if (host.empty()) return std::nullopt;
  Redirect found = find_inner(rest, host.size() + 1);
  found.from = host;
  if (found.to.empty()) found = find_inner_of_host(rest, host);
  if (found.to.empty()) return std::nullopt;
  return found;
}

int check_for_http_redirector(EvalContext& context) {
  const DomainReader domains(context);
  const auto domain_of = [&domains](std::string_view host) {
    const std::string_view domain = is_fqdn(host) ? domains.of_text(host) : host;
    return domain.empty() ? host : domain;
  };
  for (const std::string_view uri : context.mail.uri_texts()) {
    for (auto found = find_redirect(uri); found; found = find_redirect(found->rest)) {
      if (domain_of(found->from) != domain_of(found->to)) return 1;
    }
  }
  return 0;
}

// ---- check_uri_truncated

int check_uri_truncated(EvalContext& context) {
  return context.mail.uris_truncated() ? 1 : 0;
}

constexpr std::array kEntries = {
    EvalEntry{.name = "check_for_http_redirector",
              .plugin = "URIEval",
              .meaning = "a link that leads on to another domain's",
              .run = check_for_http_redirector,
              .arguments_max = 0},
    EvalEntry{.name = "check_https_ip_mismatch",
              .plugin = "URIEval",
              .meaning = "a link to an address, called an HTTPS link",
              .run = check_https_ip_mismatch,
              .arguments_max = 0},
    EvalEntry{.name = "check_uri_truncated",
              .plugin = "URIEval",
              .meaning = "a link too long to be read in full",
              .run = check_uri_truncated,
              .arguments_max = 0},
    EvalEntry{.name = "check_https_http_mismatch",
              .plugin = "HTTPSMismatch",
              .meaning = "a link is called an HTTPS link of another domain; min to below max links",
              .run = check_https_http_mismatch,
              .prepare = prepare_numbers,
              .arguments_max = 2},
};

}  // namespace

std::span<const EvalEntry> uri_evals() {
  return kEntries;
}

}  // namespace sluice::rules
