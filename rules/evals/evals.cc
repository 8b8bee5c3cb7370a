#include "rules/evals/evals.h"

#include <array>

#include "rules/evals/families.h"
#include "rules/evals/inactive.h"
#include "rules/evals/uri_eval.h"

namespace sluice::rules {

bool EvalSettings::take(const Setting& setting, Diagnostics& diagnostics) {
  return boundaries.take(setting, diagnostics) || free_mail.take(setting, diagnostics) ||
         locales.take(setting, diagnostics) || vbounce.take(setting, diagnostics) ||
         welcome_list_subject.take(setting, diagnostics) || wlbl.take(setting, diagnostics);
}

void EvalSettings::finish() {
  boundaries.finish();
  free_mail.finish();
  vbounce.finish();
  wlbl.finish();
}

void EvalState::begin_message() {
  body.begin_message();
  free_mail.begin_message();
  header.begin_message();
  html.begin_message();
  image_info.begin_message();
  mime.begin_message();
  relay.begin_message();
  wlbl.begin_message();
}

std::shared_ptr<const EvalSettings> make_eval_settings(std::span<const Setting> settings,
                                                       Diagnostics& diagnostics) {
  auto made = std::make_shared<EvalSettings>();
  for (const Setting& setting : settings) made->take(setting, diagnostics);
  made->finish();
  return made;
}

EvalScratch::EvalScratch() : state_(std::make_unique<EvalState>()) {}

EvalScratch::EvalScratch(EvalScratch&&) noexcept = default;
EvalScratch& EvalScratch::operator=(EvalScratch&&) noexcept = default;
EvalScratch::~EvalScratch() = default;

void EvalScratch::begin_message() {
  state_->begin_message();
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
  static const std::array kFamilies = {
      header_evals(),
      header_date_evals(),
      header_forged_evals(),
      relay_evals(),
      free_mail_evals(),
      wlbl_evals(),
      welcome_list_subject_evals(),
      body_evals(),
      mime_evals(),
      html_evals(),
      uri_evals(),
      image_info_evals(),
      vbounce_evals(),
      inactive_evals(),
  };
  return kFamilies;
}

}  // namespace sluice::rules
