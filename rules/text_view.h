// The texts of a message as rules see them: one view for each kind of rule and header selector.
//
//   View `header from:addr`   block "alice@shop.example"              one unit
//   View `body`               block "Subject\nFirst paragraph\n..."   a unit for each line
//   View `uri`                block "http://A/ \nhttp://a/"           a unit for each line
//
// A block is scanned at once; a unit is what a match may not leave (see UnitShape).
//
// Borrows:  blocks point into the message or the arena.
// Bounds:   those of the message; `header ALL` copies the header once.
// Tests:    tests/rules/text_view_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "rules/rule_set.h"
#include "rules/rule_text.h"

namespace sluice::rules {

enum class UnitShape : uint8_t {
  kWhole,      // the block is one unit
  kLines,      // each line with its newline
  kBareLines,  // each line without its newline
  kChunks,     // lines up to the first line end after limits::kRuleChunkBytes
};

// Which text a view shows.
struct ViewKey {
  RuleKind kind = RuleKind::kBody;  // one that has a pattern
  HeaderSelector selector = {};     // kHeader

  bool operator==(const ViewKey&) const = default;
};

UnitShape shape_of_view(const ViewKey& key);

// "body", "uri", "header from:addr".
std::string view_name(const ViewKey& key);

using TextBlocks = std::vector<std::string_view>;

// Fills `blocks`; none if the message has no such text, as without the header field.
void read_view(const ViewKey& key, const ScanInput& input, Arena& arena, TextBlocks& blocks);

bool header_exists(const HeaderSelector& selector, const ScanInput& input);

// A unit of a block: offsets into it.
struct Unit {
  std::size_t from = 0;
  std::size_t to = 0;

  bool operator==(const Unit&) const = default;
};

// Cuts one block into units.
class UnitReader {
 public:
  UnitReader() = default;

  UnitReader(std::string_view block, UnitShape shape) : block_(block), shape_(shape) {}

  // The unit that begins at `from`. REQUIRES: a unit begins there.
  [[nodiscard]] Unit unit_from(std::size_t from) const;

  // Where the next unit after `unit` begins; npos after the last.
  [[nodiscard]] std::size_t after(const Unit& unit) const;

  // The unit in which a match that ends at `end` lies, if it lies in one. When `end` is where a
  // unit begins, an empty match there belongs to that one, which is unit_from(end).
  // Remembers the last unit: ends that ascend cost time linear in the block altogether.
  Unit unit_ending_at(std::size_t end);

  // Whether a unit begins at `at` and another ends there.
  [[nodiscard]] bool between_units(std::size_t at) const;

  [[nodiscard]] std::string_view text(const Unit& unit) const {
    return block_.substr(unit.from, unit.to - unit.from);
  }

 private:
  std::string_view block_;
  UnitShape shape_ = UnitShape::kWhole;
  Unit last_ = {};
};

}  // namespace sluice::rules
