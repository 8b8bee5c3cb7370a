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
  message_.emplace(mime::read_message(bytes, arena_, extent_));
}

void MailBatch::read(std::span<const MailCrew::Task> tasks) {
  while (mails_.size() < tasks.size()) mails_.emplace_back(envelope_, extent_);
  inputs_.clear();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    mails_[i].read(tasks[i].mail.bytes);
    inputs_.push_back(mails_[i].input());
  }
}

void RuleRun::scan(std::span<const rules::ScanInput> inputs) {
  hits_.resize(std::max(hits_.size(), inputs.size()));
  set_.scan(inputs, scratch_, std::span(hits_).first(inputs.size()));
}

void RuleRun::evaluate(std::size_t message, const rules::JudgePart& judge,
                       const SenderView& sender) {
  judge.evaluate(hits_[message], sender, evaluation_);
}

void MailScanner::scan(std::span<const MailCrew::Task> tasks, std::span<Scan> out) {
  batch_.read(tasks);
  run_.scan(batch_.inputs());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    take_result(i, tasks[i].mail, out[tasks[i].slot]);
  }
}

void MailScanner::take_result(std::size_t message, const Mail& mail, Scan& out) {
  run_.evaluate(message, judge_, sender_);
  out.name = mail.name;
  out.bytes = mail.bytes.size();
  out.scan_hits = run_.hits(message);
  out.hits = run_.evaluation().hits;
  out.capped = run_.evaluation().capped;
  out.score = run_.evaluation().score;
  out.action = verdict::decide(run_.evaluation(), limits_).action;
  out.findings = run_.findings(message);
  out.defects = batch_.defects(message);
}

}  // namespace sluice::cli
