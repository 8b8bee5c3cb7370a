#include "rules/language/meta_expression.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::rules {
namespace {

enum class Sign : uint8_t {
  kNot,
  kNegate,
  kPlus,
  kMultiply,
  kDivide,
  kAdd,
  kSubtract,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kEqual,
  kNotEqual,
  kXor,
  kAnd,
  kOr,
  kQuestion,
  kColon,
  kOpen,
  kClose,
};

struct Operator {
  std::string_view text;
  Sign sign;
  int precedence;  // higher binds tighter
};

// Longer spellings first, so that the first that fits is the right one.
constexpr std::array<Operator, 18> kOperators = {{
    {"&&", Sign::kAnd, 3},
    {"||", Sign::kOr, 2},
    {"<=", Sign::kLessEqual, 6},
    {">=", Sign::kGreaterEqual, 6},
    {"==", Sign::kEqual, 5},
    {"!=", Sign::kNotEqual, 5},
    {"!", Sign::kNot, 9},
    {"*", Sign::kMultiply, 8},
    {"/", Sign::kDivide, 8},
    {"+", Sign::kAdd, 7},
    {"-", Sign::kSubtract, 7},
    {"<", Sign::kLess, 6},
    {">", Sign::kGreater, 6},
    {"^", Sign::kXor, 4},
    {"?", Sign::kQuestion, 1},
    {":", Sign::kColon, 1},
    {"(", Sign::kOpen, 0},
    {")", Sign::kClose, 0},
}};

constexpr int kPrefixPrecedence = 9;

struct Pending {
  Sign sign = Sign::kOpen;
  int precedence = 0;
  std::size_t offset = 0;
};

bool is_prefix(Sign sign) {
  return sign == Sign::kNot || sign == Sign::kNegate || sign == Sign::kPlus;
}

MetaOp step_of(Sign sign) {
  switch (sign) {
    case Sign::kNot:
      return MetaOp::kNot;
    case Sign::kNegate:
      return MetaOp::kNegate;
    case Sign::kMultiply:
      return MetaOp::kMultiply;
    case Sign::kDivide:
      return MetaOp::kDivide;
    case Sign::kAdd:
      return MetaOp::kAdd;
    case Sign::kSubtract:
      return MetaOp::kSubtract;
    case Sign::kLess:
      return MetaOp::kLess;
    case Sign::kLessEqual:
      return MetaOp::kLessEqual;
    case Sign::kGreater:
      return MetaOp::kGreater;
    case Sign::kGreaterEqual:
      return MetaOp::kGreaterEqual;
    case Sign::kEqual:
      return MetaOp::kEqual;
    case Sign::kNotEqual:
      return MetaOp::kNotEqual;
    case Sign::kAnd:
      return MetaOp::kAnd;
    case Sign::kOr:
      return MetaOp::kOr;
    default:
      SLUICE_ASSERT(false);
  }
  return MetaOp::kConstant;
}

// Dijkstra's two stacks: operators that wait, and where in the program each finished operand
// begins.
class MetaParser {
 public:
  MetaParser(std::string_view text, RegexFault& fault) : text_(text), fault_(fault) {}

  std::optional<MetaExpression> parse() {
    while (ok_ && skip_blanks()) wants_operand_ ? read_operand() : read_operator();
    if (ok_ && wants_operand_) fail(text_.size(), "the expression ends where a rule should stand");
    while (ok_ && !pending_.empty()) {
      const Pending open = pending_.back();
      if (open.sign == Sign::kOpen) fail(open.offset, "this ( has no )");
      if (open.sign == Sign::kQuestion) fail(open.offset, "this ? has no :");
      if (ok_) reduce();
    }
    if (!ok_) return std::nullopt;
    return std::move(out_);
  }

 private:
  using Steps = std::vector<MetaStep>;

  bool skip_blanks() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ < text_.size();
  }

  void read_operand() {
    const char c = text_[at_];
    if (is_digit(c) || c == '.') return read_number();
    if (is_alpha(c) || c == '_') return read_name();
    if (c == '!') return push_prefix(Sign::kNot);
    if (c == '-') return push_prefix(Sign::kNegate);
    if (c == '+') return push_prefix(Sign::kPlus);
    if (c != '(') return fail(at_, "a rule, a number or ( should stand here");
    pending_.push_back({.sign = Sign::kOpen, .offset = at_++});
  }

  void push_prefix(Sign sign) {
    pending_.push_back({.sign = sign, .precedence = kPrefixPrecedence, .offset = at_++});
  }

  void read_number() {
    const std::size_t begin = at_;
    int64_t thousandths = 0;
    int64_t unit = 1'000;  // what the next digit is worth: at once for digits before the point
    bool fraction = false;
    for (; at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.'); ++at_) {
      if (text_[at_] == '.') {
        if (fraction) return fail(at_, "a number has one decimal point");
        fraction = true;
        continue;
      }
      const int64_t digit = text_[at_] - '0';
      if (fraction) unit /= 10;
      thousandths = fraction ? thousandths + digit * unit : thousandths * 10 + digit * 1'000;
      if (thousandths > INT32_MAX) return fail(begin, "the number is too large");
    }
    push_leaf({.op = MetaOp::kConstant, .operand = thousandths});
  }

  void read_name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_alnum(text_[at_]) || text_[at_] == '_')) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    const auto known = std::find_if(out_.names.begin(), out_.names.end(),
                                    [name](const MetaName& n) { return n.name == name; });
    const auto index = known - out_.names.begin();
    if (known == out_.names.end()) out_.names.push_back({std::string(name), begin});
    push_leaf({.op = MetaOp::kRule, .operand = index});
  }

  void push_leaf(MetaStep step) {
    operands_.push_back(out_.program.size());
    out_.program.push_back(step);
    wants_operand_ = false;
    check_bounds();
  }

  void read_operator() {
    const std::string_view rest = text_.substr(at_);
    const auto found = std::find_if(kOperators.begin(), kOperators.end(),
                                    [rest](const Operator& o) { return rest.starts_with(o.text); });
    if (found == kOperators.end() || found->sign == Sign::kNot || found->sign == Sign::kOpen) {
      return fail(at_, "an operator should stand here");
    }
    if (found->sign == Sign::kClose) return close();
    if (found->sign == Sign::kColon) return colon();
    const bool right = found->sign == Sign::kQuestion;  // a ? b : c ? d : e groups to the right
    reduce_while(right ? found->precedence + 1 : found->precedence);
    pending_.push_back({found->sign, found->precedence, at_});
    at_ += found->text.size();
    wants_operand_ = true;
  }

  void close() {
    reduce_while(1);
    if (pending_.empty() || pending_.back().sign != Sign::kOpen) {
      return fail(at_, pending_.empty() ? "this ) has no (" : "a : is missing before this )");
    }
    pending_.pop_back();
    ++at_;
  }

  void colon() {
    reduce_while(1);
    if (pending_.empty() || pending_.back().sign != Sign::kQuestion) {
      return fail(at_, "this : has no ?");
    }
    pending_.back().sign = Sign::kColon;
    ++at_;
    wants_operand_ = true;
  }

  // Runs waiting operators that bind at least as tight. A ? waits for its colon.
  void reduce_while(int precedence) {
    while (ok_ && !pending_.empty() && pending_.back().precedence >= precedence &&
           pending_.back().sign != Sign::kQuestion) {
      reduce();
    }
  }

  void reduce() {
    const Sign sign = pending_.back().sign;
    pending_.pop_back();
    if (sign == Sign::kPlus) return;
    if (sign == Sign::kColon) return reduce_choice();
    if (sign == Sign::kXor) return reduce_xor();
    if (!is_prefix(sign)) operands_.pop_back();
    out_.program.push_back({.op = step_of(sign)});
    check_bounds();
  }

  // The newest operand, taken off the program.
  Steps take_operand() {
    const auto begin =
        std::next(out_.program.begin(), static_cast<std::ptrdiff_t>(operands_.back()));
    Steps steps(begin, out_.program.end());
    out_.program.erase(begin, out_.program.end());
    operands_.pop_back();
    return steps;
  }

  void append(const Steps& steps, std::initializer_list<MetaOp> ops) {
    out_.program.insert(out_.program.end(), steps.begin(), steps.end());
    for (const MetaOp op : ops) out_.program.push_back({.op = op});
  }

  // c ? a : b   is   !!c * a + !c * b: there are no jumps, and no side effects to skip.
  void reduce_choice() {
    const Steps no = take_operand();
    const Steps yes = take_operand();
    const Steps condition = take_operand();
    operands_.push_back(out_.program.size());
    append(condition, {MetaOp::kNot, MetaOp::kNot});
    append(yes, {MetaOp::kMultiply});
    append(condition, {MetaOp::kNot});
    append(no, {MetaOp::kMultiply, MetaOp::kAdd});
    check_bounds();
  }

  // a ^ b   is   !a != !b: of hits, only whether there are any matters.
  void reduce_xor() {
    const Steps second = take_operand();
    append({}, {MetaOp::kNot});
    append(second, {MetaOp::kNot, MetaOp::kNotEqual});
    check_bounds();
  }

  void check_bounds() {
    if (out_.program.size() > limits::kMetaStepsMax) fail(at_, "the expression is too long");
    if (operands_.size() + pending_.size() > limits::kMetaStackMax) {
      fail(at_, "the expression nests too deep");
    }
  }

  void fail(std::size_t offset, std::string message) {
    if (ok_) fault_ = {offset, std::move(message)};
    ok_ = false;
  }

  std::string_view text_;
  RegexFault& fault_;
  std::size_t at_ = 0;
  bool ok_ = true;
  bool wants_operand_ = true;
  MetaExpression out_;
  std::vector<std::size_t> operands_;  // where in the program each begins
  std::vector<Pending> pending_;
};

}  // namespace

std::optional<MetaExpression> parse_meta(std::string_view text, RegexFault& fault) {
  return MetaParser(text, fault).parse();
}

}  // namespace sluice::rules
