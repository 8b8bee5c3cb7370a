// The settings and the state of all families of eval functions, one member each.
//
// Adding a family = an include and a member in each struct here, if it has settings or a state; its
// table in eval_families(), its settings in make_eval_settings(), its state in begin_message().
//
// Tests:    tests/rules/evals/

#pragma once

#include "rules/evals/body_eval.h"
#include "rules/evals/boundaries.h"
#include "rules/evals/free_mail.h"
#include "rules/evals/header_eval.h"
#include "rules/evals/html_eval.h"
#include "rules/evals/image_info.h"
#include "rules/evals/locales.h"
#include "rules/evals/mime_eval.h"
#include "rules/evals/relay_eval.h"
#include "rules/evals/vbounce.h"
#include "rules/evals/welcome_list_subject.h"
#include "rules/evals/wlbl_eval.h"

namespace sluice::rules {

struct EvalSettings {
  BoundarySettings boundaries = {};
  FreeMailSettings free_mail = {};
  LocaleSettings locales = {};
  VBounceSettings vbounce = {};
  WelcomeListSubjectSettings welcome_list_subject = {};
  WlblSettings wlbl = {};

  // True: some family knows the line.
  bool take(const Setting& setting, Diagnostics& diagnostics);
  void finish();
};

struct EvalState {
  BodyEvalState body = {};
  FreeMailState free_mail = {};
  HeaderEvalState header = {};
  HtmlEvalState html = {};
  ImageInfoState image_info = {};
  MimeEvalState mime = {};
  RelayEvalState relay = {};
  WlblState wlbl = {};

  void begin_message();
};

}  // namespace sluice::rules
