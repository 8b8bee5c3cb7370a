#include "cli/scan_one.h"

#include <utility>

#include "base/text.h"
#include "ingest/mime/message.h"

namespace sluice::cli {

std::string return_path(const mime::Message& message, Arena& arena) {
  const mime::HeaderField* const field = mime::find_field(message.header(), "Return-Path");
  if (field == nullptr) return "";
  std::string_view text = trim(mime::field_text(*field, arena));
  if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
  return std::string(text);
}

Scan OneScanner::scan(std::string name, std::string_view bytes) {
  arena_.reset();
  const mime::Message message = mime::read_message(bytes, arena_);
  const std::string mail_from = return_path(message, arena_);
  Scan out{.name = std::move(name), .bytes = bytes.size()};
  set_.scan({.message = message, .mail_from = mail_from, .received_s = now_s()}, scratch_, out.scan_hits);
  set_.judge_part().evaluate(out.scan_hits, evaluation_);
  out.hits = evaluation_.hits;
  out.score = evaluation_.score;
  out.action = verdict::decide(out.score, limits_);
  return out;
}

}  // namespace sluice::cli
