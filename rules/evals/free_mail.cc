#include "rules/evals/free_mail.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/text.h"
#include "rules/evals/families.h"
#include "rules/evals/text_addresses.h"

namespace sluice::rules {

namespace {

constexpr std::size_t kLinksMax = 20;
constexpr std::size_t kAddressesMax = 40;

bool found(const RE2& pattern, std::string_view text) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

void warn(const Setting& setting, std::string_view what, std::string_view word,
          Diagnostics& diagnostics) {
  report(diagnostics, {.severity = Severity::kWarning,
                       .file = setting.place.file,
                       .line = setting.place.line,
                       .column = setting.place.column,
                       .message = std::string(what) + " '" + printable(word) + "'",
                       .hint = "it is left out"});
}

// ---- settings

bool is_domain_pattern(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) {
    return is_alnum(c) || c == '.' || c == '*' || c == '?' || c == '-';
  });
}

// "?" is any byte, "*" what has no dot.
std::string pattern_of(std::string_view wild) {
  std::string pattern;
  for (const char c : wild) {
    if (c == '.') {
      pattern += "\\.";
    } else if (c == '?') {
      pattern += '.';
    } else if (c == '*') {
      pattern += "[^.]*";
    } else {
      pattern += c;
    }
  }
  return pattern;
}

bool is_word_byte(char c) {
  return is_alnum(c) || c == '_';
}

// It has a dot or an "@" between letters.
bool is_address_or_domain(std::string_view word) {
  for (std::size_t i = 1; i + 1 < word.size(); ++i) {
    if ((word[i] == '.' || word[i] == '@') && is_word_byte(word[i - 1]) &&
        is_word_byte(word[i + 1])) {
      return true;
    }
  }
  return false;
}

}  // namespace

void FreeMailSettings::add_domain(std::string_view word, const Setting& setting,
                                  Diagnostics& diagnostics) {
  if (!is_domain_pattern(word)) {
    warn(setting, "no domain:", word, diagnostics);
  } else if (word.find_first_of("*?") != std::string_view::npos) {
    wild.push_back(to_lower(word));
  } else {
    domains[to_lower(word)] = true;
  }
}

bool FreeMailSettings::take_number(const Setting& setting) {
  const long number = std::strtol(setting.value.c_str(), nullptr, 10);
  const auto count = static_cast<std::size_t>(std::max(number, 0L));
  if (setting.name == "freemail_max_body_emails") {
    body_addresses_max = count;
  } else if (setting.name == "freemail_max_body_freemails") {
    body_free_max = count;
  } else if (setting.name == "freemail_skip_when_over_max") {
    skip_when_over_max = number != 0;
  } else if (setting.name == "freemail_skip_bulk_envfrom") {
    skip_bulk_sender = number != 0;
  } else if (setting.name == "freemail_import_welcomelist_auth" ||
             setting.name == "freemail_import_whitelist_auth") {
    import_auth = number != 0;
  } else if (setting.name == "freemail_import_def_welcomelist_auth" ||
             setting.name == "freemail_import_def_whitelist_auth") {
    import_def_auth = number != 0;
  } else {
    return setting.name == "freemail_add_describe_email";
  }
  return true;
}

bool FreeMailSettings::take(const Setting& setting, Diagnostics& diagnostics) {
  if (!setting.name.starts_with("freemail_")) return false;
  if (setting.name == "freemail_domains") {
    for_each_word(setting.value,
                  [&](std::string_view word) { add_domain(word, setting, diagnostics); });
    return true;
  }
  if (setting.name != "freemail_welcomelist" && setting.name != "freemail_whitelist") {
    return take_number(setting);
  }
  for_each_word(setting.value, [&](std::string_view word) {
    if (is_address_or_domain(word)) {
      welcome[to_lower(word)] = true;
    } else {
      warn(setting, "no address and no domain:", word, diagnostics);
    }
  });
  return true;
}

void FreeMailSettings::finish() {
  if (wild.empty()) return;
  std::string pattern = "@(?:";
  for (const std::string& one : wild) pattern += (pattern.size() > 4 ? "|" : "") + pattern_of(one);
  wild_pattern = std::make_unique<const RE2>(pattern + ")\\z", RE2::Latin1);
}

namespace {

// ---- one address

// Names that are no persons.
bool is_office(std::string_view address) {
  static const RE2 kOffice(
      "(?i)^(?:abuse|support|sales|info|helpdesk|contact|kontakt|(?:post|host|domain)master"
      "|undisclosed.*|request-[a-f0-9]{16}|bounced?-"
      "|[a-f0-9]{8}(?:\\.[a-f0-9]{8}|-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})"
      "|.+=.+=.+)@",
      RE2::Latin1);
  return found(kOffice, address);
}

bool is_imported(const EvalSettings& settings, std::string_view address) {
  const AddressList* auth = settings.wlbl.addresses("welcomelist_auth");
  if (settings.free_mail.import_auth && auth != nullptr && auth->has(address)) return true;
  const AddressList* def_auth = settings.wlbl.addresses("def_welcomelist_auth");
  return settings.free_mail.import_def_auth && def_auth != nullptr && def_auth->has(address);
}

// REQUIRES: `address` is in lower case.
bool is_free(const EvalSettings& settings, std::string_view address) {
  const FreeMailSettings& own = settings.free_mail;
  if (address.empty()) return false;
  const std::string_view domain = address.substr(address.rfind('@') + 1);
  const bool provider = own.domains.contains(domain) ||
                        (own.wild_pattern != nullptr && found(*own.wild_pattern, address));
  if (!provider) return false;
  if (own.welcome.contains(address) || own.welcome.contains(domain)) return false;
  return !is_office(address) && !is_imported(settings, address);
}

// ---- the optional pattern an address must match

struct AddressPattern final : EvalPrepared {
  std::string field = {};
  std::string forms = {};
  std::unique_ptr<const RE2> pattern = {};

  [[nodiscard]] bool matches(std::string_view address) const {
    return pattern == nullptr || found(*pattern, address);
  }
};

bool set_pattern(std::span<const std::string> arguments, std::size_t i, AddressPattern& prepared,
                 std::string& fault) {
  if (i >= arguments.size()) return true;
  prepared.pattern = std::make_unique<const RE2>(arguments[i], RE2::Latin1);
  if (prepared.pattern->ok()) return true;
  fault = "write a regular expression without look-around: " + prepared.pattern->error();
  return false;
}

std::unique_ptr<const EvalPrepared> prepare_pattern(std::span<const std::string> arguments,
                                                    std::string& fault) {
  auto prepared = std::make_unique<AddressPattern>();
  if (!set_pattern(arguments, 0, *prepared, fault)) return nullptr;
  return prepared;
}

std::unique_ptr<const EvalPrepared> prepare_field(std::span<const std::string> arguments,
                                                  std::string& fault) {
  auto prepared = std::make_unique<AddressPattern>();
  const std::size_t colon = std::min(arguments[0].find(':'), arguments[0].size());
  prepared->field = arguments[0].substr(0, colon);
  prepared->forms = arguments[0].substr(colon);
  if (prepared->forms.find(":addr") == std::string::npos) prepared->forms += ":addr";
  if (!set_pattern(arguments, 1, *prepared, fault)) return nullptr;
  return prepared;
}

const AddressPattern& pattern_of(const EvalContext& context) {
  return static_cast<const AddressPattern&>(*context.prepared);
}

std::string_view lower(std::string_view text, Arena& arena) {
  const auto is_upper = [](char c) { return ascii_lower(c) != c; };
  if (std::none_of(text.begin(), text.end(), is_upper)) return text;
  const std::span<char> out = arena.take(text.size());
  std::transform(text.begin(), text.end(), out.begin(), ascii_lower);
  return {out.data(), out.size()};
}

bool is_wanted(EvalContext& context, std::string_view address) {
  address = lower(address, context.mail.arena());
  return is_free(context.settings, address) && pattern_of(context).matches(address);
}

// ---- the body

bool is_known(std::span<const std::string_view> addresses, std::string_view address) {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](std::string_view known) { return iequals(known, address); });
}

void add_link(EvalContext& context, const MailUri& uri, FreeMailState& state) {
  if ((uri.types & kUriA) == 0 || (uri.types & kUriParsed) != 0) return;
  if (!istarts_with(uri.raw, "mailto:")) return;
  const Registry& registry = context.settings.boundaries.registry();
  const std::string_view address =
      lower(address_at_front(uri.raw.substr(7), registry), context.mail.arena());
  if (!address.empty() && !is_known(state.found, address)) state.found.push_back(address);
}

void add_text(EvalContext& context, std::string_view text, FreeMailState& state) {
  const Registry& registry = context.settings.boundaries.registry();
  drop_quoted_addresses(text, registry, state.scratch, state.text);
  TextAddresses addresses(state.text, registry);
  while (state.found.size() < kAddressesMax) {
    const std::string_view address = addresses.next();
    if (address.empty()) return;
    if (is_known(state.found, address)) continue;
    Arena& arena = context.mail.arena();
    state.found.push_back(lower(arena.copy(address), arena));
  }
}

void find_addresses(EvalContext& context, FreeMailState& state) {
  for (const MailUri& uri : context.mail.uris()) {
    if (state.found.size() >= kLinksMax) break;
    add_link(context, uri, state);
  }
  const TextUnits& body = context.mail.body();
  if (body.block.find('@') == std::string_view::npos) return;
  for (std::size_t i = 0; i < body.units.size() && state.found.size() < kAddressesMax; ++i) {
    const std::string_view text = body.text(i);
    if (text.find('@') != std::string_view::npos) add_text(context, text, state);
  }
}

// Keeps those of free mail providers. False: there are too many.
bool keep_free(EvalContext& context, FreeMailState& state) {
  const FreeMailSettings& settings = context.settings.free_mail;
  std::size_t all = 0;
  std::size_t free = 0;
  for (const std::string_view address : state.found) {
    if (++all == settings.body_addresses_max && settings.skip_when_over_max) return false;
    if (!is_free(context.settings, address)) continue;
    if (++free == settings.body_free_max && settings.skip_when_over_max) return false;
    state.body.push_back(address);
  }
  return true;
}

// Reads the addresses of free mail providers in the body. False: there are too many to tell.
bool read_body(EvalContext& context) {
  FreeMailState& state = context.state.free_mail;
  if (!state.body_read) {
    state.body_read = true;
    find_addresses(context, state);
    state.skip_body = !keep_free(context, state);
  }
  return !state.skip_body;
}

// ---- the functions

int check_freemail_header(EvalContext& context) {
  const AddressPattern& prepared = pattern_of(context);
  if (!context.settings.free_mail.available()) return 0;
  bool hit = false;
  for_each_line(text_of(context.mail, prepared.field, prepared.forms),
                [&](std::string_view address) {
                  hit = is_wanted(context, address);
                  return !hit;
                });
  return hit ? 1 : 0;
}

int check_freemail_from(EvalContext& context) {
  if (!context.settings.free_mail.available()) return 0;
  const std::span<const std::string_view> addresses = context.mail.from_addresses();
  const bool hit = std::any_of(addresses.begin(), addresses.end(), [&](std::string_view address) {
    return is_wanted(context, address);
  });
  return hit ? 1 : 0;
}

int check_freemail_body(EvalContext& context) {
  if (!context.settings.free_mail.available() || !read_body(context)) return 0;
  const std::vector<std::string_view>& body = context.state.free_mail.body;
  const AddressPattern& prepared = pattern_of(context);
  const bool hit = std::any_of(body.begin(), body.end(),
                               [&](std::string_view address) { return prepared.matches(address); });
  return hit ? 1 : 0;
}

// Senders of lists and other machines.
bool is_bulk_sender(Mail& mail) {
  static const RE2 kBulk(
      "(?i)(?:^(?:post|host|domain)master|^double-bounce"
      "|^(?:sentto|owner|return|(?:gr)?bounced?)-.+"
      "|-(?:request|bounces?|admin|owner)"
      "|\\b(?:do[._-t]?)?no[._-t]?repl(?:y|ies)"
      "|.+=.+)@",
      RE2::Latin1);
  const auto sender = mail.get("EnvelopeFrom", "");
  return sender && found(kBulk, sender->substr(0, sender->find('\n')));
}

// The addresses of a field, one a line.
struct FieldAddresses {
  std::string_view all = {};
  bool any_free = false;
};

FieldAddresses field_addresses(EvalContext& context, std::string_view name) {
  FieldAddresses addresses{.all = lower(addresses_of(context.mail, name), context.mail.arena())};
  for_each_line(addresses.all, [&](std::string_view address) {
    addresses.any_free = is_free(context.settings, address);
    return !addresses.any_free;
  });
  return addresses;
}

bool has_address(std::string_view addresses, std::string_view wanted) {
  bool found = false;
  for_each_line(addresses, [&](std::string_view address) {
    found = address == wanted;
    return !found;
  });
  return found;
}

constexpr std::size_t kComparedMax = 64;

bool share_address(std::string_view a, std::string_view b) {
  bool shared = false;
  std::size_t compared = 0;
  for_each_line(a, [&](std::string_view address) {
    shared = has_address(b, address);
    return !shared && ++compared < kComparedMax;
  });
  return shared;
}

// Whether an address of the body is another one than one of `addresses`.
bool differs_from_body(std::string_view addresses, std::span<const std::string_view> body) {
  bool differs = false;
  for_each_line(addresses, [&](std::string_view address) {
    differs = std::any_of(body.begin(), body.end(),
                          [&](std::string_view other) { return other != address; });
    return !differs;
  });
  return differs;
}

int check_freemail_replyto(EvalContext& context) {
  const FreeMailSettings& settings = context.settings.free_mail;
  if (!settings.available()) return 0;
  const bool also_without = !context.arguments.empty() && context.arguments[0] == "reply";
  const FieldAddresses reply = field_addresses(context, "Reply-To");
  if (!reply.any_free && (!also_without || !reply.all.empty())) return 0;
  const FieldAddresses from = field_addresses(context, "From");
  if (also_without && !from.any_free) return 0;
  if (settings.skip_bulk_sender && is_bulk_sender(context.mail)) return 0;
  if (from.any_free && reply.any_free && !share_address(from.all, reply.all)) return 1;
  if (!read_body(context)) return 0;
  const std::string_view answered = reply.any_free || !also_without ? reply.all : from.all;
  return differs_from_body(answered, context.state.free_mail.body) ? 1 : 0;
}

std::unique_ptr<const EvalPrepared> prepare_replyto(std::span<const std::string> arguments,
                                                    std::string& fault) {
  if (arguments.empty() || arguments[0] == "reply" || arguments[0] == "replyto") {
    return std::make_unique<const EvalPrepared>();
  }
  fault = "write 'replyto' or 'reply'";
  return nullptr;
}

constexpr std::array kEntries = {
    EvalEntry{.name = "check_freemail_body",
              .plugin = "FreeMail",
              .meaning = "the body has an address of a free mail provider",
              .run = check_freemail_body,
              .prepare = prepare_pattern,
              .arguments_max = 1},
    EvalEntry{.name = "check_freemail_from",
              .plugin = "FreeMail",
              .meaning = "an author or sender is at a free mail provider",
              .run = check_freemail_from,
              .prepare = prepare_pattern,
              .arguments_max = 1},
    EvalEntry{.name = "check_freemail_header",
              .plugin = "FreeMail",
              .meaning = "an address of the field is at a free mail provider",
              .run = check_freemail_header,
              .prepare = prepare_field,
              .arguments_min = 1,
              .arguments_max = 2},
    EvalEntry{.name = "check_freemail_replyto",
              .plugin = "FreeMail",
              .meaning = "author, Reply-To and body have different free mail addresses",
              .run = check_freemail_replyto,
              .prepare = prepare_replyto,
              .arguments_max = 1},
};

}  // namespace

std::span<const EvalEntry> free_mail_evals() {
  return kEntries;
}

}  // namespace sluice::rules
