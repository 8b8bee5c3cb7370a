// The functions that `eval:` rules call: a table.
//
//   const EvalEntry* entry = find_eval("check_for_mime");
//   entry->run(context)          how often the rule hits: 0, 1, or more where the function counts
//
// Adding one = a row in the family's table, its function, a case in its test.
//
// Source:   the plugins of SpamAssassin 4.0.1 that its default configuration loads.
// Failure:  wrong arguments are found by check() when a rule file is read.
// Threads:  tables are constant; an EvalContext belongs to one thread.
// Tests:    tests/rules/evals/

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/lines/setting.h"
#include "rules/mail/mail.h"

namespace sluice::rules {

// What kind of rule calls a function. It says which texts the function gets in SpamAssassin; here
// all of them take what they need from the mail.
enum class EvalNature : uint8_t {
  kLocal,     // needs the message alone
  kNetwork,   // asks DNS or another service: recognised, never run
  kLearning,  // needs what was learnt from earlier mail: recognised, never run
  kForeign,   // needs a plugin that SpamAssassin does not load by default: recognised, never run
};

// What rule files set for eval functions: address lists, freemail domains and the like, made ready
// for look-ups once. Each family adds what it needs.
struct EvalSettings;

std::shared_ptr<const EvalSettings> make_eval_settings(std::span<const Setting> settings,
                                                       Diagnostics& diagnostics);

// What functions of one message share: each family keeps its own here between calls, and forgets it
// when the next message begins.
struct EvalState;

class EvalScratch {
 public:
  EvalScratch();
  EvalScratch(EvalScratch&&) noexcept;
  EvalScratch& operator=(EvalScratch&&) noexcept;
  ~EvalScratch();

  void begin_message();

  [[nodiscard]] EvalState& state() { return *state_; }

 private:
  std::unique_ptr<EvalState> state_;
};

// What a call has made ready when the rule file was read, as a compiled pattern argument.
struct EvalPrepared {
  EvalPrepared() = default;
  EvalPrepared(const EvalPrepared&) = delete;
  EvalPrepared& operator=(const EvalPrepared&) = delete;
  virtual ~EvalPrepared() = default;
};

// The kind of rule that makes the call. Some functions read the texts that rules of this kind see.
enum class EvalCaller : uint8_t { kHeader, kBody, kRawbody, kFull };

struct EvalContext {
  Mail& mail;
  std::span<const std::string> arguments;
  const EvalPrepared* prepared = nullptr;
  const EvalSettings& settings;
  EvalState& state;
  int64_t now_s = 0;  // when the message came in, seconds since 1970
  EvalCaller caller = EvalCaller::kBody;
};

struct EvalEntry {
  std::string_view name;
  std::string_view plugin = {};                // "HeaderEval"
  std::string_view meaning = {};               // one line
  int (*run)(EvalContext& context) = nullptr;  // null unless kLocal
  // Makes ready what the arguments say; null: nothing to make ready. On wrong arguments the result
  // is null and `fault` says what to write instead.
  std::unique_ptr<const EvalPrepared> (*prepare)(std::span<const std::string> arguments,
                                                 std::string& fault) = nullptr;
  EvalNature nature = EvalNature::kLocal;
  uint8_t arguments_min = 0;
  uint8_t arguments_max = 255;
};

// nullptr: no such function.
const EvalEntry* find_eval(std::string_view name);

std::span<const std::span<const EvalEntry>> eval_families();

}  // namespace sluice::rules
