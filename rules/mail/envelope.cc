#include "rules/mail/envelope.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/text.h"
#include "rules/mail/addresses.h"
#include "rules/mail/line_pattern.h"

namespace sluice::rules {
namespace {

using Texts = std::pmr::vector<std::string_view>;

void append_addresses(std::string_view text, Arena& arena, Texts& out) {
  for (const MailAddress& each : parse_header_addresses(text, arena)) {
    if (each.address) out.push_back(*each.address);
  }
}

const MailField* first_field(std::span<const MailField> fields, std::string_view name) {
  for (const MailField& field : fields) {
    if (iequals(field.name, name)) return &field;
  }
  return nullptr;
}

// ":first:addr" of a field.
Texts first_field_addresses(const EnvelopeSource& source, std::string_view name) {
  Texts out(&source.arena);
  const MailField* field = first_field(source.fields, name);
  if (field != nullptr) append_addresses(field->raw, source.arena, out);
  return out;
}

std::optional<std::string_view> first_address(const EnvelopeSource& source, std::string_view name) {
  const Texts addresses = first_field_addresses(source, name);
  if (addresses.empty()) return std::nullopt;
  return addresses.front();
}

bool is_sender(std::string_view text) {
  const std::size_t at = text.find('@');
  return text.empty() || (at != std::string_view::npos && at > 0);
}

// A line that begins with `name` and a colon; npos: there is none from `from` on.
std::size_t find_line(std::string_view all, std::string_view name, std::size_t from) {
  for (std::size_t at = from; at < all.size();) {
    const std::string_view line = all.substr(at);
    if (istarts_with(line, name) && line.substr(name.size()).starts_with(':')) return at;
    const std::size_t end = all.find('\n', at);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return std::string_view::npos;
}

// A list may have written a field below a Received field for an envelope that was before its own.
bool stands_below_received(std::string_view all, std::string_view name) {
  const std::size_t received = find_line(all, "Received", 0);
  if (received == std::string_view::npos) return false;
  const std::size_t next = all.find('\n', received);
  return next != std::string_view::npos && find_line(all, name, next + 1) != std::string_view::npos;
}

const Relay* last_hop(const Relays& relays) {
  if (relays.trusted < relays.all.size()) return &relays.all[relays.trusted];
  return relays.trusted > 0 ? &relays.all[relays.trusted - 1] : nullptr;
}

// fetchmail takes the sender of a list for the envelope's.
bool is_fetched_from_list(const EnvelopeSource& source) {
  const std::optional<std::string_view> sender = first_address(source, "X-Sender");
  if (!sender || sender->find('@') == std::string_view::npos) return false;
  return std::any_of(source.fields.begin(), source.fields.end(), [](const MailField& field) {
    return iequals(field.name, "Received") &&
           field.text.find("(fetchmail") != std::string_view::npos;
  });
}

void append_field_addresses(std::span<const MailField> fields, std::string_view name, Arena& arena,
                            Texts& out) {
  std::size_t bytes_left = limits::kAddressTextBytesMax;
  for (const MailField& field : fields) {
    if (bytes_left == 0) return;
    if (!iequals(field.name, name)) continue;
    append_addresses(field.raw.substr(0, bytes_left), arena, out);
    bytes_left -= std::min(bytes_left, field.raw.size());
  }
}

// "a@x..example" is what some write for "a@x.example".
std::string_view without_double_dots(std::string_view address, Arena& arena) {
  if (address.find("..") == std::string_view::npos) return address;
  const std::span<char> space = arena.take(address.size());
  const auto end = std::unique_copy(address.begin(), address.end(), space.begin(),
                                    [](char a, char b) { return a == '.' && b == '.'; });
  return {space.data(), static_cast<std::size_t>(end - space.begin())};
}

// Each once, in the order of first appearance. Fields hold a bounded number of addresses.
void drop_repeats(Texts& texts, Arena& arena) {
  std::pmr::vector<std::size_t> order(&arena);
  order.resize(texts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return texts[a] != texts[b] ? texts[a] < texts[b] : a < b;
  });
  std::pmr::vector<bool> repeat(texts.size(), false, &arena);
  for (std::size_t i = 1; i < order.size(); ++i) {
    repeat[order[i]] = texts[order[i]] == texts[order[i - 1]];
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!repeat[i]) texts[kept++] = texts[i];
  }
  texts.resize(kept);
}

// Whom the three newest Received fields say that the mail is for.
void append_received_recipients(const EnvelopeSource& source, Texts& out) {
  static const LinePattern kFor(R"( for <?(\S+@(\S+?))>?;)");
  LineMatcher matcher(source.arena);
  int received = 0;
  for (const MailField& field : source.fields) {
    if (!iequals(field.name, "Received")) continue;
    if (++received > 3) return;
    if (field.text.find(" for ") == std::string_view::npos) continue;
    if (matcher.match(kFor, field.text) && is_valid_host(matcher.group(2))) {
      out.push_back(matcher.group(1));
    }
  }
}

bool is_label(std::string_view label, bool underscores) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
    return false;
  }
  return std::all_of(label.begin(), label.end(),
                     [&](char c) { return is_alnum(c) || c == '-' || (underscores && c == '_'); });
}

// A field or line of get("ALL"): with its folds, or up to the next newline.
std::size_t entry_end(std::string_view headers, std::size_t begin, bool folded) {
  std::size_t at = begin;
  while (true) {
    at = headers.find('\n', at);
    if (at == std::string_view::npos) return headers.size();
    ++at;
    if (!folded || at >= headers.size() || (headers[at] != ' ' && headers[at] != '\t')) return at;
  }
}

// What belongs to no field: blanks before the first, or the empty line that ends the header.
bool is_orphan(std::string_view entry) {
  return entry.front() == ' ' || entry.front() == '\t' || entry == "\n";
}

}  // namespace

std::optional<std::string_view> envelope_from(const EnvelopeSource& source) {
  if (!source.settings.envelope_sender_header.empty()) {
    const auto sender = first_address(source, source.settings.envelope_sender_header);
    return sender && is_sender(*sender) ? sender : std::nullopt;
  }
  const Relay* hop = last_hop(source.relays);
  if (hop != nullptr && hop->has_env_from && is_sender(hop->env_from)) return hop->env_from;
  if (is_fetched_from_list(source)) return std::nullopt;
  for (const std::string_view name : {"X-Envelope-From", "Envelope-Sender", "Return-Path"}) {
    const std::optional<std::string_view> sender = first_address(source, name);
    if (!sender) continue;
    if (!stands_below_received(source.all, name)) return sender;
    if (name == "X-Envelope-From") return std::nullopt;
  }
  return std::nullopt;
}

std::pmr::vector<std::string_view> all_from_addresses(const EnvelopeSource& source,
                                                      std::optional<std::string_view> sender) {
  Texts out = first_field_addresses(source, "Resent-From");
  if (out.empty()) {
    for (const std::string_view name :
         {"From", "Envelope-Sender", "Resent-Sender", "X-Envelope-From"}) {
      append_field_addresses(source.fields, name, source.arena, out);
    }
    if (sender) append_addresses(*sender, source.arena, out);
    for (std::string_view& address : out) address = without_double_dots(address, source.arena);
  }
  drop_repeats(out, source.arena);
  return out;
}

std::pmr::vector<std::string_view> all_to_addresses(const EnvelopeSource& source) {
  Texts out = first_field_addresses(source, "Resent-To");
  for (const std::string_view address : first_field_addresses(source, "Resent-Cc")) {
    out.push_back(address);
  }
  if (out.empty()) {
    append_received_recipients(source, out);
    for (const std::string_view name :
         {"To", "Apparently-To", "Delivered-To", "Envelope-Recipients", "Apparently-Resent-To",
          "X-Envelope-To", "Envelope-To", "X-Delivered-To", "X-Original-To", "X-Rcpt-To",
          "X-Real-To", "Cc"}) {
      append_field_addresses(source.fields, name, source.arena, out);
    }
  }
  drop_repeats(out, source.arena);
  return out;
}

std::pmr::vector<std::string_view> field_addresses(std::span<const MailField> fields,
                                                   std::string_view name, Arena& arena) {
  Texts out(&arena);
  append_field_addresses(fields, name, arena, out);
  return out;
}

std::string_view headers_between(std::string_view headers, const ReceivedRange& range,
                                 bool folded) {
  if (range.end && *range.end < 0) return {};
  std::size_t begin = std::string_view::npos;
  std::size_t end = 0;
  int received = -1;
  std::size_t next = 0;
  for (std::size_t at = 0; at < headers.size(); at = next) {
    next = entry_end(headers, at, folded);
    if (folded && is_orphan(headers.substr(at, next - at))) continue;
    if (istarts_with(headers.substr(at), "Received:")) {
      ++received;
      if (!range.include_start && range.start == received) continue;
      if (!range.include_end && range.end == received) break;
    }
    const bool last = range.end == received;
    const bool inside =
        (!range.start || *range.start <= received) && (!range.end || received < *range.end);
    if (!inside && !last) continue;
    begin = std::min(begin, at);
    end = next;
    if (last) break;
  }
  return begin < end ? headers.substr(begin, end - begin) : std::string_view();
}

bool is_valid_host(std::string_view host) {
  while (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() > 253) return false;
  auto labels = 1 + std::count(host.begin(), host.end(), '.');
  if (labels < 2) return false;
  for (; labels > 0; --labels) {
    const std::size_t dot = host.find('.');
    if (!is_label(host.substr(0, dot), labels > 2)) return false;
    host.remove_prefix(dot == std::string_view::npos ? host.size() : dot + 1);
  }
  return true;
}

}  // namespace sluice::rules
