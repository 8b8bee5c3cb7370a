#include "rules/recall.h"

#include <algorithm>
#include <cstddef>
#include <memory>

#include "base/limits.h"
#include "rules/text_scan.h"

namespace sluice::rules {
namespace {

// Units of one view that are scanned alone, some together.
class Recall {
 public:
  Recall(const View& view, BatchScratch& scratch)
      : view_(view), scratch_(scratch), memory_(*scratch.unit_memory) {}

  void run(std::span<ScratchParts* const> messages) {
    scratch_.lessons.clear();
    scratch_.unit_keys.clear();
    for (ScratchParts* const message : messages) add_keys(message->text);
    memory_.prefetch(scratch_.unit_keys);
    const UnitKey* keys = scratch_.unit_keys.data();
    for (ScratchParts* const message : messages) keys = recall(keys, *message);
    const std::span<UnitLesson> lessons = scratch_.lessons;
    for (std::size_t i = 0; i < lessons.size(); i += limits::kScanBatch) {
      learn(lessons.subspan(i, std::min(limits::kScanBatch, lessons.size() - i)));
    }
    for (ScratchParts* const message : messages) message->text.keep_left();
  }

 private:
  static std::size_t looked_for(const ViewText& text) {
    return std::min(text.units.size(), limits::kRecalledUnitsMax);
  }

  static bool is_short(std::string_view unit) {
    return unit.size() <= limits::kRememberedUnitBytesMax;
  }

  void add_keys(const ViewText& text) {
    for (std::size_t i = 0; i < looked_for(text); ++i) {
      const std::string_view unit = text.text(text.units[i]);
      if (!is_short(unit)) continue;
      scratch_.unit_keys.push_back(UnitMemory::key_of(view_.number, text.is_subject(i), unit));
    }
  }

  // Units that are not known stand in text.left, but for those that are to be learnt. `next`: the
  // keys of the message's units; the result: those of the next message.
  const UnitKey* recall(const UnitKey* next, ScratchParts& message) {
    ViewText& text = message.text;
    text.left.clear();
    const std::size_t end = looked_for(text);
    for (uint32_t i = 0; i < end; ++i) {
      const std::string_view unit = text.text(text.units[i]);
      if (!is_short(unit)) {
        leave(i, message);
        continue;
      }
      const UnitKey& key = *next++;
      const UnitMemory::Memory known = memory_.look_up(key);
      if (known.answer == UnitMemory::Answer::kKnown && take(known, message)) {
        message.bytes.recalled += unit.size();
      } else if (known.answer == UnitMemory::Answer::kSeen) {
        message.bytes.scanned += unit.size();
        scratch_.lessons.push_back({.message = &message, .unit = i, .key = key});
      } else {
        leave(i, message);
      }
    }
    for (std::size_t i = end; i < text.units.size(); ++i) leave(i, message);
    return next;
  }

  static void leave(std::size_t unit, ScratchParts& message) {
    ViewText& text = message.text;
    text.left.push_back(static_cast<uint32_t>(unit));
    message.bytes.scanned += text.text(text.units[unit]).size();
  }

  // False: the message has not so much work left.
  bool take(const UnitMemory::Memory& known, TextScratch& message) {
    const auto work = int64_t{known.work};
    if (work >= message.work.left() || work >= message.reports_left) return false;
    message.work.pay(work);
    message.reports_left -= work;
    for (const PatternFind& find : known.finds) {
      PatternState& state = message.patterns[find.pattern];
      state.count =
          std::min<uint32_t>(view_.patterns[find.pattern].count_max, state.count + find.count);
    }
    return true;
  }

  void learn(std::span<const UnitLesson> lessons) {
    while (scratch_.pupils.size() < lessons.size()) {
      scratch_.pupils.push_back(std::make_unique<TextScratch>());
    }
    scratch_.present.clear();
    for (std::size_t i = 0; i < lessons.size(); ++i) {
      TextScratch& pupil = *scratch_.pupils[i];
      pupil.begin(lessons[i].key.text, lessons[i].key.subject, view_.patterns.size());
      scratch_.present.push_back(&pupil);
    }
    scan_texts(view_, scratch_);
    for (std::size_t i = 0; i < lessons.size(); ++i) take_lesson(lessons[i], *scratch_.pupils[i]);
  }

  void take_lesson(const UnitLesson& lesson, const TextScratch& pupil) {
    std::vector<PatternFind>& finds = scratch_.pattern_finds;
    finds.clear();
    bool decided = pupil.findings.complete();
    for (const uint32_t i : pupil.patterns.touched()) {
      const PatternState& state = pupil.patterns.peek(i);
      decided = decided && !state.unconfirmed;
      if (state.count > 0) finds.push_back({.pattern = i, .count = state.count});
    }
    const auto work = static_cast<uint32_t>(limits::kRememberedUnitWorkMax -
                                            std::min(pupil.work.left(), pupil.reports_left));
    if (decided) {
      memory_.remember(lesson.key, finds, work);
    } else {
      memory_.give_up(lesson.key);
    }
    if (!decided || !take({.finds = finds, .work = work}, *lesson.message)) {
      lesson.message->text.left.push_back(lesson.unit);
    }
  }

  const View& view_;
  BatchScratch& scratch_;
  UnitMemory& memory_;
};

}  // namespace

void recall_units(const View& view, std::span<ScratchParts* const> messages,
                  BatchScratch& scratch) {
  Recall(view, scratch).run(messages);
}

}  // namespace sluice::rules
