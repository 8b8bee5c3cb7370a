// A Perl pattern in an eval function's argument or in a plugin's rule.
//
//   EvalPattern::compile("(?i)^free", kBare, fault)->matches("Free money")     true
//   EvalPattern::compile("/^free/i", kDelimited, fault)
//
// Texts are UTF-8, and a dot is a character; a text that is not valid UTF-8 is Latin-1. \d, \s and
// \w are ASCII, as SpamAssassin compiles them.
//
// RE2 runs what it understands in the same way, in linear time; PCRE2 the rest.
//
// Failure:  compile() says what is wrong. A match that costs more than the limits is none.
// Bounds:   limits::kPcre2MatchLimit and the like for each text.
// Threads:  immutable; matches() may be called by any thread.
// Tests:    tests/rules/evals/eval_pattern_test.cc

#pragma once

#include <memory>
#include <string>
#include <string_view>

struct pcre2_real_code_8;

namespace re2 {
class RE2;
}

namespace sluice::rules {

class EvalPattern {
 public:
  enum Form { kBare, kDelimited };

  // Null, and `fault` says why, if `text` is no pattern.
  static std::unique_ptr<const EvalPattern> compile(std::string_view text, Form form,
                                                    std::string& fault);

  EvalPattern();
  EvalPattern(const EvalPattern&) = delete;
  EvalPattern& operator=(const EvalPattern&) = delete;
  ~EvalPattern();

  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  struct FreeCode {
    void operator()(pcre2_real_code_8* code) const;
  };

  // For texts of one encoding.
  struct Code {
    std::unique_ptr<const re2::RE2> re2;  // null: PCRE2 has to do it
    std::unique_ptr<pcre2_real_code_8, FreeCode> pcre2;
  };

  static bool compile_code(const std::string& pattern, bool utf8, Code& out, std::string& fault);
  [[nodiscard]] static bool matches(const Code& code, std::string_view text, bool utf8);

  Code utf8_code_;
  Code latin1_code_;
  std::string literal_;  // ASCII that every match has; may be empty
};

}  // namespace sluice::rules
