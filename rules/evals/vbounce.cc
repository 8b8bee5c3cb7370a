#include "rules/evals/vbounce.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "rules/evals/families.h"

namespace sluice::rules {

namespace {

constexpr std::string_view kReceived = "Received:";

// Whether the line is a Received field, perhaps quoted.
bool is_received(std::string_view line) {
  while (line.starts_with('>') || line.starts_with(' ')) line.remove_prefix(1);
  return istarts_with(line, kReceived);
}

// Whether the text has "Received:" anywhere.
bool has_received(std::string_view text) {
  constexpr std::size_t kName = kReceived.size() - 1;
  for (std::size_t colon = text.find(':'); colon != std::string_view::npos;
       colon = text.find(':', colon + 1)) {
    if (colon >= kName && istarts_with(text.substr(colon - kName), kReceived)) return true;
  }
  return false;
}

// Whether a word has a dot inside.
bool is_dotted(std::string_view word) {
  return word.size() >= 3 && word.substr(1, word.size() - 2).find('.') != std::string_view::npos;
}

// Whether one of the dotted words of `text` is a relay of the list. A word stands between two bytes
// that `separates` says are such, each of which counts for one word only.
template <typename Separates>
bool names_relay(std::string_view text, const AddressList& relays, Separates&& separates) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (!separates(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    while (end < text.size() && !is_space(text[end])) ++end;
    const std::string_view word = text.substr(at + 1, end - at - 1);
    const bool found = end < text.size() && separates(text[end]) && is_dotted(word);
    if (found && relays.has(word)) return true;
    at = found ? end + 1 : std::max(end, at + 1);
  }
  return false;
}

bool body_names_relay(const TextUnits& body, const AddressList& relays) {
  const auto is_blank = [](char c) { return c == ' '; };
  for (std::size_t i = 0; i < body.units.size(); ++i) {
    const std::string_view line = body.text(i);
    if (is_received(line) && names_relay(line, relays, is_blank)) return true;
  }
  return false;
}

// The field at the front of `text` without its line breaks; it is taken off.
std::string_view take_field(std::string_view& text, std::span<char> room) {
  std::size_t used = 0;
  do {
    const std::size_t newline = text.find('\n');
    const std::string_view line = text.substr(0, newline);
    used += line.copy(room.data() + used, line.size());
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
  } while (!text.empty() && text.front() != '\n' && is_space(text.front()));
  return {room.data(), used};
}

// Looks at all that stands as if it were a Received field, which attached messages have. From the
// first one on lines are taken together as fields are.
bool source_names_relay(std::string_view body, const AddressList& relays, Arena& arena) {
  if (!has_received(body)) return false;
  while (!body.empty() && !is_received(body.substr(0, body.find('\n')))) {
    const std::size_t newline = body.find('\n');
    body.remove_prefix(newline == std::string_view::npos ? body.size() : newline + 1);
  }
  const std::span<char> room = arena.take(body.size());
  while (!body.empty()) {
    const std::string_view field = take_field(body, room);
    if (is_received(field) && names_relay(field, relays, is_space)) return true;
  }
  return false;
}

int have_any_bounce_relays(EvalContext& context) {
  return context.settings.vbounce.relays.empty() ? 0 : 1;
}

int check_welcomelist_bounce_relays(EvalContext& context) {
  const AddressList& relays = context.settings.vbounce.relays;
  if (relays.empty()) return 0;
  if (body_names_relay(context.mail.body(), relays)) return 1;
  return source_names_relay(context.mail.pristine_body(), relays, context.mail.arena()) ? 1 : 0;
}

constexpr EvalEntry entry(std::string_view name, std::string_view meaning,
                          int (*run)(EvalContext& context)) {
  return {.name = name, .plugin = "VBounce", .meaning = meaning, .run = run, .arguments_max = 0};
}

constexpr std::array kEntries = {
    entry("have_any_bounce_relays", "welcomelist_bounce_relays is set", have_any_bounce_relays),
    entry("check_welcomelist_bounce_relays", "the bounced message went through one of our relays",
          check_welcomelist_bounce_relays),
    entry("check_whitelist_bounce_relays", "the bounced message went through one of our relays",
          check_welcomelist_bounce_relays),
};

}  // namespace

bool VBounceSettings::take(const Setting& setting, Diagnostics& /*diagnostics*/) {
  if (setting.name != "welcomelist_bounce_relays") return false;
  for_each_word(setting.value, [this](std::string_view word) { relays.add(word); });
  return true;
}

std::span<const EvalEntry> vbounce_evals() {
  return kEntries;
}

}  // namespace sluice::rules
