#include "rules/evals/uri_detail.h"

#include <algorithm>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/assert.h"

namespace sluice::rules {

namespace {

// One condition: a word, a sign, a pattern in its delimiters with its flags.
constexpr char kCondition[] = R"(\b(\w+)\b\s*([\=\!]\~)\s*((?:/.*?/|m(\W).*?\4)[imsx]*)(?=\s|$))";

using Code = std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)>;
using MatchData = std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)>;

// Finds one condition after the other.
class ConditionFinder {
 public:
  explicit ConditionFinder(std::string_view text) : text_(text) {
    int code = 0;
    PCRE2_SIZE offset = 0;
    code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(kCondition), PCRE2_ZERO_TERMINATED, 0,
                              &code, &offset, nullptr));
    SLUICE_ASSERT(code_ != nullptr);
    data_.reset(pcre2_match_data_create_from_pattern(code_.get(), nullptr));
  }

  bool next() {
    const auto* const bytes = reinterpret_cast<PCRE2_SPTR>(text_.data());
    const int found = pcre2_match(code_.get(), bytes, text_.size(), at_, 0, data_.get(), nullptr);
    if (found < 0) return false;
    at_ = pcre2_get_ovector_pointer(data_.get())[1];
    return true;
  }

  [[nodiscard]] std::string_view group(std::size_t i) const {
    const PCRE2_SIZE* const at = pcre2_get_ovector_pointer(data_.get());
    return text_.substr(at[2 * i], at[2 * i + 1] - at[2 * i]);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  Code code_{nullptr, pcre2_code_free};
  MatchData data_{nullptr, pcre2_match_data_free};
};

}  // namespace

bool UriDetailRule::add(std::string_view key, std::string_view sign, std::string_view pattern,
                        std::string& fault) {
  const auto* const found = std::find(kKeys.begin(), kKeys.end(), key);
  if (found == kKeys.end()) {
    fault = "write one of raw type cleaned text domain host, not '" + std::string(key) + "'";
    return false;
  }
  Condition& condition = conditions_[static_cast<std::size_t>(found - kKeys.begin())];
  condition.negated = sign == "!~";
  condition.pattern = EvalPattern::compile(pattern, EvalPattern::kDelimited, fault);
  return condition.pattern != nullptr;
}

std::optional<UriDetailRule> UriDetailRule::parse(std::string_view conditions, std::string& fault) {
  UriDetailRule out;
  bool any = false;
  ConditionFinder finder(conditions);
  while (finder.next()) {
    if (!out.add(finder.group(1), finder.group(2), finder.group(3), fault)) return std::nullopt;
    any = true;
  }
  if (any) return out;
  fault = "write conditions, as text =~ /\\bhttps:/ cleaned !~ /\\bhttps:/";
  return std::nullopt;
}

bool UriDetailRule::holds(Key key, const MailUri& uri) const {
  const Condition& condition = conditions_[static_cast<std::size_t>(key)];
  if (condition.pattern == nullptr) return true;
  const auto one = [&condition](std::string_view text) { return condition.holds(text); };
  const auto any = [&one](const auto& texts) {
    return std::any_of(texts.begin(), texts.end(), one);
  };
  switch (key) {
    case Key::kRaw:
      return one(uri.raw);
    case Key::kType:
      for (uint32_t bits = uri.types; bits != 0; bits &= bits - 1) {
        if (one(uri_type_name(static_cast<UriType>(bits & (0U - bits))))) return true;
      }
      return false;
    case Key::kCleaned:
      return any(uri.cleaned);
    case Key::kText:
      return any(uri.anchor_texts);
    case Key::kDomain:
      return std::any_of(uri.hosts.begin(), uri.hosts.end(),
                         [&one](const auto& host) { return one(host.second); });
    case Key::kHost:
      break;
  }
  return std::any_of(uri.hosts.begin(), uri.hosts.end(),
                     [&one](const auto& host) { return one(host.first); });
}

bool UriDetailRule::matches(const MailUri& uri) const {
  for (std::size_t key = 0; key < kKeys.size(); ++key) {
    if (!holds(static_cast<Key>(key), uri)) return false;
  }
  return true;
}

bool UriDetailRule::matches(std::span<const MailUri> uris) const {
  return std::any_of(uris.begin(), uris.end(), [this](const MailUri& uri) { return matches(uri); });
}

}  // namespace sluice::rules
