#include "rules/evals/wlbl_eval.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "rules/evals/families.h"

namespace sluice::rules {

namespace {

// ---- settings

constexpr std::string_view kWelcome = "WELCOME";
constexpr std::string_view kBlock = "BLOCK";

constexpr std::array<std::string_view, 9> kAddressLists = {
    "welcomelist_from", "welcomelist_to", "welcomelist_allows_relays",
    "welcomelist_auth", "blocklist_from", "blocklist_to",
    "more_spam_to",     "all_spam_to",    "def_welcomelist_auth"};

// The words of SpamAssassin before 4.0 in today's.
std::string today(std::string_view name) {
  std::string text(name);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kWords = {
      {{"whitelist", "welcomelist"}, {"blacklist", "blocklist"}}};
  for (const auto& [old, now] : kWords) {
    const std::size_t at = text.find(old);
    if (at != std::string::npos) text.replace(at, old.size(), now);
  }
  return text;
}

void warn(const Setting& setting, std::string message, std::string hint, Diagnostics& diagnostics) {
  report(diagnostics, {.severity = Severity::kWarning,
                       .file = setting.place.file,
                       .line = setting.place.line,
                       .column = setting.place.column,
                       .message = std::move(message),
                       .hint = std::move(hint)});
}

struct NamedValue {
  std::string_view list = {};  // empty: none is named
  std::string_view rest = {};
};

// "(LIST) a b"
NamedValue split_list(std::string_view value) {
  if (!value.starts_with('(')) return {.rest = value};
  const std::size_t end = value.find(')', 2);
  if (end == std::string_view::npos) return {.rest = value};
  return {.list = value.substr(1, end - 1), .rest = trim(value.substr(end + 1))};
}

// A name, or a network: "[192.0.2.0/24]", "[2001:db8::]/32".
RelayHost relay_host(std::string_view text) {
  RelayHost host;
  const std::size_t close = text.rfind(']');
  if (text.starts_with('[') && close != std::string_view::npos) {
    std::string network(text.substr(1, close - 1));
    network += text.substr(close + 1);
    if (host.net.add(network)) return host;
  }
  host.name = to_lower(text);
  return host;
}

void add_relayed(std::string_view address, std::string_view host, RelayedList& list) {
  const uint32_t number = list.addresses.add(address);
  if (number >= list.hosts.size()) list.hosts.resize(number + 1);
  list.hosts[number].push_back(relay_host(host));
}

}  // namespace

bool WlblSettings::take_addresses(const Setting& setting) {
  const std::string name = today(setting.name);
  const bool removes = name.starts_with("un");
  const std::string_view list = std::string_view(name).substr(removes ? 2 : 0);
  if (std::find(kAddressLists.begin(), kAddressLists.end(), list) == kAddressLists.end()) {
    return false;
  }
  for_each_word(setting.value, [&](std::string_view word) {
    AddressList& addresses = addresses_[std::string(list)];
    if (!removes) {
      addresses.add(word);
      return;
    }
    addresses.remove(word);
    if (list == "welcomelist_auth") addresses_["def_welcomelist_auth"].remove(word);
  });
  return true;
}

bool WlblSettings::take_relayed(const Setting& setting, Diagnostics& diagnostics) {
  const std::string name = today(setting.name);
  if (name == "unwelcomelist_from_rcvd") {
    for_each_word(setting.value, [&](std::string_view word) {
      welcome_relayed.addresses.remove(word);
      default_relayed.addresses.remove(word);
    });
    return true;
  }
  const bool is_default = name == "def_welcomelist_from_rcvd";
  if (!is_default && name != "welcomelist_from_rcvd") return false;
  std::vector<std::string_view> words;
  for_each_word(setting.value, [&](std::string_view word) { words.push_back(word); });
  if (words.size() == 2) {
    add_relayed(words[0], words[1], is_default ? default_relayed : welcome_relayed);
  } else {
    warn(setting, setting.name + " needs an address and a host",
         "write: " + setting.name + " *@example.com mail.example.com", diagnostics);
  }
  return true;
}

uint64_t WlblSettings::uri_list(std::string_view name) const {
  const auto it = std::find(uri_lists_.begin(), uri_lists_.end(), name);
  return it == uri_lists_.end() ? 0 : uint64_t{1} << static_cast<unsigned>(it - uri_lists_.begin());
}

uint64_t WlblSettings::make_uri_list(std::string_view name) {
  if (uri_list(name) == 0 && uri_lists_.size() < kUriListsMax) uri_lists_.emplace_back(name);
  return uri_list(name);
}

void WlblSettings::enlist(std::string_view list, std::string_view hosts, const Setting& setting,
                          Diagnostics& diagnostics) {
  const uint64_t bit = make_uri_list(list);
  if (bit == 0) {
    warn(setting, "too many lists of hosts", "merge lists", diagnostics);
    return;
  }
  for_each_word(hosts, [&](std::string_view word) {
    const bool excepted = word.starts_with('!');
    HostLists& lists = hosts_[to_lower(word.substr(excepted ? 1 : 0))];
    lists.listed = excepted ? lists.listed & ~bit : lists.listed | bit;
    lists.excepted = excepted ? lists.excepted | bit : lists.excepted & ~bit;
  });
}

void WlblSettings::delist(uint64_t lists, std::string_view hosts) {
  for_each_word(hosts, [&](std::string_view word) {
    const auto it = hosts_.find(to_lower(word.substr(word.starts_with('!') ? 1 : 0)));
    if (it == hosts_.end()) return;
    it->second.listed &= ~lists;
    it->second.excepted &= ~lists;
  });
}

bool WlblSettings::take_hosts(const Setting& setting, Diagnostics& diagnostics) {
  const std::string name = today(setting.name);
  const NamedValue value = split_list(setting.value);
  if (name == "blocklist_uri_host") {
    enlist(kBlock, setting.value, setting, diagnostics);
  } else if (name == "welcomelist_uri_host") {
    enlist(kWelcome, setting.value, setting, diagnostics);
  } else if (name == "delist_uri_host") {
    delist(value.list.empty() ? ~uint64_t{0} : uri_list(value.list), value.rest);
  } else if (name != "enlist_uri_host" && name != "enlist_addrlist") {
    return false;
  } else if (value.list.empty() || value.rest.empty()) {
    warn(setting, setting.name + " needs a list and its members",
         "write: " + setting.name + " (LIST) ...", diagnostics);
  } else if (name == "enlist_uri_host") {
    enlist(value.list, value.rest, setting, diagnostics);
  } else {
    AddressList& addresses = addresses_[std::string(value.list)];
    for_each_word(value.rest, [&](std::string_view word) { addresses.add(word); });
  }
  return true;
}

bool WlblSettings::take(const Setting& setting, Diagnostics& diagnostics) {
  return take_addresses(setting) || take_relayed(setting, diagnostics) ||
         take_hosts(setting, diagnostics);
}

void WlblSettings::finish() {
  for (auto& [name, list] : addresses_) list.finish();
  welcome_relayed.addresses.finish();
  default_relayed.addresses.finish();
}

const AddressList* WlblSettings::addresses(std::string_view list) const {
  const auto it = addresses_.find(list);
  return it == addresses_.end() ? nullptr : &it->second;
}

const HostLists* WlblSettings::host(std::string_view host) const {
  const auto it = hosts_.find(host);
  return it == hosts_.end() ? nullptr : &it->second;
}

namespace {

// ---- addresses

bool is_any_in(std::span<const std::string_view> addresses, const AddressList* list) {
  return list != nullptr && !list->empty() &&
         std::any_of(addresses.begin(), addresses.end(),
                     [&](std::string_view address) { return list->has(address); });
}

int is_from_in(EvalContext& context, std::string_view list) {
  const AddressList* addresses = context.settings.wlbl.addresses(list);
  if (addresses == nullptr) return 0;
  return is_any_in(context.mail.from_addresses(), addresses) ? 1 : 0;
}

int is_to_in(EvalContext& context, std::string_view list) {
  const AddressList* addresses = context.settings.wlbl.addresses(list);
  if (addresses == nullptr) return 0;
  return is_any_in(context.mail.to_addresses(), addresses) ? 1 : 0;
}

int check_from_in_blocklist(EvalContext& context) {
  return is_from_in(context, "blocklist_from");
}

int check_to_in_blocklist(EvalContext& context) {
  return is_to_in(context, "blocklist_to");
}

int check_to_in_welcomelist(EvalContext& context) {
  return is_to_in(context, "welcomelist_to");
}

int check_to_in_more_spam(EvalContext& context) {
  return is_to_in(context, "more_spam_to");
}

int check_to_in_all_spam(EvalContext& context) {
  return is_to_in(context, "all_spam_to");
}

int check_from_in_list(EvalContext& context) {
  return is_from_in(context, context.arguments[0]);
}

int check_to_in_list(EvalContext& context) {
  return is_to_in(context, context.arguments[0]);
}

int check_replyto_in_list(EvalContext& context) {
  const AddressList* list = context.settings.wlbl.addresses(context.arguments[0]);
  if (list == nullptr) return 0;
  const std::string_view address = first_address(context.mail, "Reply-To");
  return !address.empty() && list->has(address) ? 1 : 0;
}

// ---- addresses and their relays

// The newest relay that is not trusted; if all are trusted, all of them.
std::span<const Relay> last_relays(Mail& mail) {
  const Relays& relays = mail.relays();
  const std::span<const Relay> all(relays.all);
  if (relays.trusted < all.size()) return all.subspan(relays.trusted, 1);
  return all;
}

bool ends_at_dot(std::string_view name, std::string_view domain) {
  if (name.size() < domain.size()) return false;
  const std::size_t at = name.size() - domain.size();
  return iequals(name.substr(at), domain) && (at == 0 || name[at - 1] == '.');
}

bool is_host(const Relay& relay, const RelayHost& host) {
  return host.name.empty() ? host.net.contains(relay.ip) : ends_at_dot(relay.rdns, host.name);
}

bool is_any_host(std::span<const Relay> relays, std::span<const RelayHost> hosts) {
  return std::any_of(hosts.begin(), hosts.end(), [&](const RelayHost& host) {
    return std::any_of(relays.begin(), relays.end(),
                       [&](const Relay& relay) { return is_host(relay, host); });
  });
}

// 1: from a host it sends from; -1: from another one; 0: not listed.
int relayed(EvalContext& context, const RelayedList& list, std::string_view address) {
  const std::span<const Relay> relays = last_relays(context.mail);
  if (relays.empty()) return 0;
  bool listed = false;
  const bool matched = list.addresses.find(address, [&](uint32_t number) {
    listed = true;
    return is_any_host(relays, list.hosts[number]);
  });
  if (matched) return 1;
  const AddressList* any_relay = context.settings.wlbl.addresses("welcomelist_allows_relays");
  return listed && (any_relay == nullptr || !any_relay->has(address)) ? -1 : 0;
}

int read_relayed(EvalContext& context, const RelayedList& list, const AddressList* unconditional) {
  if (list.addresses.empty() && unconditional == nullptr) return 0;
  int result = 0;
  for (const std::string_view address : context.mail.from_addresses()) {
    if (unconditional != nullptr && unconditional->has(address)) return 1;
    const int one = relayed(context, list, address);
    if (one == 1) return 1;
    result = std::min(result, one);
  }
  return result;
}

int welcome(EvalContext& context) {
  std::optional<int>& known = context.state.wlbl.welcome;
  if (!known) {
    const WlblSettings& settings = context.settings.wlbl;
    known = read_relayed(context, settings.welcome_relayed, settings.addresses("welcomelist_from"));
  }
  return *known;
}

int def_welcome(EvalContext& context) {
  std::optional<int>& known = context.state.wlbl.def_welcome;
  if (!known) known = read_relayed(context, context.settings.wlbl.default_relayed, nullptr);
  return *known;
}

int check_from_in_welcomelist(EvalContext& context) {
  return welcome(context) > 0 ? 1 : 0;
}

int check_forged_in_welcomelist(EvalContext& context) {
  return welcome(context) < 0 && def_welcome(context) == 0 ? 1 : 0;
}

int check_from_in_default_welcomelist(EvalContext& context) {
  return def_welcome(context) > 0 ? 1 : 0;
}

int check_forged_in_default_welcomelist(EvalContext& context) {
  return def_welcome(context) < 0 && welcome(context) == 0 ? 1 : 0;
}

// ---- the envelope sender's domain and the relay's

std::string_view registered(EvalContext& context, std::string_view name) {
  return context.settings.boundaries.domain_of(name, context.mail.arena());
}

// The domain of an address, if it has a dot inside; or "".
std::string_view dotted_domain(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view domain = address.substr(at + 1);
  const bool dotted =
      domain.size() > 2 && domain.substr(1, domain.size() - 2).find('.') != std::string_view::npos;
  return dotted ? domain : std::string_view();
}

int check_mailfrom_matches_rcvd(EvalContext& context) {
  const std::string_view domain = dotted_domain(first_address(context.mail, "EnvelopeFrom"));
  if (domain.empty()) return 0;
  const std::string_view wanted = registered(context, domain);
  const std::span<const Relay> relays = last_relays(context.mail);
  const bool found = std::any_of(relays.begin(), relays.end(), [&](const Relay& relay) {
    return !relay.rdns.empty() && iequals(registered(context, relay.rdns), wanted);
  });
  return found ? 1 : 0;
}

// ---- hosts of links

constexpr std::size_t kNamesMax = 11;

bool is_dotted_quad(std::string_view host) {
  int dots = 0;
  char before = '.';
  for (const char c : host) {
    if (c == '.' ? before == '.' : !is_digit(c)) return false;
    dots += c == '.' ? 1 : 0;
    before = c;
  }
  return dots == 3 && before != '.';
}

// The last eleven labels: more are not looked up.
std::string_view last_names(std::string_view host) {
  std::size_t at = host.size();
  for (std::size_t names = 0; names < kNamesMax; ++names) {
    if (at == 0) return host;
    at = host.rfind('.', at - 1);
    if (at == std::string_view::npos) return host;
  }
  return host.substr(at + 1);
}

// The lists `name` or a name above it is on; the longest that a list knows decides.
uint64_t lists_of_name(const WlblSettings& settings, std::string_view name) {
  uint64_t listed = 0;
  uint64_t decided = 0;
  while (true) {
    if (const HostLists* lists = settings.host(name)) {
      listed |= lists->listed & ~decided;
      decided |= lists->listed | lists->excepted;
    }
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return listed;
    name.remove_prefix(dot + 1);
  }
}

uint64_t lists_of_host(const WlblSettings& settings, std::string_view host) {
  if (host.empty()) return 0;
  const bool literal = host.size() > 1 && host.front() == '[' && host.back() == ']';
  if (!literal && !is_dotted_quad(host)) return lists_of_name(settings, last_names(host));
  const HostLists* lists = settings.host(literal ? host.substr(1, host.size() - 2) : host);
  return lists == nullptr ? 0 : lists->listed;
}

uint64_t read_enlisted(EvalContext& context) {
  const WlblSettings& settings = context.settings.wlbl;
  if (!settings.has_hosts()) return 0;
  uint64_t listed = 0;
  std::string_view before;
  for (const MailUri& uri : context.mail.uris()) {
    if (istarts_with(uri.raw, "mailto:")) continue;
    for (const auto& [host, domain] : uri.hosts) {
      if (host != before) listed |= lists_of_host(settings, host);
      before = host;
    }
  }
  return listed;
}

int is_host_in(EvalContext& context, std::string_view list) {
  const uint64_t bit = context.settings.wlbl.uri_list(list);
  if (bit == 0) return 0;
  std::optional<uint64_t>& enlisted = context.state.wlbl.enlisted;
  if (!enlisted) enlisted = read_enlisted(context);
  return (*enlisted & bit) != 0 ? 1 : 0;
}

int check_uri_host_listed(EvalContext& context) {
  return is_host_in(context, context.arguments[0]);
}

int check_uri_host_in_blocklist(EvalContext& context) {
  return is_host_in(context, kBlock);
}

int check_uri_host_in_welcomelist(EvalContext& context) {
  return is_host_in(context, kWelcome);
}

// ---- the table

constexpr EvalEntry entry(std::string_view name, std::string_view meaning,
                          int (*run)(EvalContext& context)) {
  return {.name = name, .plugin = "WLBLEval", .meaning = meaning, .run = run, .arguments_max = 0};
}

constexpr EvalEntry listed(std::string_view name, std::string_view meaning,
                           int (*run)(EvalContext& context)) {
  return {.name = name,
          .plugin = "WLBLEval",
          .meaning = meaning,
          .run = run,
          .arguments_min = 1,
          .arguments_max = 1};
}

constexpr std::array kEntries = {
    entry("check_forged_in_default_welcomelist", "on the default list, but from another relay",
          check_forged_in_default_welcomelist),
    entry("check_forged_in_default_whitelist", "old name of check_forged_in_default_welcomelist",
          check_forged_in_default_welcomelist),
    entry("check_forged_in_welcomelist", "on the list, but from another relay",
          check_forged_in_welcomelist),
    entry("check_forged_in_whitelist", "old name of check_forged_in_welcomelist",
          check_forged_in_welcomelist),
    entry("check_from_in_blacklist", "old name of check_from_in_blocklist",
          check_from_in_blocklist),
    entry("check_from_in_blocklist", "an author or sender is in blocklist_from",
          check_from_in_blocklist),
    entry("check_from_in_default_welcomelist", "an author is on the default list, and the relay",
          check_from_in_default_welcomelist),
    entry("check_from_in_default_whitelist", "old name of check_from_in_default_welcomelist",
          check_from_in_default_welcomelist),
    listed("check_from_in_list", "an author or sender is on the list", check_from_in_list),
    entry("check_from_in_welcomelist", "an author or sender is in welcomelist_from",
          check_from_in_welcomelist),
    entry("check_from_in_whitelist", "old name of check_from_in_welcomelist",
          check_from_in_welcomelist),
    entry("check_mailfrom_matches_rcvd", "the last relay is of the envelope sender's domain",
          check_mailfrom_matches_rcvd),
    listed("check_replyto_in_list", "the Reply-To address is on the list", check_replyto_in_list),
    entry("check_to_in_all_spam", "a recipient is in all_spam_to", check_to_in_all_spam),
    entry("check_to_in_blacklist", "old name of check_to_in_blocklist", check_to_in_blocklist),
    entry("check_to_in_blocklist", "a recipient is in blocklist_to", check_to_in_blocklist),
    listed("check_to_in_list", "a recipient is on the list", check_to_in_list),
    entry("check_to_in_more_spam", "a recipient is in more_spam_to", check_to_in_more_spam),
    entry("check_to_in_welcomelist", "a recipient is in welcomelist_to", check_to_in_welcomelist),
    entry("check_to_in_whitelist", "old name of check_to_in_welcomelist", check_to_in_welcomelist),
    entry("check_uri_host_in_blacklist", "old name of check_uri_host_in_blocklist",
          check_uri_host_in_blocklist),
    entry("check_uri_host_in_blocklist", "a link leads to a host of blocklist_uri_host",
          check_uri_host_in_blocklist),
    entry("check_uri_host_in_welcomelist", "a link leads to a host of welcomelist_uri_host",
          check_uri_host_in_welcomelist),
    entry("check_uri_host_in_whitelist", "old name of check_uri_host_in_welcomelist",
          check_uri_host_in_welcomelist),
    listed("check_uri_host_listed", "a link leads to a host of the list", check_uri_host_listed),
};

}  // namespace

std::span<const EvalEntry> wlbl_evals() {
  return kEntries;
}

}  // namespace sluice::rules
