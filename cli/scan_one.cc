#include "cli/scan_one.h"

#include <chrono>
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

int64_t now_s() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

Scan OneScanner::scan(std::string name, std::string_view bytes) {
  arena_.reset();
  const mime::Message message = mime::read_message(bytes, arena_);
  Scan out{.name = std::move(name), .bytes = bytes.size()};
  // There is no SMTP dialogue here: rules find the sender in the header.
  set_.scan({.message = message, .received_s = now_s()}, scratch_, out.scan_hits);
  set_.judge_part().evaluate(out.scan_hits, evaluation_);
  out.hits = evaluation_.hits;
  out.score = evaluation_.score;
  out.action = verdict::decide(out.score, limits_);
  return out;
}

}  // namespace sluice::cli
