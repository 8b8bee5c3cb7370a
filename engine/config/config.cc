#include "engine/config/config.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include "base/text.h"
#include "engine/config/option.h"

namespace sluice::config {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, substitute}));
    }
  }
  return row.back();
}

std::string suggestion(std::string_view key) {
  constexpr std::size_t kFarthest = 4;
  std::string best;
  std::size_t distance = kFarthest;
  for (const Option& option : options()) {
    const std::size_t d = edit_distance(key, option.key);
    if (d < distance) {
      distance = d;
      best = option.key;
    }
  }
  return best.empty() ? "" : fmt::format("; did you mean '{}'?", best);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string decimal(int64_t thousandths) {
  return fmt::format("{}{}.{:03}", thousandths < 0 ? "-" : "", std::abs(thousandths) / 1000,
                     std::abs(thousandths) % 1000);
}

// How a target is written in TOML, what its type is called, and how it is read.

struct Writer {
  std::string operator()(const int64_t* value) const { return std::to_string(*value); }

  std::string operator()(const uint32_t* value) const { return std::to_string(*value); }

  std::string operator()(const bool* value) const { return *value ? "true" : "false"; }

  std::string operator()(const Thousandths& value) const { return decimal(*value.value); }

  std::string operator()(const std::string* value) const { return quoted(*value); }

  std::string operator()(const std::vector<std::string>* value) const {
    std::vector<std::string> all;
    for (const std::string& one : *value) all.push_back(quoted(one));
    return fmt::format("[{}]", fmt::join(all, ", "));
  }

  std::string operator()(const std::map<std::string, std::string>* value) const {
    std::vector<std::string> all;
    for (const auto& [name, text] : *value) {
      const bool secret = name.find("password") != std::string::npos ||
                          name.find("key") != std::string::npos ||
                          name.find("sasl") != std::string::npos;
      all.push_back(fmt::format("{} = {}", quoted(name), quoted(secret ? "(hidden)" : text)));
    }
    return all.empty() ? "{}" : fmt::format("{{ {} }}", fmt::join(all, ", "));
  }
};

struct TypeName {
  std::string operator()(const int64_t*) const { return "integer"; }

  std::string operator()(const uint32_t*) const { return "integer"; }

  std::string operator()(const bool*) const { return "yes or no"; }

  std::string operator()(const Thousandths&) const { return "decimal"; }

  std::string operator()(const std::string*) const { return "text"; }

  std::string operator()(const std::vector<std::string>*) const { return "texts"; }

  std::string operator()(const std::map<std::string, std::string>*) const {
    return "table of texts";
  }
};

std::string range_of(const Option& option, const Target& target) {
  if (!option.choices.empty()) return fmt::format("one of: {}", fmt::join(option.choices, ", "));
  if (option.min == option.max) return "";
  const bool decimals = std::holds_alternative<Thousandths>(target);
  const std::string min = decimals ? decimal(option.min) : std::to_string(option.min);
  if (option.max == INT64_MAX) return "at least " + min;
  return min + ".." + (decimals ? decimal(option.max) : std::to_string(option.max));
}

// Stores a TOML value; what is wrong with it, or an empty text.
class Reader {
 public:
  Reader(const Option& option, const toml::node& node) : option_(option), node_(node) {}

  std::string operator()(int64_t* out) const {
    const auto value = node_.value_exact<int64_t>();
    if (!value) return "an integer is expected";
    return ranged(*value, [out](int64_t v) { *out = v; });
  }

  std::string operator()(uint32_t* out) const {
    const auto value = node_.value_exact<int64_t>();
    if (!value) return "an integer is expected";
    return ranged(*value, [out](int64_t v) { *out = static_cast<uint32_t>(v); });
  }

  std::string operator()(bool* out) const {
    const auto value = node_.value_exact<bool>();
    if (!value) return "true or false is expected";
    *out = *value;
    return "";
  }

  std::string operator()(const Thousandths& out) const {
    const auto value = node_.value<double>();
    if (!value || !std::isfinite(*value)) return "a decimal number is expected";
    const double clamped = std::clamp(*value, -1e12, 1e12);
    return ranged(std::llround(clamped * 1000),
                  [&out](int64_t v) { *out.value = static_cast<int32_t>(v); });
  }

  std::string operator()(std::string* out) const {
    const auto value = node_.value_exact<std::string>();
    if (!value) return "a text in quotes is expected";
    const auto& choices = option_.choices;
    if (!choices.empty() && std::find(choices.begin(), choices.end(), *value) == choices.end()) {
      return fmt::format("must be one of: {}", fmt::join(choices, ", "));
    }
    *out = *value;
    return "";
  }

  std::string operator()(std::vector<std::string>* out) const {
    const toml::array* const array = node_.as_array();
    if (array == nullptr) return "an array of texts is expected";
    out->clear();
    for (const toml::node& element : *array) {
      const auto value = element.value_exact<std::string>();
      if (!value) return "every element must be a text";
      out->push_back(*value);
    }
    return "";
  }

  std::string operator()(std::map<std::string, std::string>* out) const {
    const toml::table* const table = node_.as_table();
    if (table == nullptr) return "a table of texts is expected";
    for (const auto& [name, element] : *table) {
      const auto value = element.value<std::string>();
      if (!value) return fmt::format("'{}' must be a text", name.str());
      (*out)[std::string(name.str())] = *value;
    }
    return "";
  }

 private:
  template <class Store>
  [[nodiscard]] std::string ranged(int64_t value, const Store& store) const {
    const bool any = option_.min == option_.max;
    if (!any && (value < option_.min || value > option_.max)) {
      Config scratch;
      return "must be " + range_of(option_, option_.target(scratch));
    }
    store(value);
    return "";
  }

  const Option& option_;
  const toml::node& node_;
};

class Loader {
 public:
  Loader(Config& config, std::string name) : config_(config), name_(std::move(name)) {}

  void read(const toml::table& file) {
    for (const auto& [section, node] : file) {
      const toml::table* const table = node.as_table();
      if (table == nullptr) {
        fault(node, fmt::format("unknown option '{}'{}", section.str(), suggestion(section.str())));
        continue;
      }
      for (const auto& [key, value] : *table) {
        read_option(fmt::format("{}.{}", section.str(), key.str()), value);
      }
    }
  }

  void fault(const toml::node& node, const std::string& what) {
    const toml::source_position at = node.source().begin;
    faults_.push_back(fmt::format("{}:{}:{}: {}", name_, at.line, at.column, what));
  }

  void fault(const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    faults_.push_back(fmt::format("{}:{}:{}: {}", name_, at.line, at.column, error.description()));
  }

  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }

 private:
  void read_option(const std::string& key, const toml::node& value) {
    const auto& all = options();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&key](const Option& option) { return key == option.key; });
    if (found == all.end()) {
      return fault(value, fmt::format("unknown option '{}'{}", key, suggestion(key)));
    }
    const std::string wrong = std::visit(Reader(*found, value), found->target(config_));
    if (!wrong.empty()) fault(value, fmt::format("{}: {}", key, wrong));
  }

  Config& config_;
  std::string name_;
  std::vector<std::string> faults_;
};

void read_text(const std::string& text, const std::string& name, Config& config,
               std::vector<std::string>& faults) {
  Loader loader(config, name);
  try {
    loader.read(toml::parse(text, name));
  } catch (const toml::parse_error& error) {
    loader.fault(error);
  }
  faults.insert(faults.end(), loader.faults().begin(), loader.faults().end());
}

// "judge.hold_at=4.5" as TOML; a value that is no TOML is taken as text.
std::string setting_as_toml(const std::string& setting) {
  const std::size_t equals = setting.find('=');
  const std::string key = setting.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : setting.substr(equals + 1);
  try {
    std::string plain = key + " = " + value;
    (void)toml::parse(plain);
    return plain;
  } catch (const toml::parse_error&) {
    return key + " = " + quoted(value);
  }
}

void check_relations(const Config& config, std::vector<std::string>& faults) {
  if (config.judge.reject_at < config.judge.hold_at) {
    faults.emplace_back("judge.reject_at is below judge.hold_at");
  }
}

std::string section_of(std::string_view key) {
  return std::string(key.substr(0, key.find('.')));
}

std::string name_in_section(std::string_view key) {
  return std::string(key.substr(key.find('.') + 1));
}

std::string print_toml(const Config& config, bool with_meanings) {
  Config copy = config;
  std::string out;
  std::string section;
  for (const Option& option : options()) {
    if (section_of(option.key) != section) {
      section = section_of(option.key);
      out += fmt::format("{}[{}]\n", out.empty() ? "" : "\n", section);
    }
    const Target target = option.target(copy);
    if (with_meanings) {
      const std::string range = range_of(option, target);
      out += fmt::format("# {}{}\n", option.meaning, range.empty() ? "" : " (" + range + ")");
    }
    out += fmt::format("{} = {}\n", name_in_section(option.key), std::visit(Writer{}, target));
  }
  return out;
}

}  // namespace

std::vector<OptionInfo> config_options() {
  Config defaults;
  std::vector<OptionInfo> all;
  for (const Option& option : options()) {
    const Target target = option.target(defaults);
    all.push_back({.key = option.key,
                   .type = std::visit(TypeName{}, target),
                   .fallback = std::visit(Writer{}, target),
                   .range = range_of(option, target),
                   .meaning = option.meaning});
  }
  return all;
}

Result<Config> parse_config(const std::string& text, const std::string& name,
                            const std::vector<std::string>& settings) {
  Config config;
  std::vector<std::string> faults;
  read_text(text, name, config, faults);
  for (const std::string& setting : settings) {
    read_text(setting_as_toml(setting), "--set " + setting, config, faults);
  }
  if (faults.empty()) check_relations(config, faults);
  if (faults.empty()) return config;
  return Error{ErrorCode::kInvalid, fmt::format("{}", fmt::join(faults, "\n"))};
}

Result<Config> load_config(const std::string& path, const std::vector<std::string>& settings) {
  if (path.empty()) return parse_config("", "defaults", settings);
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{ErrorCode::kNotFound, path + ": cannot be read"};
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return parse_config(text, path, settings);
}

std::string sample_config() {
  return "# Sluice: every option, at its default. Unknown keys are refused.\n\n" +
         print_toml({}, /*with_meanings=*/true);
}

std::string to_toml(const Config& config) {
  return print_toml(config, /*with_meanings=*/false);
}

std::string config_reference() {
  std::string out =
      "# Configuration\n\nA TOML file given with `--config`; single options with `--set "
      "section.key=value`.\n`sluice config` prints what is in force, `sluice config --sample` a "
      "complete file,\n`sluice config --reference` this page. An unknown key or a value out of "
      "range "
      "is refused,\nwith file, line and column.\n";
  std::string section;
  for (const OptionInfo& option : config_options()) {
    if (section_of(option.key) != section) {
      section = section_of(option.key);
      out += fmt::format(
          "\n## {}\n\n| option | type | default | range | meaning |\n"
          "|---|---|---|---|---|\n",
          section);
    }
    out += fmt::format("| `{}` | {} | `{}` | {} | {} |\n", option.key, option.type, option.fallback,
                       option.range, option.meaning);
  }
  return out;
}

}  // namespace sluice::config
