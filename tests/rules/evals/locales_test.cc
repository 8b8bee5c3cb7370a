// Claim:   a charset is welcome if a language of ok_locales is written in it; Western ones always.
// Oracle:  Mail::SpamAssassin::Locales.

#include "rules/evals/locales.h"

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

LocaleSettings locales(const char* value) {
  LocaleSettings settings;
  Diagnostics diagnostics;
  EXPECT_TRUE(settings.take({.name = "ok_locales", .value = value}, diagnostics));
  return settings;
}

TEST(Locales, LetWesternCharsetsPass) {
  const LocaleSettings english = locales("en");
  for (const char* charset : {"us-ascii", "UTF-8", "iso-8859-15", "Windows-1251", "x-unknown"}) {
    EXPECT_TRUE(is_charset_ok(charset, english)) << charset;
  }
}

TEST(Locales, TellLanguagesApart) {
  const LocaleSettings english = locales("en");
  const LocaleSettings asian = locales("ja_JP zh");
  for (const char* charset : {"iso-2022-jp", "Shift_JIS", "gb2312", "big5", "3Dbig5"}) {
    EXPECT_FALSE(is_charset_ok(charset, english)) << charset;
    EXPECT_TRUE(is_charset_ok(charset, asian)) << charset;
  }
  EXPECT_FALSE(is_charset_ok("koi8-r", asian));
  EXPECT_TRUE(is_charset_ok("koi8-r", locales("ru")));
}

TEST(Locales, AllIsAll) {
  EXPECT_TRUE(is_charset_ok("koi8-r", LocaleSettings()));
  EXPECT_TRUE(is_charset_ok("koi8-r", locales("en all")));
}

}  // namespace
}  // namespace sluice::rules
