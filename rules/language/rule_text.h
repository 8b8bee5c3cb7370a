// The rules of a set as their files say, before anything is compiled.
//
// Threads:  plain values.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ingest/mime/defects.h"
#include "rules/evals/evals.h"
#include "rules/facts/fact_condition.h"
#include "rules/facts/lookup_text.h"
#include "rules/judge_part.h"
#include "rules/lines/diagnostic.h"
#include "rules/lines/setting.h"
#include "rules/patterns/regex_text.h"

namespace sluice::rules {

enum class RuleKind : uint8_t {
  kHeader,      // a pattern on the text of a header selector
  kExists,      // a header is there
  kBody,        // a pattern on each paragraph of the rendered text
  kRawBody,     // a pattern on the decoded text parts, markup kept
  kUri,         // a pattern on each URL
  kFull,        // a pattern on the message as it came
  kMimeHeader,  // a pattern on a header field of each part
  kUriDetail,   // conditions on one URL and what is known of it
  kEval,        // a function of rules/evals
  kLookup,      // a text of the message is in a map
  kFact,        // a condition on the envelope, the structure or the authentication
  kDefect,      // the message is odd in a certain way
  kMeta,        // an expression over other rules; the judge evaluates it
  kSender,      // a condition on the sender; the judge evaluates it
};

// Which text of the header a rule looks at.
struct HeaderSelector {
  std::string name = {};   // of the field, lower case; or ALL, ToCc, MESSAGEID, EnvelopeFrom, ...
  std::string forms = {};  // "", ":raw", ":addr", ":name:first", ...

  bool operator==(const HeaderSelector&) const = default;
};

struct EvalCall {
  std::string name = {};
  std::vector<std::string> arguments = {};
  EvalCaller caller = EvalCaller::kBody;
};

struct RuleTest {
  bool hits = true;  // `ok`: the rule hits; `fail`: it does not
  std::string text = {};
  Place place = {};
};

// What a `map` line says.
struct MapText {
  std::string name = {};
  MapKind kind = MapKind::kHosts;
  std::string path = {};
  Place place = {};  // of the path
};

// What a `lookup` rule looks up, and in which map.
struct LookupLine {
  LookupText text = {};
  std::string map = {};
  Place map_place = {};
};

// What an `envelope`, `structure` or `auth` rule compares.
struct FactLine {
  FactFamily family = FactFamily::kEnvelope;
  const FactField* field = nullptr;
  std::string argument = {};  // attribute:NAME
  FactTest test = {};         // its pattern, if it has one, is `regex`
};

struct RuleText {
  std::string name = {};
  RuleKind kind = RuleKind::kMeta;
  Place place = {};

  HeaderSelector selector = {};        // kHeader, kExists, kMimeHeader
  bool negated = false;                // kHeader, kMimeHeader: `!~`
  std::string if_unset = {};           // kHeader, kMimeHeader: the text if the header is not there
  RegexText regex = {};                // all with a pattern
  Place regex_place = {};              // of the pattern's first byte
  bool expanded = false;               // it had tags of replace_tag
  EvalCall eval = {};                  // kEval
  std::string uri_conditions = {};     // kUriDetail
  mime::DefectSet defects = {};        // kDefect: any of these
  LookupLine lookup = {};              // kLookup
  FactLine fact = {};                  // kFact
  std::vector<MetaStep> program = {};  // kMeta, kSender: kRule operands index RuleTexts::rules

  std::string description = {};
  int32_t weight = 0;  // thousandths
  bool shadow = false;
  bool multiple = false;   // counts its matches
  bool nosubject = false;  // kBody: the subject does not count
  bool net = false;        // tflags net: needs the network
  std::string parts = {};  // kMimeHeader: the flags that pick parts, "range=1-2 concat"
  uint16_t maxhits = UINT16_MAX;
  bool off = false;  // a score of 0 switches a rule off, as in SpamAssassin
  std::vector<RuleTest> tests = {};
  RuleAction action = RuleAction::kNone;
  uint32_t group = 0;  // 0: none; else RuleTexts::groups[group - 1]

  [[nodiscard]] bool judged() const { return kind == RuleKind::kMeta || kind == RuleKind::kSender; }

  [[nodiscard]] bool counted() const { return !name.starts_with("__"); }

  [[nodiscard]] bool has_pattern() const {
    switch (kind) {
      case RuleKind::kHeader:
      case RuleKind::kBody:
      case RuleKind::kRawBody:
      case RuleKind::kUri:
      case RuleKind::kFull:
      case RuleKind::kMimeHeader:
        return true;
      default:
        return false;
    }
  }
};

struct RuleTexts {
  std::vector<RuleText> rules = {};   // in the order of their definition
  std::vector<RuleIndex> metas = {};  // each after those it names
  std::vector<RuleGroup> groups = {};
  std::vector<Setting> settings = {};  // in the order of their lines
  std::vector<MapText> maps = {};      // each name once
};

}  // namespace sluice::rules
