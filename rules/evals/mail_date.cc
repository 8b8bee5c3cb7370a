#include "rules/evals/mail_date.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "base/text.h"

namespace sluice::rules {

namespace {

using Words = std::span<std::string_view>;

struct Stamp {
  int64_t year = 0;
  int month = 0;  // 1 to 12
  int64_t day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_digits(std::string_view text, std::size_t count) {
  return text.size() == count && is_digits(text);
}

int64_t number(std::string_view digits) {
  int64_t value = 0;
  for (const char c : digits) value = std::min<int64_t>(value * 10 + (c - '0'), 1'000'000'000);
  return value;
}

int month_of(std::string_view word) {
  constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
  if (word.size() != 3) return 0;
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (iequals(word, kMonths[i])) return static_cast<int>(i) + 1;
  }
  return 0;
}

void split(std::string_view text, std::vector<std::string_view>& words) {
  words.clear();
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && !is_space(text[end]) && text[end] != ',') ++end;
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
}

// Words that were understood are emptied.
void take(Words words) {
  std::fill(words.begin(), words.end(), std::string_view());
}

int64_t full_year(std::string_view digits) {
  const int64_t year = number(digits);
  if (digits.size() == 2 && year < 50) return year + 2000;
  return digits.size() == 4 ? year : year + 1900;
}

// "5 May 2005"
bool take_date(Words words, std::size_t digits_min, std::size_t digits_max, Stamp& stamp) {
  for (std::size_t i = 0; i + 2 < words.size(); ++i) {
    const std::string_view year = words[i + 2];
    if (year.size() < digits_min || year.size() > digits_max || !is_digits(year)) continue;
    const int month = month_of(words[i + 1]);
    if (month == 0 || !is_digits(words[i])) continue;
    stamp.year = full_year(year);
    stamp.month = month;
    stamp.day = number(words[i]);
    take(words.subspan(i, 3));
    return true;
  }
  return false;
}

bool is_clock(std::string_view word) {
  const std::size_t first = word.find(':');
  if (first == std::string_view::npos) return false;
  const std::size_t second = word.find(':', first + 1);
  if (second == std::string_view::npos) return false;
  return is_digits(word.substr(0, first)) &&
         is_digits(word.substr(first + 1, second - first - 1)) &&
         is_digits(word.substr(second + 1));
}

// "May 5 20:30:37 2005", as C's ctime() writes. The original loses the time of day here.
bool take_ctime(Words words, Stamp& stamp) {
  for (std::size_t i = 0; i + 3 < words.size(); ++i) {
    const int month = month_of(words[i]);
    if (month == 0 || !is_digits(words[i + 1]) || !is_clock(words[i + 2])) continue;
    if (!is_digits(words[i + 3], 4)) continue;
    stamp.year = number(words[i + 3]);
    stamp.month = month;
    stamp.day = number(words[i + 1]);
    take(words.subspan(i, 4));
    return true;
  }
  return false;
}

// "20:30:37", "9:05"
bool read_time(std::string_view word, Stamp& stamp) {
  const std::size_t colon = word.find(':');
  if (colon != 1 && colon != 2) return false;
  const std::string_view rest = word.substr(colon + 1);
  const bool seconds = rest.size() == 5 && rest[2] == ':' && is_digits(rest.substr(3));
  if (rest.size() != 2 && !seconds) return false;
  if (!is_digits(word.substr(0, colon)) || !is_digits(rest.substr(0, 2))) return false;
  stamp.hour = static_cast<int>(number(word.substr(0, colon)));
  stamp.minute = static_cast<int>(number(rest.substr(0, 2)));
  stamp.second = seconds ? static_cast<int>(number(rest.substr(3))) : 0;
  return true;
}

void take_time(Words words, Stamp& stamp) {
  for (std::string_view& word : words) {
    if (!read_time(word, stamp)) continue;
    word = {};
    return;
  }
}

bool is_word_byte(char c) {
  return is_alnum(c) || c == '_';
}

bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

// Minutes east of Greenwich; 0 for names that are not known.
int zone_minutes(std::string_view name) {
  struct Zone {
    std::string_view name;
    int minutes;
  };

  constexpr std::array<Zone, 50> kZones = {{
      {"UT", 0},      {"UTC", 0},    {"NDT", -150}, {"AST", -240},  {"ADT", -180},  {"NST", -210},
      {"EST", -300},  {"EDT", -240}, {"CST", -360}, {"CDT", -300},  {"MST", -420},  {"MDT", -360},
      {"PST", -480},  {"PDT", -420}, {"HST", -600}, {"AKST", -540}, {"AKDT", -480}, {"HADT", -540},
      {"HAST", -600}, {"GMT", 0},    {"BST", 60},   {"IST", 60},    {"WET", 0},     {"WEST", 60},
      {"CET", 60},    {"CEST", 120}, {"EET", 120},  {"EEST", 180},  {"MSK", 180},   {"MSD", 240},
      {"MET", 60},    {"MEZ", 60},   {"MEST", 120}, {"MESZ", 120},  {"BRST", -120}, {"BRT", -180},
      {"AEST", 600},  {"AEDT", 660}, {"ACST", 570}, {"ACDT", 630},  {"AWST", 480},  {"NZST", 720},
      {"NZDT", 780},  {"JST", 540},  {"KST", 540},  {"HKT", 480},   {"SGT", 480},   {"PHT", 480},
      {"IDT", 180},
  }};
  const auto* zone = std::find_if(kZones.begin(), kZones.end(),
                                  [&](const Zone& candidate) { return candidate.name == name; });
  return zone == kZones.end() ? 0 : zone->minutes;
}

// The first word of two to four capitals in `word`, or "".
std::string_view capitals_in(std::string_view word) {
  std::size_t at = 0;
  while (at < word.size()) {
    std::size_t end = at;
    while (end < word.size() && is_word_byte(word[end])) ++end;
    const std::string_view run = word.substr(at, end - at);
    if (run.size() >= 2 && run.size() <= 4 && std::all_of(run.begin(), run.end(), is_capital)) {
      const std::string_view after = word.substr(end);
      const bool summer =
          after.starts_with("-DST") && (after.size() == 4 || !is_word_byte(after[4]));
      return summer ? word.substr(at, run.size() + 4) : run;
    }
    at = end + 1;
  }
  return {};
}

int zone_of(Words words) {
  for (const std::string_view word : words) {
    if (word.size() != 5 || (word[0] != '+' && word[0] != '-') || !is_digits(word.substr(1))) {
      continue;
    }
    const auto minutes = static_cast<int>(number(word.substr(1, 2)) * 60 + number(word.substr(3)));
    return word[0] == '-' ? -minutes : minutes;
  }
  for (const std::string_view word : words) {
    const std::string_view name = capitals_in(word);
    if (!name.empty()) return zone_minutes(name);
  }
  return 0;
}

bool is_leap(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_of(int month, int64_t year) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

void mend(Stamp& stamp) {
  stamp.second = std::min(stamp.second, 59);
  stamp.minute = std::min(stamp.minute, 59);
  stamp.hour = std::min(stamp.hour, 23);
  if (stamp.day > days_of(stamp.month, stamp.year)) {
    stamp.day = 1;
    stamp.month = stamp.month % 12 + 1;
    if (stamp.month == 1) ++stamp.year;
  }
  stamp.year = std::clamp<int64_t>(stamp.year, 1970, 2037);
}

int64_t days_since_1970(const Stamp& stamp) {
  int64_t days = stamp.day - 1;
  for (int64_t year = 1970; year < stamp.year; ++year) days += is_leap(year) ? 366 : 365;
  for (int month = 1; month < stamp.month; ++month) days += days_of(month, stamp.year);
  return days;
}

}  // namespace

std::optional<int64_t> parse_mail_date(std::string_view text,
                                       std::vector<std::string_view>& words) {
  split(text, words);
  Stamp stamp;
  if (!take_date(words, 4, 4, stamp) && !take_ctime(words, stamp) &&
      !take_date(words, 2, 3, stamp)) {
    return std::nullopt;
  }
  take_time(words, stamp);
  mend(stamp);
  if (stamp.day < 1 || stamp.day > days_of(stamp.month, stamp.year)) return std::nullopt;
  const int64_t minutes = int64_t{stamp.hour} * 60 + stamp.minute - zone_of(words);
  return std::max<int64_t>(days_since_1970(stamp) * 86'400 + minutes * 60 + stamp.second, 0);
}

}  // namespace sluice::rules
