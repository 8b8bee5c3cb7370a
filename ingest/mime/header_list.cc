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

// Makes `field` reach to the end of `line`: a view over the fold, not a copy of it.
void extend(HeaderField& field, std::string_view line) {
  const char* begin = field.value.data();
  field.value = {begin, static_cast<std::size_t>(line.data() + line.size() - begin)};
}

// Adds the field on `line`. False if `line` is no field, and so belongs to the body.
bool add_field(HeaderList& list, std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == kNone) return false;

  std::string_view name = line.substr(0, colon);
  const std::size_t name_end = name.find_last_not_of(" \t") + 1;  // npos + 1 == 0: all blank
  if (!is_name(name.substr(0, name_end))) return false;

  if (name_end < colon) list.defects.add(Defect::kSpaceBeforeColon);
  if (list.fields.size() == limits::kHeaderFieldsMax) {
    list.defects.add(Defect::kLimitHeaderFields);
  } else {
    list.fields.push_back({.name = name.substr(0, name_end), .value = line.substr(colon + 1)});
  }
  return true;
}

}  // namespace

HeaderList split_headers(std::string_view raw, std::pmr::memory_resource& arena) {
  HeaderList list{.fields = std::pmr::vector<HeaderField>(&arena), .body = {}, .defects = {}};
  std::string_view rest = raw;

  while (!rest.empty()) {
    const Line line = next_line(rest);
    if (line.bare_lf) list.defects.add(Defect::kBareLf);

    if (line.text.empty()) {
      list.body = line.rest;
      return list;
    }
    if (is_fold(line.text)) {
      if (list.fields.empty()) {
        list.defects.add(Defect::kOrphanFold);
      } else if (!list.defects.has(Defect::kLimitHeaderFields)) {
        extend(list.fields.back(), line.text);
      }
    } else if (!add_field(list, line.text)) {
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
