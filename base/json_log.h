// Structured log lines on standard error, one JSON object each.
//
//   log_info("partition_restored", {{"topic", topic}, {"partition", 3}, {"records", 1200}});
//   {"time":"2026-01-02T03:04:05.678Z","level":"info","event":"partition_restored","topic":...}
//
// There is no free text: an event has a fixed name and typed fields. Callers never pass message
// content, subjects or recipient addresses; strings are cut to 256 bytes and escaped, so nothing a
// sender chose can break a line.
//
// Threads:  any; a line is written with one system call.
// Tests:    tests/base/json_log_test.cc

#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace sluice {

class LogField {
 public:
  LogField(std::string_view name, std::string_view value) : name_(name), value_(value) {}

  LogField(std::string_view name, const char* value)
      : name_(name), value_(std::string_view(value)) {}

  LogField(std::string_view name, bool value) : name_(name), value_(value) {}

  template <std::integral T>
  LogField(std::string_view name, T value) : name_(name), value_(static_cast<int64_t>(value)) {}

  LogField(std::string_view name, double value) : name_(name), value_(value) {}

 private:
  friend std::string log_line(std::string_view level, std::string_view event,
                              std::initializer_list<LogField> fields);

  std::string_view name_;
  std::variant<std::string_view, bool, int64_t, double> value_;
};

// The line that would be written, with its newline.
std::string log_line(std::string_view level, std::string_view event,
                     std::initializer_list<LogField> fields);

void log_info(std::string_view event, std::initializer_list<LogField> fields = {});
void log_warning(std::string_view event, std::initializer_list<LogField> fields = {});
void log_error(std::string_view event, std::initializer_list<LogField> fields = {});

}  // namespace sluice
