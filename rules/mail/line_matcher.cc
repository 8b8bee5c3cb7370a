#include <cstring>

#include "base/text.h"
#include "rules/mail/ip_text.h"
#include "rules/mail/line_pattern.h"

namespace sluice::rules {

bool LineMatcher::match(const LinePattern& pattern, std::string_view text) {
  pattern_ = &pattern;
  text_ = text;
  steps_taken_ = 0;
  remembers_ = false;
  if (pattern.anchored_) return match_begin();
  for (std::size_t start = 0; start <= text.size(); ++start) {
    if (!pattern.head_.empty() && !pattern.fold_case_) {
      start = text.find(pattern.head_, start);
      if (start == std::string_view::npos) return false;
    } else if (pattern.first_known_) {
      while (start < text.size() && !pattern.first_[static_cast<uint8_t>(text[start])]) ++start;
      if (start == text.size()) return false;
    }
    if (text_at(pattern.head_, start) && match_from(start)) return true;
  }
  return false;
}

bool LineMatcher::match_begin() {
  const LinePattern& p = *pattern_;
  if (p.first_known_ && (text_.empty() || !p.first_[static_cast<uint8_t>(text_[0])])) return false;
  if (!p.after_word_.empty()) {
    const std::size_t word_end = text_.find(p.after_word_.front());
    if (word_end == std::string_view::npos || !text_at(p.after_word_, word_end)) return false;
  }
  return match_from(0);
}

std::string_view LineMatcher::group(std::size_t number) const {
  const std::size_t from = slots_[2 * number];
  const std::size_t to = slots_[2 * number + 1];
  return from == kNowhere || to == kNowhere ? std::string_view() : text_.substr(from, to - from);
}

bool LineMatcher::match_from(std::size_t start) {
  slots_.fill(kNowhere);
  jobs_.clear();
  return go(0, start);
}

const LinePattern::Set& LineMatcher::set_of(const Step& s) const {
  return pattern_->sets_[s.set];
}

bool LineMatcher::text_at(const std::string& text, std::size_t at) const {
  if (text_.size() - at < text.size()) return false;
  const char* here = text_.data() + at;
  if (!pattern_->fold_case_) return std::memcmp(here, text.data(), text.size()) == 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (ascii_lower(here[i]) != text[i]) return false;
  }
  return true;
}

bool LineMatcher::edge(std::size_t at) const {
  const auto word = [&](std::size_t i) { return is_alnum(text_[i]) || text_[i] == '_'; };
  return (at > 0 && word(at - 1)) != (at < text_.size() && word(at));
}

std::size_t LineMatcher::escaped_end(const Step& s, std::size_t at) const {
  const LinePattern::Set& plain = set_of(s);
  while (at < text_.size()) {
    if (plain[static_cast<uint8_t>(text_[at])]) {
      ++at;
    } else if (text_[at] == '\\' && at + 1 < text_.size() && text_[at + 1] != '\n') {
      at += 2;
    } else {
      break;
    }
  }
  return at;
}

// Remembers that a choice is entered at a place; true if it was before. Nothing is remembered until
// a match proves to be hard.
bool LineMatcher::seen(uint32_t row, std::size_t at) {
  if (!remembers_) return false;
  const std::size_t bit = row * (text_.size() + 1) + at;
  uint64_t& word = failed_[bit / 64];
  const uint64_t mask = uint64_t{1} << (bit % 64);
  const bool was = (word & mask) != 0;
  word |= mask;
  return was;
}

void LineMatcher::save(uint32_t slot, std::size_t at) {
  if (!jobs_.empty()) {
    jobs_.push_back({.kind = Job::Kind::kRestore, .step = slot, .at = slots_[slot]});
  }
  slots_[slot] = at;
}

bool LineMatcher::check(const Step& s, std::size_t& at) const {
  using Kind = LinePattern::Kind;
  switch (s.kind) {
    case Kind::kText:
      if (!text_at(s.text, at)) return false;
      at += s.text.size();
      return true;
    case Kind::kBegin:
      return at == 0;
    case Kind::kEnd:
      return at == text_.size();
    case Kind::kEdge:
      return edge(at);
    case Kind::kEscaped:
      at = escaped_end(s, at);
      return true;
    case Kind::kNotSet:
      return at == text_.size() || !set_of(s)[static_cast<uint8_t>(text_[at])];
    default:
      return !text_at(s.text, at);  // kNotText
  }
}

bool LineMatcher::go(uint32_t step, std::size_t at) {
  using Kind = LinePattern::Kind;
  while (true) {
    const Step& s = pattern_->steps_[step];
    bool good = true;
    switch (s.kind) {
      case Kind::kMatch:
        slots_[1] = at;
        return true;
      case Kind::kSave:
        save(s.target, at);
        ++step;
        break;
      case Kind::kJump:
        step = s.target;
        break;
      case Kind::kSplit: {
        const bool lazy = s.greed == LinePattern::Greed::kLazy;
        good = !seen(s.memory, at);
        if (!good) break;
        jobs_.push_back({.step = lazy ? step + 1 : s.target, .at = at});
        step = lazy ? s.target : step + 1;
        break;
      }
      case Kind::kRun:
        good = enter_run(step, at);
        break;
      case Kind::kIp:
      case Kind::kLocal:
        good = enter_address(s, step, at);
        break;
      default:
        good = check(s, at);
        ++step;
        break;
    }
    if (!good && !back_track(step, at)) return false;
  }
}

bool LineMatcher::back_track(uint32_t& step, std::size_t& at) {
  if (++steps_taken_ > kStepsUnremembered && !remembers_) {
    remembers_ = true;
    failed_.assign(pattern_->memory_rows_ * (text_.size() + 1) / 64 + 1, 0);
  }
  while (!jobs_.empty()) {
    const Job job = jobs_.back();
    jobs_.pop_back();
    switch (job.kind) {
      case Job::Kind::kGoOn:
        step = job.step;
        at = job.at;
        return true;
      case Job::Kind::kRestore:
        slots_[job.step] = job.at;
        break;
      case Job::Kind::kRunShorter:
        if (shorter(job, step, at)) return true;
        break;
      case Job::Kind::kRunLonger:
        if (longer(job, step, at)) return true;
        break;
    }
  }
  return false;
}

// The next end of a greedy run: `at` and below, not below `other`.
bool LineMatcher::shorter(const Job& job, uint32_t& step, std::size_t& at) {
  const Step& s = pattern_->steps_[job.step];
  std::size_t end = job.at;
  if (s.filtered) {
    while (end > job.other && (end >= text_.size() || text_[end] != s.next)) --end;
    if (end >= text_.size() || text_[end] != s.next) return false;
  }
  if (end > job.other) {
    jobs_.push_back(
        {.kind = Job::Kind::kRunShorter, .step = job.step, .at = end - 1, .other = job.other});
  }
  step = job.step + 1;
  at = end;
  return true;
}

// The next end of a lazy run: one byte more than `at`, `other` bytes at most.
bool LineMatcher::longer(const Job& job, uint32_t& step, std::size_t& at) {
  const Step& s = pattern_->steps_[job.step];
  std::size_t end = job.at;
  std::size_t left = job.other;
  while (true) {
    if (left == 0 || end >= text_.size() || !set_of(s)[static_cast<uint8_t>(text_[end])]) {
      return false;
    }
    ++end;
    --left;
    if (s.max == LinePattern::kNoMax && seen(s.memory, end)) return false;
    if (!s.filtered || (end < text_.size() && text_[end] == s.next)) break;
  }
  jobs_.push_back({.kind = Job::Kind::kRunLonger, .step = job.step, .at = end, .other = left});
  step = job.step + 1;
  at = end;
  return true;
}

bool LineMatcher::enter_run(uint32_t& step, std::size_t& at) {
  using Greed = LinePattern::Greed;
  const Step& s = pattern_->steps_[step];
  const LinePattern::Set& set = set_of(s);
  const auto in = [&](std::size_t i) {
    return i < text_.size() && set[static_cast<uint8_t>(text_[i])];
  };
  const bool free = s.max == LinePattern::kNoMax;
  if (!free && s.max > 1 && seen(s.memory, at)) return false;
  std::size_t end = at;
  while (end - at < s.min) {
    if (!in(end)) return false;
    ++end;
  }
  const std::size_t least = end;
  if (s.greed == Greed::kLazy) {
    if (free && seen(s.memory, end)) return false;
    jobs_.push_back({.kind = Job::Kind::kRunLonger,
                     .step = step,
                     .at = end,
                     .other = free ? text_.size() : s.max - s.min});
    ++step;
    at = end;
    return true;
  }
  // Where an earlier entry passed, its ends were tried, or their turn comes.
  const std::size_t room = free ? text_.size() : s.max;
  const bool remembered = remembers_ && free;
  if (remembered && seen(s.memory, end)) return false;
  while (end - at < room && in(end)) {
    if (remembered && seen(s.memory, end + 1)) {
      if (s.greed == Greed::kPossessive) return false;
      break;
    }
    ++end;
  }
  if (s.greed == Greed::kPossessive || end == least) {
    ++step;
    at = end;
    return true;
  }
  return shorter({.step = step, .at = end, .other = least}, step, at);
}

bool LineMatcher::enter_address(const Step& s, uint32_t& step, std::size_t& at) {
  const Lengths lengths =
      s.kind == LinePattern::Kind::kIp ? ip_lengths(text_, at) : localhost_lengths(text_, at);
  if (lengths.count == 0) return false;
  ++step;
  if (lengths.count > 1) jobs_.push_back({.step = step, .at = at + lengths.of[1]});
  at += lengths.of[0];
  return true;
}

}  // namespace sluice::rules
