#include "rules/mail/part_texts.h"

#include <utility>

#include "rules/mail/part_text.h"

namespace sluice::rules {

PartTexts::PartTexts(std::span<MailPart> parts, Arena& arena, const UriRules& links,
                     PartMemory* memory)
    : parts_(parts),
      arena_(arena),
      links_(links),
      memory_(memory),
      states_(parts.size(), &arena),
      recalled_(&arena) {}

void PartTexts::decode(std::size_t i) {
  MailPart& part = parts_[i];
  if (states_[i].decoded || !part.leaf || recall(i)) return;
  states_[i].decoded = true;
  part.text.decoded = decoded_text(source_of(part), arena_);
}

void PartTexts::render(std::size_t i) {
  MailPart& part = parts_[i];
  if (states_[i].rendered || !part.leaf || recall(i)) return;
  states_[i].rendered = true;
  const PartSource source = source_of(part);
  if (source.rendered_type.empty()) return;
  decode(i);
  render_text(source, arena_, part.text);
}

// False: it is not remembered.
bool PartTexts::recall(std::size_t i) {
  if (memory_ == nullptr || std::exchange(states_[i].looked_up, true)) return false;
  std::shared_ptr<const PartText> text = memory_->recall(source_of(parts_[i]), links_);
  if (text == nullptr) return false;
  parts_[i].text = *text;
  recalled_.push_back(std::move(text));
  states_[i] = {.looked_up = true, .decoded = true, .rendered = true};
  return true;
}

const RenderedText& PartTexts::rendered(std::size_t i, Rendering rendering) const {
  const PartText& text = parts_[i].text;
  switch (rendering) {
    case Rendering::kVisible:
      return text.visible;
    case Rendering::kInvisible:
      return text.invisible;
    default:
      return text.rendered;
  }
}

}  // namespace sluice::rules
