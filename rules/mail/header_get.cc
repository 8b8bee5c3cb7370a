#include "rules/mail/header_get.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>

#include "base/text.h"
#include "rules/mail/envelope.h"
#include "rules/mail/header_text.h"
#include "rules/mail/host_text.h"
#include "rules/mail/received.h"

namespace sluice::rules {
namespace {

using Texts = std::pmr::vector<std::string_view>;

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kAllBytesMax = 65536;

struct Forms {
  bool raw = false;
  bool addr = false;
  bool name = false;
  bool host = false;
  bool domain = false;
  bool ip = false;
  bool revip = false;
  bool first = false;
  bool last = false;

  [[nodiscard]] bool needs_raw() const { return raw || addr || name; }

  [[nodiscard]] bool one_value() const { return addr || name || host || domain || ip || revip; }
};

void set_form(std::string_view word, Forms& forms) {
  if (word == "raw") forms.raw = true;
  if (word == "addr") forms.addr = true;
  if (word == "name") forms.name = true;
  if (word == "host" || word == "domain") forms.host = true;
  if (word == "domain") forms.domain = true;
  if (word == "ip" || word == "revip") forms.ip = true;
  if (word == "revip") forms.revip = true;
  if (word == "first") forms.first = true;
  if (word == "last") forms.last = true;
}

Forms read_forms(std::string_view text) {
  Forms forms;
  while (!text.empty()) {
    text.remove_prefix(1);  // the colon
    const std::size_t end = std::min(text.find(':'), text.size());
    set_form(text.substr(0, end), forms);
    text.remove_prefix(end);
  }
  return forms;
}

std::string_view joined(std::span<const std::string_view> texts, std::string_view between,
                        Arena& arena) {
  if (texts.size() == 1) return texts.front();
  std::size_t size = 0;
  for (const std::string_view text : texts) size += text.size() + between.size();
  const std::span<char> out = arena.take(size);
  std::size_t used = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (const std::string_view piece : {i > 0 ? between : std::string_view(), texts[i]}) {
      if (!piece.empty()) std::memcpy(out.data() + used, piece.data(), piece.size());
      used += piece.size();
    }
  }
  arena.trim(out, used);
  return {out.data(), used};
}

// Fields of this name, as get_header() has them.
void append_fields(std::string_view name, bool raw, GetSource& source, Texts& out) {
  for (const MailField& field : source.fields()) {
    if (!iequals(field.name, name)) continue;
    out.push_back(raw ? unfolded(field.raw, source.arena()) : field.text);
  }
}

void append_raw_fields(std::string_view name, GetSource& source, Texts& out) {
  name = trim(name);
  for (const MailField& field : source.fields()) {
    if (iequals(field.name, name)) out.push_back(field.raw);
  }
}

std::string_view lower_copy(std::string_view text, Arena& arena) {
  const std::span<char> out = arena.take(text.size());
  std::transform(text.begin(), text.end(), out.begin(), ascii_lower);
  return {out.data(), out.size()};
}

// X-AuthorDomain: each domain of From once. X-SenderDomain: that of the envelope.
void append_metadata(std::string_view name, GetSource& source, Texts& out) {
  const bool author = iequals(name, "x-authordomain");
  if (!author && !iequals(name, "x-senderdomain")) return;
  const GetRequest request = author
                                 ? GetRequest{.name = "From", .forms = ":addr:host"}
                                 : GetRequest{.name = "EnvelopeFrom", .forms = ":first:addr:host"};
  Texts domains(&source.arena());
  for (const std::string_view domain : get_texts(request, source)) {
    if (std::find(domains.begin(), domains.end(), domain) == domains.end()) {
      domains.push_back(domain);
    }
    if (!author) break;
  }
  if (domains.empty()) return;
  out.push_back(lower_copy(joined(domains, " ", source.arena()), source.arena()));
}

struct RangeName {
  std::string_view name;
  bool internal;  // where the internal relays end, not the trusted ones
  bool above;     // the newer fields
};

constexpr std::array kRanges = {
    RangeName{"ALL-TRUSTED", false, true}, RangeName{"ALL-INTERNAL", true, true},
    RangeName{"ALL-UNTRUSTED", false, false}, RangeName{"ALL-EXTERNAL", true, false}};

// "ALL" and what begins with it. False: the request is another.
bool append_all(const GetRequest& request, bool raw, GetSource& source, Texts& out) {
  if (!request.name.starts_with("ALL")) return false;
  if (request.name == "ALL") {
    const std::string_view text =
        raw ? all_raw_text(source.pristine_header(), source.arena()) : source.all();
    if (!text.empty()) out.push_back(text);
    return true;
  }
  const auto* const found =
      std::find_if(kRanges.begin(), kRanges.end(),
                   [&](const RangeName& range) { return range.name == request.name; });
  if (found == kRanges.end()) return false;
  const Relays& relays = source.relays();
  const int edge = (found->internal ? relays.last_internal_field : relays.last_trusted_field) + 1;
  ReceivedRange range;
  (found->above ? range.end : range.start) = edge;
  const std::string_view text = headers_between(
      raw ? all_raw_text(source.pristine_header(), source.arena()) : source.all(), range, raw);
  if (!text.empty()) out.push_back(text);
  return true;
}

struct RelaysName {
  std::string_view name;
  bool internal;
  bool above;
};

constexpr std::array kRelays = {RelaysName{"X-Spam-Relays-Trusted", false, true},
                                RelaysName{"X-Spam-Relays-Untrusted", false, false},
                                RelaysName{"X-Spam-Relays-Internal", true, true},
                                RelaysName{"X-Spam-Relays-External", true, false}};

bool append_relays(std::string_view name, GetSource& source, Texts& out) {
  if (!istarts_with(name, "x-spam-relays-")) return false;
  const auto* const found =
      std::find_if(kRelays.begin(), kRelays.end(),
                   [&](const RelaysName& each) { return iequals(each.name, name); });
  if (found == kRelays.end()) return false;
  const Relays& relays = source.relays();
  const std::span<const Relay> all(relays.all);
  const std::size_t edge = found->internal ? relays.internal : relays.trusted;
  out.push_back(relays_text(found->above ? all.first(edge) : all.subspan(edge), source.arena()));
  return true;
}

// The names that stand for several fields, or for none.
bool append_special(const GetRequest& request, bool raw, GetSource& source, Texts& out) {
  if (iequals(request.name, "envelopefrom")) {
    if (const auto sender = source.sender()) out.push_back(*sender);
    return true;
  }
  if (iequals(request.name, "tocc")) {
    append_fields("to", raw, source, out);
    append_fields("cc", raw, source, out);
    return true;
  }
  if (request.name == "MESSAGEID") {
    for (const std::string_view name :
         {"x-message-id", "resent-message-id", "x-original-message-id", "message-id"}) {
      append_fields(name, raw, source, out);
    }
    std::erase_if(out, [](std::string_view text) { return text.empty(); });
    return true;
  }
  return append_relays(request.name, source, out);
}

void append_field_texts(std::string_view name, const Forms& forms, GetSource& source, Texts& out) {
  if (forms.needs_raw()) {
    append_raw_fields(name, source, out);
  } else {
    append_fields(name, false, source, out);
  }
  if (out.empty()) append_metadata(name, source, out);
}

// White space is a blank, none stands at the ends, single quotes around it go.
std::string_view tidy_name(std::string_view text, Arena& arena) {
  const std::string_view trimmed = trim(text);
  if (trimmed.empty()) return text;
  const std::span<char> out = arena.take(trimmed.size());
  std::size_t used = 0;
  for (std::size_t i = 0; i < trimmed.size(); ++i) {
    if (!is_space(trimmed[i])) {
      out[used++] = trimmed[i];
    } else if (!is_space(trimmed[i - 1])) {
      out[used++] = ' ';
    }
  }
  arena.trim(out, used);
  std::string_view name(out.data(), used);
  if (name.size() >= 2 && name.front() == '\'' && name.back() == '\'') {
    name = name.substr(1, name.size() - 2);
  }
  return name;
}

Texts addresses_of(const Texts& texts, const Forms& forms, GetSource& source) {
  Arena& arena = source.arena();
  Texts out(&arena);
  for (const MailAddress& each : source.addresses(texts)) {
    if (forms.addr) {
      if (each.address) out.push_back(*each.address);
      continue;
    }
    if (!each.phrase) continue;
    out.push_back(forms.raw ? *each.phrase
                            : tidy_name(decode_header(*each.phrase, {}, arena), arena));
  }
  return out;
}

std::optional<std::string_view> host_of(std::string_view text, const Forms& forms,
                                        GetSource& source) {
  const auto host = forms.addr ? host_of_address(text) : find_host(text, source.registry());
  if (!host || host->empty() || *host == "0") return std::nullopt;
  if (!forms.domain) return host;
  return source.registry().split(*host, source.arena()).domain;
}

std::optional<std::string_view> ip_of(std::string_view text, const Forms& forms, Arena& arena) {
  const auto ip = find_bounded_ip(text);
  return ip && forms.revip ? reversed_ip(*ip, arena) : ip;
}

Texts picked(const Texts& texts, const Forms& forms, GetSource& source) {
  Texts out(&source.arena());
  for (const std::string_view text : texts) {
    const auto value =
        forms.host ? host_of(text, forms, source) : ip_of(text, forms, source.arena());
    if (value) out.push_back(*value);
  }
  return out;
}

}  // namespace

std::pmr::vector<std::string_view> get_texts(const GetRequest& request, GetSource& source) {
  const Forms forms = read_forms(request.forms);
  Texts texts(&source.arena());
  if (append_all(request, forms.raw, source, texts)) return texts;
  if (!append_special(request, forms.raw, source, texts)) {
    append_field_texts(request.name, forms, source, texts);
  }
  if (texts.empty()) return texts;
  if (forms.first) texts.resize(1);
  if (!forms.first && forms.last) texts.erase(texts.begin(), texts.end() - 1);
  if (forms.addr || forms.name) texts = addresses_of(texts, forms, source);
  if (forms.host || forms.ip) texts = picked(texts, forms, source);
  return texts;
}

std::optional<std::string_view> scalar_text(const GetRequest& request,
                                            const std::pmr::vector<std::string_view>& texts,
                                            Arena& arena) {
  if (texts.empty()) return std::nullopt;
  const bool one = request.name == "EnvelopeFrom" && request.forms.empty();
  if (!one && !read_forms(request.forms).one_value()) return joined(texts, {}, arena);
  std::string_view text = texts.front();
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

std::optional<std::string_view> rule_text(const std::pmr::vector<std::string_view>& texts,
                                          Arena& arena) {
  if (texts.empty()) return std::nullopt;
  return joined(texts, texts.front().ends_with('\n') ? "" : "\n", arena);
}

namespace {

// How many bytes of each field count to the bound.
std::size_t field_size(const MailField& field) {
  return field.name.size() + field.text.size() + 2;
}

// Fields of one name count one after the other, names in the order of their first field.
std::pmr::vector<bool> fields_within_bound(const std::pmr::vector<MailField>& fields,
                                           Arena& arena) {
  std::pmr::vector<bool> kept(fields.size(), false, &arena);
  std::pmr::vector<bool> counted(fields.size(), false, &arena);
  std::size_t size = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (std::size_t j = i; !counted[i] && j < fields.size(); ++j) {
      if (!iequals(fields[i].name, fields[j].name)) continue;
      size += field_size(fields[j]);
      if (size > kAllBytesMax) return kept;
      kept[j] = true;
      if (j > i) counted[j] = true;
    }
  }
  return kept;
}

}  // namespace

std::string_view all_fields_text(const std::pmr::vector<MailField>& fields, Arena& arena,
                                 bool& truncated) {
  std::size_t size = 0;
  for (const MailField& field : fields) size += field_size(field);
  std::pmr::vector<bool> kept(&arena);
  if (size > kAllBytesMax) {
    truncated = true;
    kept = fields_within_bound(fields, arena);
  }
  const std::span<char> out = arena.take(size);
  std::size_t used = 0;
  const auto put = [&](std::string_view text) {
    if (!text.empty()) std::memcpy(out.data() + used, text.data(), text.size());
    used += text.size();
  };
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!kept.empty() && !kept[i]) continue;
    put(fields[i].name);
    put(": ");
    put(fields[i].text);
  }
  arena.trim(out, used);
  return {out.data(), used};
}

std::string_view all_raw_text(std::string_view header, Arena& arena) {
  const std::span<char> out = arena.take(header.size());
  std::size_t used = 0;
  std::size_t at = 0;
  while (at < header.size()) {
    // A field: from a line that begins with no blank through the newline that no blank follows.
    const bool begins = header[at] != ' ' && header[at] != '\t';
    std::size_t newline = header.find('\n', header[at] == '\n' ? at + 1 : at);
    while (begins && newline != kNone && newline + 1 < header.size() &&
           (header[newline + 1] == ' ' || header[newline + 1] == '\t')) {
      newline = header.find('\n', newline + 1);
    }
    if (begins && newline != kNone) {
      std::memcpy(out.data() + used, header.data() + at, newline + 1 - at);
      used += newline + 1 - at;
      at = newline + 1;
      continue;
    }
    const std::size_t next = header.find('\n', at);
    if (next == kNone) break;
    at = next + 1;
  }
  arena.trim(out, used);
  return {out.data(), used};
}

}  // namespace sluice::rules
