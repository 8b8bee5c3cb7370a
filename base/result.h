// A value, or the reason there is none.
//
//   Result<int> port = parse_port(text);
//   if (!port.ok()) return port.error();      // an Error converts to any Result
//
// For what the world may refuse us: a file, a broker, a resolver, a rule that does not compile.
// Two things are not errors and never travel here:
//   - odd mail. Parsers always succeed and report what they saw (see ingest/mime/message.h);
//   - our own mistakes. Those stop the process through SLUICE_ASSERT.
// No code of ours throws; what a library throws is caught at the call and becomes an Error.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace sluice {

enum class ErrorCode : uint8_t {
  kInvalid,      // the caller's input is wrong, and will be wrong again
  kNotFound,     // asked for something that does not exist
  kLimit,        // a bound in base/limits.h was reached
  kCorrupt,      // stored bytes do not decode
  kUnavailable,  // another system said no or said nothing: retrying may help
};

struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string message;  // one line naming the thing: "rules/a.cf:14: unknown keyword 'haeder'"
};

template <class T>
class [[nodiscard]] Result {
 public:
  // Implicit on purpose: `return value;` and `return Error{...};` both read plainly.
  Result(T value) : state_(std::move(value)) {}  // NOLINT(google-explicit-constructor)

  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }

  // REQUIRES: ok().
  [[nodiscard]] const T& value() const& {
    SLUICE_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }

  [[nodiscard]] T& value() & {
    SLUICE_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }

  [[nodiscard]] T&& value() && {
    SLUICE_ASSERT(ok());
    return std::move(*std::get_if<0>(&state_));
  }

  // REQUIRES: !ok().
  [[nodiscard]] const Error& error() const {
    SLUICE_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

// The same for what yields nothing but may fail. `return {};` is success.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;

  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return !error_.has_value(); }

  // REQUIRES: !ok().
  [[nodiscard]] const Error& error() const {
    SLUICE_ASSERT(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace sluice
