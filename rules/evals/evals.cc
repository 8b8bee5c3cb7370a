#include "rules/evals/evals.h"

#include <array>

namespace sluice::rules {

struct EvalSettings {};

struct EvalState {};

std::shared_ptr<const EvalSettings> make_eval_settings(std::span<const Setting> settings,
                                                       Diagnostics& diagnostics) {
  (void)settings;
  (void)diagnostics;
  return std::make_shared<const EvalSettings>();
}

EvalScratch::EvalScratch() : state_(std::make_unique<EvalState>()) {}

EvalScratch::EvalScratch(EvalScratch&&) noexcept = default;
EvalScratch& EvalScratch::operator=(EvalScratch&&) noexcept = default;
EvalScratch::~EvalScratch() = default;

void EvalScratch::begin_message() {
  *state_ = {};
}

const EvalEntry* find_eval(std::string_view name) {
  for (const std::span<const EvalEntry> family : eval_families()) {
    for (const EvalEntry& entry : family) {
      if (entry.name == name) return &entry;
    }
  }
  return nullptr;
}

std::span<const std::span<const EvalEntry>> eval_families() {
  static const std::array<std::span<const EvalEntry>, 0> families = {};
  return families;
}

}  // namespace sluice::rules
