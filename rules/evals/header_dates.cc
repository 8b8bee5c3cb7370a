#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/text.h"
#include "rules/evals/families.h"
#include "rules/evals/header_eval.h"
#include "rules/evals/mail_date.h"

namespace sluice::rules {

namespace {

constexpr int64_t kSecondsPerHour = 3600;
constexpr double kSecondsPerMonth = 31'556'952.0 / 12;

// ---- arguments: bounds, 'undef' for none

struct Range final : EvalPrepared {
  std::optional<double> min = {};
  std::optional<double> max = {};

  [[nodiscard]] bool has(double value) const {
    return (!min || value >= *min) && (!max || value < *max);
  }
};

std::optional<double> bound(std::span<const std::string> arguments, std::size_t i, double unit) {
  if (i >= arguments.size() || arguments[i] == "undef") return std::nullopt;
  return std::strtod(arguments[i].c_str(), nullptr) * unit;
}

std::unique_ptr<const EvalPrepared> prepare_range(std::span<const std::string> arguments,
                                                  double unit) {
  auto range = std::make_unique<Range>();
  range->min = bound(arguments, 0, unit);
  range->max = bound(arguments, 1, unit);
  return range;
}

std::unique_ptr<const EvalPrepared> prepare_hours(std::span<const std::string> arguments,
                                                  std::string& /*fault*/) {
  return prepare_range(arguments, static_cast<double>(kSecondsPerHour));
}

std::unique_ptr<const EvalPrepared> prepare_months(std::span<const std::string> arguments,
                                                   std::string& /*fault*/) {
  return prepare_range(arguments, kSecondsPerMonth);
}

const Range& range_of(const EvalContext& context) {
  return static_cast<const Range&>(*context.prepared);
}

// ---- dates

// What stands after `set` of one class of bytes in `line` from `at` on.
std::size_t skip_digits(std::string_view line, std::size_t at) {
  while (at < line.size() && is_digit(line[at])) ++at;
  return at;
}

// The digits at `at` and `next` behind them; npos: they are not there.
std::size_t past_number(std::string_view line, std::size_t at, char next) {
  const std::size_t end = skip_digits(line, at);
  return end > at && end < line.size() && line[end] == next ? end + 1 : std::string_view::npos;
}

// "May 2005 20:30:37 -0700" at `at`: where it ends; npos: it is not there.
std::size_t past_month_and_time(std::string_view line, std::size_t at) {
  if (at + 4 > line.size() || line[at + 3] != ' ') return std::string_view::npos;
  for (std::size_t i = at; i < at + 3; ++i) {
    if (is_space(line[i])) return std::string_view::npos;
  }
  at += 4;
  for (const char next : {' ', ':', ':', ' '}) {
    at = past_number(line, at, next);
    if (at == std::string_view::npos) return at;
  }
  const std::size_t zone = at;
  while (at < line.size() && !is_space(line[at])) ++at;
  return at > zone ? at : std::string_view::npos;
}

// " 5 May 2005 20:30:37 -0700" at the blank line[at]; "" if it is not there.
std::string_view date_at(std::string_view line, std::size_t at) {
  if (at + 2 >= line.size() || (!is_digit(line[at + 1]) && !is_digit(line[at + 2]))) return {};
  for (const std::size_t skipped : {2U, 1U}) {
    const std::size_t day = past_number(line, at + skipped, ' ');
    if (day == std::string_view::npos) continue;
    const std::size_t end = past_month_and_time(line, day);
    if (end != std::string_view::npos) return line.substr(at, end - at);
  }
  return {};
}

// The first text of `line` that looks like a date; "" if there is none.
std::string_view find_date(std::string_view line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (!is_space(line[at])) continue;
    const std::string_view date = date_at(line, at);
    if (!date.empty()) return date;
  }
  return {};
}

std::optional<int64_t> received_time(std::string_view line, HeaderEvalState& state) {
  const std::string_view date = find_date(line);
  return date.empty() ? std::nullopt : parse_mail_date(date, state.words);
}

std::optional<int64_t> first_date(Mail& mail, std::string_view name, HeaderEvalState& state) {
  std::optional<int64_t> found;
  for_each_line(text_of(mail, name), [&](std::string_view line) {
    if (!line.empty()) found = parse_mail_date(line, state.words);
    return !found;
  });
  return found;
}

// ---- what fetchmail adds on the way into a mailbox

bool is_word_byte(char c) {
  return is_alnum(c) || c == '_';
}

// A Received field of one machine's own: "from localhost ", or its address behind up to two words.
bool is_from_localhost(std::string_view line) {
  std::size_t at = line.find("from ");
  for (; at != std::string_view::npos; at = line.find("from ", at + 1)) {
    if (at > 0 && is_word_byte(line[at - 1])) continue;
    const std::string_view rest = line.substr(at + 5);
    if (rest.starts_with("localhost") && rest.size() > 9 && is_space(rest[9])) return true;
    std::size_t end = rest.find(' ');
    for (int words = 0; words < 2 && end != 0 && end != std::string_view::npos; ++words) {
      const std::size_t next = std::min(rest.find(' ', end + 1), rest.size());
      const std::size_t address = rest.substr(0, next).find("127.0.0.1", end + 1);
      if (address != std::string_view::npos) {
        const std::size_t behind = address + 9;
        const bool apart = !is_word_byte(rest[address - 1]) &&
                           (behind == rest.size() || !is_word_byte(rest[behind]));
        if (apart) return true;
      }
      if (next == rest.size() || next == end + 1) break;
      end = next;
    }
  }
  return false;
}

// "qmail 123 invoked by uid 4"
bool is_from_qmail(std::string_view line) {
  constexpr std::string_view kInvoked = "invoked by uid ";
  std::size_t at = line.find("qmail ");
  for (; at != std::string_view::npos; at = line.find("qmail ", at + 1)) {
    const std::size_t rest = past_number(line, at + 6, ' ');
    if (rest == std::string_view::npos || !line.substr(rest).starts_with(kInvoked)) continue;
    if (skip_digits(line, rest + kInvoked.size()) > rest + kInvoked.size()) return true;
  }
  return false;
}

// "by localhost with POP3 (fetchmail-6.3.26"
bool is_by_fetchmail(std::string_view line) {
  constexpr std::string_view kBy = "by localhost with ";
  constexpr std::string_view kFetchmail = " (fetchmail-";
  std::size_t at = line.find(kBy);
  for (; at != std::string_view::npos; at = line.find(kBy, at + 1)) {
    if (at > 0 && is_word_byte(line[at - 1])) continue;
    std::size_t end = at + kBy.size();
    while (end < line.size() && is_word_byte(line[end])) ++end;
    if (end == at + kBy.size() || !line.substr(end).starts_with(kFetchmail)) continue;
    end += kFetchmail.size();
    if (end < line.size() && (is_digit(line[end]) || line[end] == '.')) return true;
  }
  return false;
}

// How many of the newest fields a local fetchmail added.
std::size_t count_local(std::string_view first, std::string_view second) {
  if (is_from_localhost(first) || is_from_qmail(first)) return is_by_fetchmail(second) ? 2 : 0;
  return is_by_fetchmail(first) ? 1 : 0;
}

std::size_t count_local(std::string_view received) {
  std::array<std::string_view, 2> first = {};
  std::size_t count = 0;
  for_each_line(received, [&](std::string_view line) {
    if (!trim(line).empty()) first[count++] = line;
    return count < first.size();
  });
  return count_local(first[0], first[1]);
}

void read_received(EvalContext& context, HeaderEvalState& state) {
  const std::string_view received = text_of(context.mail, "Received");
  const std::size_t local = count_local(received);
  std::size_t index = 0;
  for_each_line(received, [&](std::string_view line) {
    if (trim(line).empty()) return true;
    const std::optional<int64_t> time = received_time(line, state);
    const bool is_local = index++ < local;
    if (!time) return true;
    if (!is_local) {
      state.received_s.push_back(*time);
    } else if (*time <= context.now_s) {
      state.fetchmail_s = std::max(*time, state.fetchmail_s.value_or(*time));
    }
    return true;
  });
}

// The difference to the Received field that is nearest. A difference of zero to the oldest does not
// count: it was written with the Date.
int64_t nearest_difference(int64_t date_s, std::span<const int64_t> received_s) {
  if (received_s.size() > 1 && received_s.back() == date_s) {
    received_s = received_s.first(received_s.size() - 1);
  }
  int64_t nearest = date_s - received_s.front();
  for (const int64_t time_s : received_s) {
    if (std::llabs(date_s - time_s) < std::llabs(nearest)) nearest = date_s - time_s;
  }
  return nearest;
}

const HeaderEvalState& dates(EvalContext& context) {
  HeaderEvalState& state = context.state.header;
  if (state.dates_read) return state;
  state.dates_read = true;
  state.date_s = first_date(context.mail, "Resent-Date", state);
  if (!state.date_s) state.date_s = first_date(context.mail, "Date", state);
  read_received(context, state);
  if (state.date_s && !state.received_s.empty()) {
    state.date_diff_s = nearest_difference(*state.date_s, state.received_s);
  }
  return state;
}

int check_for_shifted_date(EvalContext& context) {
  return range_of(context).has(static_cast<double>(dates(context).date_diff_s)) ? 1 : 0;
}

// The median of what may be the time of arrival; 0: no field tells.
int64_t arrival_s(const HeaderEvalState& state) {
  std::array<int64_t, 4> times = {};
  std::size_t count = 0;
  if (state.date_s) times[count++] = *state.date_s;
  if (!state.received_s.empty()) times[count++] = state.received_s.front();
  if (state.fetchmail_s) times[count++] = *state.fetchmail_s;
  if (state.date_s && !state.received_s.empty()) {
    times[count++] = *state.date_s - state.date_diff_s;
  }
  if (count == 0) return 0;
  std::sort(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(count), std::greater<>());
  return times[(count - 1) / 2];
}

int received_within_months(EvalContext& context) {
  const int64_t age_s = context.now_s - arrival_s(dates(context));
  return range_of(context).has(static_cast<double>(age_s)) ? 1 : 0;
}

// ---- Outlook writes the time into the Message-Id

constexpr double kOutlookTicks = 0.0023283064365387;
constexpr double kOutlookEpoch = 27'111'902.8329849;
constexpr int64_t kOutlookFudge = 250;

// The number at the front of "<1234abcdef01$...$...@"; nullopt: it is not written so.
std::optional<int64_t> outlook_time(std::string_view id) {
  const auto is_hex = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); };
  constexpr std::string_view kShape = "<xxxxxxxxxxxx$xxxxxxxx$xxxxxxxx@";
  if (id.size() < kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] == 'x' ? !is_hex(id[i]) : id[i] != kShape[i]) return std::nullopt;
  }
  int64_t time = 0;
  for (const char c : id.substr(5, 8)) time = time * 16 + hex_value(c);
  return time;
}

bool is_outlook_time(int64_t time, std::string_view date, HeaderEvalState& state) {
  const auto date_s = static_cast<double>(parse_mail_date(date, state.words).value_or(0));
  const auto expected = static_cast<int64_t>(date_s * kOutlookTicks + kOutlookEpoch);
  return std::llabs(time - expected) < kOutlookFudge;
}

int check_outlook_message_id(EvalContext& context) {
  HeaderEvalState& state = context.state.header;
  const std::optional<int64_t> time = outlook_time(text_of(context.mail, "MESSAGEID"));
  if (!time || is_outlook_time(*time, text_of(context.mail, "Date"), state)) return 0;
  return is_outlook_time(*time, text_of(context.mail, "Received"), state) ? 0 : 1;
}

constexpr std::array kEntries = {
    EvalEntry{.name = "check_for_shifted_date",
              .plugin = "HeaderEval",
              .meaning = "hours from the nearest Received field to Date, from min to below max",
              .run = check_for_shifted_date,
              .prepare = prepare_hours,
              .arguments_min = 2,
              .arguments_max = 2},
    EvalEntry{.name = "check_outlook_message_id",
              .plugin = "HeaderEval",
              .meaning = "the time in a Message-Id of Outlook is not that of the message",
              .run = check_outlook_message_id,
              .arguments_max = 0},
    EvalEntry{.name = "received_within_months",
              .plugin = "HeaderEval",
              .meaning = "months since the message arrived, from min to below max",
              .run = received_within_months,
              .prepare = prepare_months,
              .arguments_max = 2},
};

}  // namespace

std::span<const EvalEntry> header_date_evals() {
  return kEntries;
}

}  // namespace sluice::rules
