// The texts of a message as rules see them: one view for each kind of rule and header selector.
//
//   View `header from:addr`   block "alice@shop.example"              one unit
//   View `body`               block "Subject\nFirst paragraph\n..."   a unit for each paragraph
//   View `uri`                block "http://A/\nhttp://a/"            a unit for each link
//
// A block is scanned at once; a unit is what a match may not leave (see UnitShape). What the texts
// are, rules/mail says.
//
// Borrows:  blocks point into the mail and its arena.
// Bounds:   those of rules/mail.
// Tests:    tests/rules/text_view_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/language/rule_text.h"
#include "rules/mail/mail.h"

namespace sluice::rules {

enum class UnitShape : uint8_t {
  kWhole,   // the block is one unit
  kLines,   // units hold no newline but for one at their end
  kPieces,  // units hold several lines
};

// Which text a view shows.
struct ViewKey {
  RuleKind kind = RuleKind::kBody;  // one that has a pattern
  HeaderSelector selector = {};     // kHeader, kMimeHeader
  std::string parts = {};           // kMimeHeader: RuleText::parts
  std::string if_unset = {};        // kMimeHeader

  bool operator==(const ViewKey&) const = default;
};

ViewKey view_of(const RuleText& rule);

UnitShape shape_of_view(const ViewKey& key);

// Whether units of one message may well be those of another, and no unit's count leans on others.
bool comes_again(const ViewKey& key);

// "body", "uri", "header from:addr".
std::string view_name(const ViewKey& key);

// A unit of a block: offsets into it.
struct Unit {
  std::size_t from = 0;
  std::size_t to = 0;

  bool operator==(const Unit&) const = default;
};

// The text of a view. Where a unit does not end with a newline, a newline that belongs to no unit
// follows it, so that line begins and ends in the block are those of units.
struct ViewText {
  std::string_view block = {};
  std::vector<Unit> units = {};     // ascending; none: the message has no such text
  bool subject_first = false;       // the first unit is the subject of a body
  std::string made = {};            // the block, where it was put together from given texts
  std::vector<uint32_t> left = {};  // units that keep_left() keeps, in any order
  std::string made_of_left = {};    // the block after that

  void clear() {
    block = {};
    units.clear();
    subject_first = false;
    made.clear();
  }

  [[nodiscard]] bool is_subject(std::size_t unit) const { return subject_first && unit == 0; }

  // All other units are gone.
  void keep_left();

  [[nodiscard]] std::string_view text(const Unit& unit) const {
    return block.substr(unit.from, unit.to - unit.from);
  }
};

// Texts that stand in for those of a message: what the `test` line of a rule gives.
struct GivenTexts {
  std::vector<std::string> body = {};     // paragraphs; the subject is the message's
  std::vector<std::string> rawbody = {};  // pieces
  std::vector<std::string> uris = {};
  std::string full = {};
  std::optional<std::string> value = {};  // what lookups look up, and conditions compare
};

// `given`, where it is not null, is what body, rawbody, uri and full rules see.
void read_view(const ViewKey& key, Mail& mail, const GivenTexts* given, ViewText& out);

bool header_exists(const HeaderSelector& selector, Mail& mail);

// Finds the unit that holds a byte. Remembers the last one: offsets that ascend cost time linear in
// the units altogether.
class UnitFinder {
 public:
  explicit UnitFinder(const ViewText& text) : units_(text.units) {}

  // The index of the unit with the byte at `offset`, or of the last one before it.
  std::size_t holding(std::size_t offset);

 private:
  std::span<const Unit> units_;
  std::size_t last_ = 0;
};

}  // namespace sluice::rules
