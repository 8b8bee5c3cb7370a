#include "base/json_log.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.h"

namespace sluice {
namespace {

constexpr std::size_t kStringBytesMax = 256;

// RFC 8259 section 7: what printable() leaves are backslashes of its own escapes.
std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : printable(text, kStringBytesMax)) {
    if (c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

struct ValueWriter {
  std::string operator()(std::string_view value) const { return json_string(value); }

  std::string operator()(bool value) const { return value ? "true" : "false"; }

  std::string operator()(int64_t value) const { return std::to_string(value); }

  std::string operator()(double value) const { return fmt::format("{:.6g}", value); }
};

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     ms.count() % 1000);
}

void write_line(const std::string& line) {
  // A log that cannot be written has nowhere to say so.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

std::string log_line(std::string_view level, std::string_view event,
                     std::initializer_list<LogField> fields) {
  std::string line =
      fmt::format(R"({{"time":"{}","level":"{}","event":{})", utc_now(), level, json_string(event));
  for (const LogField& field : fields) {
    line += ',' + json_string(field.name_) + ':' + std::visit(ValueWriter{}, field.value_);
  }
  return line + "}\n";
}

void log_info(std::string_view event, std::initializer_list<LogField> fields) {
  write_line(log_line("info", event, fields));
}

void log_warning(std::string_view event, std::initializer_list<LogField> fields) {
  write_line(log_line("warning", event, fields));
}

void log_error(std::string_view event, std::initializer_list<LogField> fields) {
  write_line(log_line("error", event, fields));
}

}  // namespace sluice
