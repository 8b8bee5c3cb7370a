#include "ingest/mime/part_tree.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "ingest/mime/boundary.h"
#include "ingest/mime/byte_scan.h"
#include "ingest/mime/media_type.h"

namespace sluice::mime {
namespace {

constexpr std::size_t kPartsExpected = 8;

// A part whose end has not been found yet.
struct OpenPart {
  uint16_t index = 0;
  bool multipart = false;
  bool digest = false;
  bool closed = false;  // its closing delimiter came: what follows is an epilogue
  bool any_child = false;
  std::size_t boundaries = 0;  // that were open before it
};

class TreeReader {
 public:
  TreeReader(std::string_view raw, Arena& arena, DefectSet& defects)
      : raw_(raw), arena_(arena), defects_(defects), parts_(&arena) {
    parts_.reserve(kPartsExpected);
  }

  std::pmr::vector<Part> read() {
    std::size_t at = 0;
    bool part_begins = true;
    while (part_begins) {
      at = read_headers(at);
      if (next_is_message()) continue;
      part_begins = find_part(at);
    }
    close(0, raw_.size());
    return std::move(parts_);
  }

 private:
  // Reads the header section at `at` and opens its part. Where the part's body begins.
  std::size_t read_headers(std::size_t at) {
    // Built where it stands: assigned to a list of another memory, the fields would be copied.
    Part part{.header = split_headers(raw_.substr(at), arena_, &boundaries_), .media = {}};
    const std::size_t body = raw_.size() - part.header.body.size();
    defects_.add(part.header.defects);
    if (!valid_utf8(raw_.substr(at, body - at))) defects_.add(Defect::kEightBitHeader);

    const bool in_digest = depth_ > 0 && open_[depth_ - 1].digest;
    part.media = read_media_type(part.header, in_digest, arena_, defects_);
    part.encoding = read_transfer_encoding(part.header, defects_);
    part.depth = static_cast<uint8_t>(depth_);
    if (depth_ > 0) {
      part.parent = open_[depth_ - 1].index;
      open_[depth_ - 1].any_child = true;
    }
    parts_.push_back(std::move(part));
    open_part();
    return body;
  }

  void open_part() {
    const Part& part = parts_.back();
    OpenPart open{.index = static_cast<uint16_t>(parts_.size() - 1),
                  .boundaries = boundaries_.size()};
    if (part.media.type == "multipart") {
      if (part.encoding != TransferEncoding::kNone) defects_.add(Defect::kEncodedMultipart);
      if (part.media.boundary.empty()) defects_.add(Defect::kMissingBoundary);
      open.multipart = has_usable_boundary(part) && may_nest();
      open.digest = open.multipart && part.media.subtype == "digest";
    }
    if (open.multipart) boundaries_.push(part.media.boundary);
    open_[depth_++] = open;
  }

  static bool has_usable_boundary(const Part& part) {
    return !part.media.boundary.empty() && part.media.boundary.size() <= limits::kBoundaryBytesMax;
  }

  // Whether the part that is about to be opened may have children.
  bool may_nest() {
    if (depth_ < limits::kMimeDepthMax) return true;
    defects_.add(Defect::kLimitMimeDepth);
    return false;
  }

  bool may_add() {
    if (parts_.size() < limits::kMimePartsMax) return true;
    defects_.add(Defect::kLimitMimeParts);
    return false;
  }

  // Whether the newest part holds a message, which begins where its body begins.
  bool next_is_message() {
    const MediaType& media = parts_.back().media;
    if (media.type != "message" || (media.subtype != "rfc822" && media.subtype != "global")) {
      return false;
    }
    if (parts_.back().encoding != TransferEncoding::kNone) {
      defects_.add(Defect::kEncodedMultipart);
    }
    if (depth_ > limits::kMimeDepthMax) {
      defects_.add(Defect::kLimitMimeDepth);
      return false;
    }
    return may_add();
  }

  // Looks for the next delimiter that begins a part, from the line at `at` on, and closes what ends
  // before it. Moves `at` to the part. False if there is no more.
  bool find_part(std::size_t& at) {
    while (boundaries_.size() > 0 && at < raw_.size()) {
      const std::size_t lf = std::min(raw_.find('\n', at), raw_.size() - 1);
      const auto delimiter = boundaries_.match(line_between(at, lf));
      const std::size_t line = std::exchange(at, lf + 1);
      if (delimiter && begins_part(*delimiter, line)) return may_add();
      if (!delimiter) at = find_line_with(raw_, at, '-');
    }
    return false;
  }

  [[nodiscard]] std::string_view line_between(std::size_t begin, std::size_t lf) const {
    const bool ended = raw_[lf] == '\n';
    return raw_.substr(begin, lf + (ended ? 0 : 1) - begin);
  }

  bool begins_part(Delimiter delimiter, std::size_t line) {
    std::size_t owner = depth_;
    while (!open_[owner - 1].multipart || open_[owner - 1].closed ||
           open_[owner - 1].boundaries != delimiter.level) {
      --owner;
    }
    close(owner, before_ending(line));
    if (!delimiter.closing) return true;
    open_[owner - 1].closed = true;
    boundaries_.keep(delimiter.level);
    return false;
  }

  // A delimiter's line ending in front belongs to it, not to the part before.
  [[nodiscard]] std::size_t before_ending(std::size_t line) const {
    if (line > 0 && raw_[line - 1] == '\n') --line;
    if (line > 0 && raw_[line - 1] == '\r') --line;
    return line;
  }

  // Ends all open parts but the first `kept` at `end`.
  void close(std::size_t kept, std::size_t end) {
    while (depth_ > kept) {
      const OpenPart& open = open_[--depth_];
      std::string_view& body = parts_[open.index].header.body;
      const auto begin = static_cast<std::size_t>(body.data() - raw_.data());
      body = raw_.substr(begin, std::max(begin, end) - begin);
      if (open.multipart && !open.closed) {
        defects_.add(Defect::kUnclosedMultipart);
        boundaries_.keep(open.boundaries);
      }
      if (open.multipart && !open.any_child) defects_.add(Defect::kEmptyMultipart);
    }
  }

  std::string_view raw_;
  Arena& arena_;
  DefectSet& defects_;
  std::pmr::vector<Part> parts_;
  Boundaries boundaries_;
  std::array<OpenPart, limits::kMimeDepthMax + 2> open_;  // from the message to the newest part
  std::size_t depth_ = 0;                                 // how many of these are open
};

}  // namespace

std::pmr::vector<Part> read_parts(std::string_view raw, Arena& arena, DefectSet& defects) {
  return TreeReader(raw, arena, defects).read();
}

}  // namespace sluice::mime
