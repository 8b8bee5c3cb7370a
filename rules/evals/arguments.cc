#include "rules/evals/arguments.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace sluice::rules {

double perl_number(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::unique_ptr<const EvalPrepared> prepare_numbers(std::span<const std::string> arguments,
                                                    std::string& /*fault*/) {
  auto made = std::make_unique<NumberArguments>();
  made->given = std::min(arguments.size(), made->values.size());
  for (std::size_t i = 0; i < made->given; ++i) made->values[i] = perl_number(arguments[i]);
  return made;
}

}  // namespace sluice::rules
