#include "rules/mail/part_memory.h"

#include <algorithm>
#include <bit>
#include <new>
#include <string_view>
#include <utility>

#include "base/hash.h"
#include "base/limits.h"
#include "rules/mail/html_facts.h"
#include "rules/mail/link_reader.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kPages = 16;  // or a few less, where parts are large
constexpr std::size_t kBytesMin = 4U << 20U;
constexpr std::size_t kBytesPerSeen = 1U << 10U;  // fewer than a part takes

uint64_t hash_of(const PartSource& source) {
  uint64_t hash = 0;
  for (const std::string_view text :
       {source.encoding, source.type, source.charset, source.rendered_type, source.raw}) {
    hash = seeded_hash(hash, text);
  }
  return hash;
}

PartSource copy(const PartSource& source, Arena& arena) {
  return {.raw = arena.copy(source.raw),
          .encoding = arena.copy(source.encoding),
          .type = arena.copy(source.type),
          .charset = arena.copy(source.charset),
          .rendered_type = arena.copy(source.rendered_type)};
}

// `text`, in the arena unless it is the known one.
std::string_view copy_unless(std::string_view known, std::string_view text, Arena& arena) {
  return text == known ? known : arena.copy(text);
}

}  // namespace

PartMemory::PartMemory(std::size_t bytes)
    : bytes_(std::max(bytes, kBytesMin)), seen_(std::bit_ceil(bytes_ / kBytesPerSeen)) {}

void PartMemory::clear() {
  parts_.clear();
  pages_.clear();
  std::fill(seen_.begin(), seen_.end(), 0);
}

std::shared_ptr<const PartText> PartMemory::recall(const PartSource& source,
                                                   const UriRules& links) {
  if (source.rendered_type.empty() || source.raw.size() < limits::kRememberedPartBytesMin ||
      source.raw.size() > limits::kRememberedPartBytesMax) {
    return nullptr;
  }
  const uint64_t hash = hash_of(source);
  const auto found = parts_.find(hash);
  if (found != parts_.end()) {
    const std::shared_ptr<const Part>& part = found->second;
    if (part->source != source) return nullptr;  // two parts with one hash: the first one stays
    return {part, &part->text};
  }
  uint32_t& seen = seen_[hash & (seen_.size() - 1)];
  const uint32_t tag = static_cast<uint32_t>(hash >> 32U) | 1U;
  if (std::exchange(seen, tag) != tag) return nullptr;
  return remember(hash, source, links);
}

std::size_t PartMemory::bytes() const {
  std::size_t out = 0;
  for (const auto& page : pages_) out += page->arena.used();
  return out;
}

std::shared_ptr<const PartText> PartMemory::remember(uint64_t hash, const PartSource& source,
                                                     const UriRules& links) {
  const std::shared_ptr<Page>& page = page_with_room();
  Arena& arena = page->arena;
  Part* const part = new (arena.allocate(sizeof(Part), alignof(Part)))
      Part{.hash = hash, .source = copy(source, arena)};
  read(part->source, links, arena, part->text);
  page->parts.push_back(part);
  parts_[hash] = {page, part};
  return {page, &part->text};
}

void PartMemory::read(const PartSource& source, const UriRules& links, Arena& arena,
                      PartText& text) {
  work_.reset();
  PartText read{.decoded = decoded_text(source, work_)};
  render_text(source, work_, read);
  text.decoded = copy_unless(source.raw, read.decoded, arena);
  text.rendered_type = source.rendered_type;
  text.rendered = {.text = copy_unless(text.decoded, read.rendered.text, arena),
                   .narrow = read.rendered.narrow};
  text.visible = {.text = copy_unless(text.rendered.text, read.visible.text, arena),
                  .narrow = read.visible.narrow};
  text.invisible = {.text = arena.copy(read.invisible.text), .narrow = read.invisible.narrow};
  if (read.html == nullptr) return;
  HtmlFacts* const facts = read.html->copy_to(arena);
  read_links(*facts, links, arena);
  text.html = facts;
}

const std::shared_ptr<PartMemory::Page>& PartMemory::page_with_room() {
  const std::size_t page_bytes = bytes_ / kPages;
  if (!pages_.empty() && pages_.back()->arena.used() < page_bytes) return pages_.back();
  while (!pages_.empty() && bytes() + page_bytes > bytes_) {
    for (const Part* part : pages_.front()->parts) parts_.erase(part->hash);
    pages_.pop_front();
  }
  return pages_.emplace_back(std::make_shared<Page>());
}

}  // namespace sluice::rules
