#include "rules/evals/locales.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "rules/evals/family.h"

namespace sluice::rules {

namespace {

constexpr std::size_t kCharsetBytesMax = 64;

struct Language {
  std::string_view name;
  std::string_view charsets;  // between blanks
};

constexpr std::string_view kCyrillic = " KOI8R KOI8U KOI8T ISOIR111 CP1251 GEORGIANPS PT154 CP866 ";

constexpr std::array<Language, 10> kLanguages = {{
    {"ja",
     " EUCJP JISX020119760 JISX020819830 JISX020819900 JISX020819970 JISX021219900"
     " JISX021320001 JISX021320002 SHIFTJIS ISO2022JP SJIS JIS7 JISX0201 JISX0208 JISX0212 "},
    {"ko", " EUCKR KSC56011987 "},
    {"ru", kCyrillic},
    {"ka", kCyrillic},
    {"tg", kCyrillic},
    {"be", kCyrillic},
    {"uk", kCyrillic},
    {"bg", kCyrillic},
    {"th", " TIS620 "},
    {"zh", " GB1988 GB2312 GB231219800 GB18030 GBK BIG5HKSCS BIG5 EUCTW ISO2022CN "},
}};

// Letters and digits alone, in capitals: "iso-8859-1" is "ISO88591".
std::string plain_name(std::string_view charset) {
  std::string name;
  for (const char c : charset) {
    if (is_alnum(c)) name += is_digit(c) ? c : static_cast<char>(ascii_lower(c) - 'a' + 'A');
    if (name.size() == kCharsetBytesMax) break;
  }
  while (name.starts_with("3D")) name.erase(0, 2);  // what broken quoted-printable left
  return name;
}

bool is_western(std::string_view name) {
  constexpr std::array<std::string_view, 7> kFamilies = {
      "ISO8859", "ISO10646", "UTF", "UCS", "CP125", "WINDOWS", "UNICODE11UTF"};
  constexpr std::array<std::string_view, 5> kNames = {"USASCII", "ASCII", "IBM852", "XUNKNOWN",
                                                      "ISO"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
         std::any_of(kFamilies.begin(), kFamilies.end(),
                     [&](std::string_view family) { return name.starts_with(family); });
}

bool writes(std::string_view language, const std::string& spaced_name) {
  return std::any_of(kLanguages.begin(), kLanguages.end(), [&](const Language& candidate) {
    return candidate.name == language &&
           candidate.charsets.find(spaced_name) != std::string_view::npos;
  });
}

bool is_language(std::string_view word) {
  return word.size() >= 2 && word[0] >= 'a' && word[0] <= 'z' && word[1] >= 'a' && word[1] <= 'z';
}

}  // namespace

bool LocaleSettings::take(const Setting& setting, Diagnostics& /*diagnostics*/) {
  if (setting.name != "ok_locales") return false;
  languages.clear();
  all = false;
  for_each_word(setting.value, [&](std::string_view word) {
    if (word == "all") all = true;
    languages.emplace_back(is_language(word) ? word.substr(0, 2) : word);
  });
  return true;
}

bool is_charset_ok(std::string_view charset, const LocaleSettings& locales) {
  if (locales.all) return true;
  const std::string name = plain_name(charset);
  if (is_western(name)) return true;
  const std::string spaced = ' ' + name + ' ';
  return std::any_of(locales.languages.begin(), locales.languages.end(),
                     [&](const std::string& language) { return writes(language, spaced); });
}

}  // namespace sluice::rules
