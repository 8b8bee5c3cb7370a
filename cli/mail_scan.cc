#include "cli/mail_scan.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace sluice::cli {

namespace {

// "limit_header limit_text"
std::string limits_met(const mime::DefectSet& defects) {
  std::string text;
  for (std::size_t i = 0; i < mime::kDefectCount; ++i) {
    mime::DefectSet one;
    one.add(static_cast<mime::Defect>(i));
    if (!defects.any_of(one) || !mime::cut_short(one)) continue;
    text += fmt::format("{}{}", text.empty() ? "" : " ",
                        mime::defect_name(static_cast<mime::Defect>(i)));
  }
  return text;
}

}  // namespace

std::string why_incomplete(const mime::DefectSet& defects, const rules::ScanFindings& findings) {
  std::string text;
  const auto add = [&text](bool found, const std::string& what) {
    if (found) text += fmt::format("{}{}", text.empty() ? "" : ", ", what);
  };
  add(mime::cut_short(defects),
      fmt::format("part of the message was not read ({})", limits_met(defects)));
  add(findings.budget_spent, "its share of work was spent");
  add(findings.limit_met, "a pattern met its limit");
  add(findings.hits_cut, "too many rules hit");
  add(findings.engine_failed, "a text could not be scanned");
  if (findings.unconfirmed > 0) {
    add(true, fmt::format("{} rules not decided", findings.unconfirmed));
  }
  return text;
}

// There is no SMTP dialogue here: where nobody names the sender, rules find it in the header.
rules::ScanInput ReadMail::input() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {.message = *message_,
          .mail_from = envelope_ == nullptr ? std::string_view{} : envelope_->mail_from,
          .received_s = std::chrono::duration_cast<std::chrono::seconds>(now).count(),
          .envelope = envelope_};
}

void ReadMail::read(std::string_view bytes) {
  message_.reset();
  arena_.reset();
  message_.emplace(mime::read_message(bytes, arena_));
}

void RuleRun::run(const rules::ScanInput& input, const rules::JudgePart& judge,
                  const SenderView& sender) {
  set_.scan(input, scratch_, hits_);
  judge.evaluate(hits_, sender, evaluation_);
}

void MailScanner::scan(std::span<const MailCrew::Task> tasks, std::span<Scan> out) {
  while (mails_.size() < tasks.size()) mails_.emplace_back(envelope_);
  hits_.resize(std::max(hits_.size(), tasks.size()));
  inputs_.clear();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    mails_[i].read(tasks[i].mail.bytes);
    inputs_.push_back(mails_[i].input());
  }
  set_.scan(inputs_, scratch_, std::span(hits_).first(tasks.size()));
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    take_result(i, tasks[i].mail, out[tasks[i].slot]);
  }
}

void MailScanner::take_result(std::size_t message, const Mail& mail, Scan& out) {
  judge_.evaluate(hits_[message], sender_, evaluation_);
  out.name = mail.name;
  out.bytes = mail.bytes.size();
  out.scan_hits = hits_[message];
  out.hits = evaluation_.hits;
  out.capped = evaluation_.capped;
  out.score = evaluation_.score;
  out.action = verdict::decide(evaluation_, limits_).action;
  out.findings = scratch_.findings(message);
  out.defects = mails_[message].defects();
}

}  // namespace sluice::cli
