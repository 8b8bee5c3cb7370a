#include "rules/choice_cache.h"

#include <array>
#include <cstdint>
#include <utility>

#include "base/build_id.h"
#include "base/byte_codec.h"
#include "base/hash.h"
#include "base/limits.h"
#include "rules/patterns/hyperscan.h"
#include "rules/patterns/perl_pattern.h"

namespace sluice::rules {
namespace {

constexpr std::string_view kFileName = "choices.dat";
constexpr std::size_t kWordBits = 64;

void write(ByteWriter& out, const ByteSet256& set) {
  std::array<uint64_t, 256 / kWordBits> words{};
  for (std::size_t byte = set._Find_first(); byte < set.size(); byte = set._Find_next(byte)) {
    words[byte / kWordBits] |= uint64_t{1} << (byte % kWordBits);
  }
  for (const uint64_t word : words) out.u64(word);
}

ByteSet256 read_set(ByteReader& in) {
  ByteSet256 set;
  for (std::size_t bit = 0; bit < set.size(); bit += kWordBits) {
    set |= ByteSet256(in.u64()) << bit;
  }
  return set;
}

void write(ByteWriter& out, const ShortStrings& strings) {
  write(out, strings.ones());
  out.u8(static_cast<uint8_t>(strings.pairs().size()));
  for (const ShortStrings::Pair& pair : strings.pairs()) {
    out.u8(pair.first);
    write(out, pair.second);
  }
}

std::optional<ShortStrings> read_strings(ByteReader& in) {
  const ByteSet256 ones = read_set(in);
  const std::size_t count = in.u8();
  if (count > ShortStrings::kPairsMax) return std::nullopt;
  std::vector<ShortStrings::Pair> pairs(count);
  for (ShortStrings::Pair& pair : pairs) {
    pair.first = in.u8();
    pair.second = read_set(in);
  }
  return ShortStrings(ones, std::move(pairs));
}

void write(ByteWriter& out, const std::vector<std::string>& texts) {
  out.u32(static_cast<uint32_t>(texts.size()));
  for (const std::string& text : texts) out.text(text);
}

void write(ByteWriter& out, const std::vector<RequiredLiteral>& literals) {
  out.u32(static_cast<uint32_t>(literals.size()));
  for (const RequiredLiteral& literal : literals) {
    out.text(literal.text);
    write(out, literal.neighbours.before);
    write(out, literal.neighbours.after);
  }
}

void write(ByteWriter& out, const std::vector<Chain>& chains) {
  out.u32(static_cast<uint32_t>(chains.size()));
  for (const Chain& chain : chains) {
    out.u32(static_cast<uint32_t>(chain.size()));
    for (const ChainLetter& letter : chain) {
      write(out, letter.first);
      write(out, letter.gap);
    }
  }
}

// A count that is not more than `left`, which it is taken from: bytes that nobody encoded must not
// ask for more than they are.
uint32_t read_count(ByteReader& in, std::size_t& left) {
  const uint32_t count = in.u32();
  if (count > left) return 0;
  left -= count;
  return count;
}

std::vector<std::string> read_texts(ByteReader& in, std::size_t& left) {
  std::vector<std::string> texts(read_count(in, left));
  for (std::string& text : texts) text = in.text();
  return texts;
}

std::vector<RequiredLiteral> read_literals(ByteReader& in, std::size_t& left) {
  std::vector<RequiredLiteral> literals(read_count(in, left));
  for (RequiredLiteral& literal : literals) {
    literal.text = in.text();
    literal.neighbours.before = read_set(in);
    literal.neighbours.after = read_set(in);
  }
  return literals;
}

std::vector<Chain> read_chains(ByteReader& in, std::size_t& left) {
  std::vector<Chain> chains(read_count(in, left));
  for (Chain& chain : chains) {
    chain.resize(read_count(in, left));
    for (ChainLetter& letter : chain) {
      letter.first = read_set(in);
      letter.gap = read_set(in);
    }
  }
  return chains;
}

}  // namespace

std::string decision_key(const RegexText& regex, const PatternUse& use, std::string_view if_unset) {
  const auto& [pattern, caseless, multiline, dotall, extended] = regex;
  const auto& [units, counts, many, size] = use;
  ByteWriter out;
  out.text(pattern).text(if_unset).u8(static_cast<uint8_t>(units)).u8(static_cast<uint8_t>(size));
  for (const bool flag : {caseless, multiline, dotall, extended, counts, many}) {
    out.u8(flag ? 1 : 0);
  }
  return digest128(out.bytes());
}

std::string encode(const Decision& decision) {
  const auto& [choice, matches_every, matches_absent] = decision;
  const auto& [engine, width_max, strings, literals, finds, lead, also, chains, run, source] =
      choice;
  ByteWriter out;
  out.u8(matches_every ? 1 : 0).u8(matches_absent ? 1 : 0);
  out.u8(static_cast<uint8_t>(engine)).u32(width_max).u32(finds);
  out.u32(lead.width_max).u32(lead.others_max);
  write(out, lead.fill);
  if (engine == Engine::kBytes) write(out, strings);
  write(out, literals);
  out.u32(static_cast<uint32_t>(also.size()));
  for (const std::vector<std::string>& one_of : also) write(out, one_of);
  write(out, chains);
  out.u32(run.length);
  if (run.length > 0) write(out, run.bytes);
  out.text(source.text).u32(source.flags);
  return out.bytes();
}

std::optional<Decision> decode(std::string_view bytes) {
  ByteReader in(bytes);
  std::size_t left = bytes.size();
  Decision out;
  out.matches_every = in.u8() != 0;
  out.matches_absent = in.u8() != 0;
  const uint8_t engine = in.u8();
  if (engine > static_cast<uint8_t>(Engine::kEveryUnit)) return std::nullopt;
  EngineChoice& choice = out.choice;
  choice.engine = static_cast<Engine>(engine);
  choice.width_max = in.u32();
  choice.finds = in.u32();
  choice.lead = {.width_max = in.u32(), .others_max = in.u32(), .fill = read_set(in)};
  if (choice.engine == Engine::kBytes) {
    std::optional<ShortStrings> strings = read_strings(in);
    if (!strings.has_value()) return std::nullopt;
    choice.strings = std::move(*strings);
  }
  choice.literals = read_literals(in, left);
  choice.also.resize(read_count(in, left));
  for (std::vector<std::string>& one_of : choice.also) one_of = read_texts(in, left);
  choice.chains = read_chains(in, left);
  choice.run.length = in.u32();
  if (choice.run.length > 0) choice.run.bytes = read_set(in);
  choice.source.text = in.text();
  choice.source.flags = in.u32();
  if (!in.complete()) return std::nullopt;
  return out;
}

std::string ChoiceCache::this_program() {
  const std::string id = build_id();
  return id.empty() ? id : id + "\n" + hyperscan_platform() + "\n" + pcre2_version();
}

void ChoiceCache::load(const DatabaseCache& cache) {
  if (program_.empty()) return;
  const std::optional<std::string> file =
      cache.load_file(kFileName, program_, limits::kCachedChoicesBytesMax);
  if (!file.has_value()) return;
  ByteReader in(*file);
  std::size_t left = file->size();
  const uint32_t count = read_count(in, left);
  entries_.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    std::string key(in.text());
    entries_.emplace(std::move(key), Entry{.bytes = std::string(in.text())});
  }
  if (!in.complete()) entries_.clear();
}

std::optional<Decision> ChoiceCache::find(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  found->second.asked = true;
  return decode(found->second.bytes);
}

void ChoiceCache::add(const std::string& key, const Decision& decision) {
  entries_.insert_or_assign(key, Entry{.bytes = encode(decision), .asked = true});
  changed_ = true;
}

std::string ChoiceCache::file_of(bool asked_only) const {
  ByteWriter body;
  uint32_t count = 0;
  for (const auto& [key, entry] : entries_) {
    if (asked_only && !entry.asked) continue;
    body.text(key).text(entry.bytes);
    ++count;
  }
  return ByteWriter().u32(count).bytes() + body.bytes();
}

Status ChoiceCache::store(const DatabaseCache& cache) const {
  if (!changed_ || program_.empty()) return {};
  std::string file = file_of(false);
  if (file.size() > limits::kCachedChoicesBytesMax) file = file_of(true);
  if (file.size() > limits::kCachedChoicesBytesMax) return {};
  return cache.store_file(kFileName, program_, file);
}

}  // namespace sluice::rules
