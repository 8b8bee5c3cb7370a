// Functions on how a message is made of parts and how these are encoded: MIMEEval.
//
//   body MIME_HTML_ONLY eval:check_for_mime_html_only()
//
// Source:   Mail::SpamAssassin::Plugin::MIMEEval 4.0.1.
// Bounds:   time linear in the message.
// Tests:    tests/rules/evals/

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rules/evals/family.h"

namespace sluice::rules {

struct MimeEvalState {
  // What all parts together are like; names as check_for_mime() has them.
  struct Facts {
    bool read = false;
    uint32_t base64_count = 0;
    uint32_t qp_count = 0;  // parts; encoded bytes if there are lines of quoted-printable
    uint32_t body_html_count = 0;
    uint32_t body_text_count = 0;
    uint32_t attachments = 0;
    uint32_t ascii_text_illegal = 0;
    bool base64_encoded_text = false;
    bool bad_iso_charset = false;
    bool faraway_charset = false;
    bool charset_named = false;
    bool charset_likely_to_fp = false;  // one without capital letters in our sense
    bool alternative = false;
    bool qp_long_line = false;
    double multipart_ratio = 1;
    double qp_ratio = 0;
    double unicode_ratio = 0;
  };

  Facts facts = {};
  double capitals_percent = -1;  // check_for_uppercase; -1: not read yet
  int64_t base64_line = -1;      // bytes of the longest line of base64; -1: not read yet

  void begin_message() { *this = {}; }
};

std::span<const EvalEntry> mime_evals();

}  // namespace sluice::rules
