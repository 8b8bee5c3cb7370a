#include "ingest/mime/header_list.h"

#include <cstddef>

#include "base/limits.h"

namespace sluice::mime {
namespace {

constexpr auto kNone = std::string_view::npos;

struct Line {
  std::string_view text = {};  // without its ending
  std::string_view rest = {};  // what follows the ending
  bool bare_lf = false;
};

Line next_line(std::string_view in) {
  const std::size_t lf = in.find('\n');
  if (lf == kNone) return {.text = in, .rest = in.substr(in.size())};

  const bool crlf = lf > 0 && in[lf - 1] == '\r';
  return {.text = in.substr(0, crlf ? lf - 1 : lf), .rest = in.substr(lf + 1), .bare_lf = !crlf};
}

bool is_fold(std::string_view line) {
  return !line.empty() && (line.front() == ' ' || line.front() == '\t');
}

// Field names are printable ASCII except the colon (RFC 5322 section 2.2).
bool is_name(std::string_view text) {
  for (const char c : text) {
    if (c < '!' || c > '~') return false;
  }
  return !text.empty();
}

// What mailbox files put before each message: "From a@b.example Tue Jan  1 00:00:00 2030". A From
// field with blanks before its colon is none.
bool is_mbox_line(std::string_view line) {
  constexpr std::string_view kFrom = "From ";
  if (!line.starts_with(kFrom)) return false;
  const std::size_t word = line.find_first_not_of(" \t", kFrom.size());
  return word != kNone && line[word] != ':';
}

// Builds a HeaderList line by line. What is over a limit is passed over, so that the body is found
// all the same.
class Splitter {
 public:
  Splitter(std::string_view raw, HeaderList& list) : raw_(raw), list_(list) {}

  // False if `line` is no part of a header section.
  bool add(std::string_view line) {
    if (static_cast<std::size_t>(line.data() - raw_.data()) + line.size() >
        limits::kHeaderBytesMax) {
      list_.defects.add(Defect::kLimitHeaderBytes);
      over_ = true;
    }
    if (!is_fold(line)) return add_field(line);
    if (!any_field_) list_.defects.add(Defect::kOrphanFold);
    if (!list_.fields.empty() && !over_) add_fold(line);
    return true;
  }

 private:
  bool add_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == kNone) return false;

    std::string_view name = line.substr(0, colon);
    const std::size_t name_end = name.find_last_not_of(" \t") + 1;  // npos + 1 == 0: all blank
    if (!is_name(name.substr(0, name_end))) return false;

    if (name_end < colon) list_.defects.add(Defect::kSpaceBeforeColon);
    any_field_ = true;
    folds_ = 0;
    if (list_.fields.size() == limits::kHeaderFieldsMax) {
      list_.defects.add(Defect::kLimitHeaderFields);
      over_ = true;
    }
    if (over_) return true;
    list_.fields.push_back({.name = name.substr(0, name_end), .value = {}});
    reach(line.data() + colon + 1, line);
    return true;
  }

  void add_fold(std::string_view line) {
    if (++folds_ > limits::kHeaderFoldsMax) {
      list_.defects.add(Defect::kLimitHeaderFolds);
    } else {
      reach(list_.fields.back().value.data(), line);
    }
  }

  // Makes the last field reach from `begin` to the end of `line`: a view over the fold, no copy.
  void reach(const char* begin, std::string_view line) {
    auto bytes = static_cast<std::size_t>(line.data() + line.size() - begin);
    if (bytes > limits::kHeaderFieldBytesMax) {
      list_.defects.add(Defect::kLimitHeaderFieldBytes);
      bytes = limits::kHeaderFieldBytesMax;
    }
    list_.fields.back().value = {begin, bytes};
  }

  std::string_view raw_;
  HeaderList& list_;
  std::size_t folds_ = 0;   // of the last field
  bool any_field_ = false;  // also one that was not kept
  bool over_ = false;       // a limit of the whole section was reached
};

}  // namespace

HeaderList split_headers(std::string_view raw, std::pmr::memory_resource& arena,
                         const Boundaries* open) {
  HeaderList list{.fields = std::pmr::vector<HeaderField>(&arena), .body = {}, .defects = {}};
  Splitter splitter(raw, list);
  std::string_view rest = raw;

  while (!rest.empty()) {
    const Line line = next_line(rest);
    if (line.bare_lf) list.defects.add(Defect::kBareLf);

    if (line.text.empty()) {
      list.body = line.rest;
      return list;
    }
    if (rest.data() == raw.data() && is_mbox_line(line.text)) {
      list.defects.add(Defect::kMboxFromLine);
      rest = line.rest;
      continue;
    }
    const bool delimiter = open != nullptr && open->match(line.text);
    if (delimiter || !splitter.add(line.text)) {
      list.defects.add(Defect::kNoBlankLine);
      list.body = rest;
      return list;
    }
    rest = line.rest;
  }

  list.body = rest;  // no blank line and no body: the header section is the whole message
  return list;
}

}  // namespace sluice::mime
