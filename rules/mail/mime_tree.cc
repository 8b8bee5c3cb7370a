#include "rules/mail/mime_tree.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "rules/mail/content_type.h"
#include "rules/mail/part_text.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kLineBytesMax = 2048;
constexpr std::size_t kChildrenMax = 1000;
constexpr int kLevelsMax = 20;
constexpr uint32_t kNobody = UINT32_MAX;

// A part while the tree is built.
struct Node {
  MailPart part;
  ContentType content = {};
  std::optional<std::string_view> boundary = {};
  std::string_view text = {};
  int levels = kLevelsMax;   // how deep it may be split
  bool blank_first = false;  // a blank line stands before the text
  uint32_t parent = kNobody;
  uint32_t first_child = kNobody;
  uint32_t last_child = kNobody;
  uint32_t next = kNobody;  // child of the same parent

  explicit Node(std::pmr::memory_resource* memory) : part(memory) {}
};

std::size_t line_length(std::string_view text) {
  return std::min(text.find('\n'), text.size() - 1) + 1;
}

enum class Mark : uint8_t { kNone, kOpen, kClose };

// Before a closer look: most lines are nothing of the kind.
bool may_be_mark(std::string_view line, std::string_view boundary) {
  return line.size() > 2 && line[0] == '-' && line[1] == '-' &&
         (boundary.empty() || line[2] == boundary[0]);
}

// What boundary line `line` is.
Mark boundary_mark(std::string_view line, std::string_view boundary) {
  if (!may_be_mark(line, boundary) || !line.substr(2).starts_with(boundary)) return Mark::kNone;
  line.remove_prefix(2 + boundary.size());
  const bool close = line.starts_with("--");
  if (close) line.remove_prefix(2);
  if (!std::all_of(line.begin(), line.end(), is_space)) return Mark::kNone;
  return close ? Mark::kClose : Mark::kOpen;
}

// Lines longer than the bound are cut in several.
std::string_view cut_long_lines(std::string_view text, Arena& arena) {
  const std::span<char> out = arena.take(text.size() + text.size() / kLineBytesMax);
  std::size_t used = 0;
  const auto put = [&](std::string_view piece) {
    std::memcpy(out.data() + used, piece.data(), piece.size());
    used += piece.size();
  };
  while (!text.empty()) {
    std::string_view line = text.substr(0, line_length(text));
    text.remove_prefix(line.size());
    while (line.size() > kLineBytesMax) {
      put(line.substr(0, kLineBytesMax));
      put("\n");
      line.remove_prefix(kLineBytesMax);
    }
    put(line);
  }
  arena.trim(out, used);
  return {out.data(), used};
}

std::string_view with_blank_line(std::string_view text, Arena& arena) {
  const std::span<char> out = arena.take(text.size() + 1);
  out.front() = '\n';
  std::memcpy(out.data() + 1, text.data(), text.size());
  return {out.data(), out.size()};
}

class TreeBuilder {
 public:
  TreeBuilder(Arena& arena, ParseFlags& flags) : arena_(arena), flags_(flags), nodes_(&arena) {}

  std::pmr::vector<MailPart> build(HeaderBlock& block) {
    add_message(block, kNobody, kLevelsMax);
    // What is added while a node is read is read after all that was there before.
    for (uint32_t i = 0; i < nodes_.size(); ++i) read_node(i);
    return in_order();
  }

 private:
  friend class MultipartReader;

  uint32_t add_node(uint32_t parent) {
    const auto index = static_cast<uint32_t>(nodes_.size());
    Node& node = nodes_.emplace_back(&arena_);
    node.parent = parent;
    if (parent == kNobody) return index;
    Node& above = nodes_[parent];
    if (above.last_child == kNobody) {
      above.first_child = index;
    } else {
      nodes_[above.last_child].next = index;
    }
    above.last_child = index;
    return index;
  }

  void add_message(HeaderBlock& block, uint32_t parent, int levels) {
    Node& node = nodes_[add_node(parent)];
    node.part.fields = std::move(block.fields);
    node.content = read_content_type(last_field_value(node.part.fields, "content-type"), arena_);
    node.part.type = node.content.type;
    node.boundary = node.content.boundary;
    node.levels = levels;
    node.text = body_lines(block, arena_);
    node.blank_first = lacks_blank_line(node);
  }

  // A multipart that begins neither with a blank line nor with its boundary: what stands there is
  // no MIME header.
  static bool lacks_blank_line(const Node& node) {
    if (!node.part.type.starts_with("multipart/") || node.text.empty()) return false;
    const std::size_t first = line_length(node.text);
    const std::string_view line = node.text.substr(0, first);
    if (first == node.text.size() || std::all_of(line.begin(), line.end(), is_space)) return false;
    return !node.boundary || !line.starts_with("--") || !line.substr(2).starts_with(*node.boundary);
  }

  void read_node(uint32_t index) {
    Node& node = nodes_[index];
    if (node.part.type.starts_with("multipart/") && node.boundary && node.levels > 0) {
      node.part.leaf = false;
      node.part.boundary = *node.boundary;
      read_multipart(index);
    } else {
      read_leaf(node);
      read_message_inside(index);
    }
  }

  void read_leaf(Node& node) {
    MailPart& part = node.part;
    const ContentType& content = node.content;
    if (!content.missing) {
      const bool unbounded = content.type.starts_with("multipart/") && !node.boundary;
      part.type = unbounded ? "text/plain" : content.type;
    }
    part.charset = content.charset;
    part.name = disposition_name(last_field_value(part.fields, "content-disposition"));
    if (part.name.empty() && content.name != "0") part.name = content.name;
    part.boundary = node.boundary.value_or(std::string_view());
    part.raw = node.blank_first ? with_blank_line(node.text, arena_) : node.text;
  }

  void read_message_inside(uint32_t index) {
    const std::string_view type = nodes_[index].part.type;
    const int levels = nodes_[index].levels;
    if (levels == 0 || (type != "message/rfc822" && type != "message/global")) return;
    if (nodes_.size() >= limits::kMailPartsMax) return;
    const std::string_view text = decoded_text(source_of(nodes_[index].part), arena_);
    if (text.empty()) return;
    HeaderBlock block(&arena_);
    read_header_block(text, arena_, block);
    nodes_[index].part.leaf = false;
    nodes_[index].part.raw = {};
    add_message(block, index, levels - 1);
  }

  void read_multipart(uint32_t index);

  std::pmr::vector<MailPart> in_order() {
    std::pmr::vector<MailPart> parts(&arena_);
    parts.reserve(nodes_.size());
    std::pmr::vector<uint32_t> places(nodes_.size(), 0, &arena_);
    uint32_t at = 0;
    while (at != kNobody) {
      Node& node = nodes_[at];
      places[at] = static_cast<uint32_t>(parts.size());
      node.part.parent = node.parent == kNobody ? 0 : places[node.parent];
      parts.push_back(std::move(node.part));
      at = after(at);
    }
    return parts;
  }

  // The node that follows in the order of the message.
  [[nodiscard]] uint32_t after(uint32_t at) const {
    if (nodes_[at].first_child != kNobody) return nodes_[at].first_child;
    while (at != kNobody && nodes_[at].next == kNobody) at = nodes_[at].parent;
    return at == kNobody ? kNobody : nodes_[at].next;
  }

  Arena& arena_;
  ParseFlags& flags_;
  std::pmr::vector<Node> nodes_;
};

// Reads the children of one multipart.
class MultipartReader {
 public:
  MultipartReader(TreeBuilder& tree, uint32_t index)
      : tree_(tree),
        index_(index),
        boundary_(*tree.nodes_[index].boundary),
        text_(after_preamble(tree.nodes_[index])),
        fields_(&tree.arena_) {}

  void read() {
    while (at_ < text_.size()) {
      const std::size_t begin = at_;
      at_ += line_length(text_.substr(at_));
      const std::string_view line = text_.substr(begin, at_ - begin);
      const Mark mark = part_mark(line);
      if (mark == Mark::kNone && at_ < text_.size()) {
        if (!in_body_) read_header_line(begin, line);
        if (in_body_) read_body_line(begin, line);
        continue;
      }
      if (mark == Mark::kNone) read_body_line(begin, line);
      end_part(mark == Mark::kNone ? at_ : begin, mark != Mark::kNone);
      if (mark == Mark::kClose) break;
      if (at_ < text_.size() && !begins_field(text_.substr(at_), false)) {
        tree_.flags_.missing_mime_headers = true;
      }
      if (++children_ == kChildrenMax || tree_.nodes_.size() >= limits::kMailPartsMax) return;
      begin_part();
    }
    look_for_epilogue();
  }

 private:
  // What follows the first boundary line; all of the text if there is none.
  std::string_view after_preamble(const Node& node) {
    std::size_t at = 0;
    while (at < node.text.size()) {
      const std::string_view rest = node.text.substr(at);
      const std::size_t length = line_length(rest);
      at += length;
      if (boundary_mark_open(rest.substr(0, length))) {
        if (at < node.text.size() && !begins_field(node.text.substr(at), false)) {
          tree_.flags_.missing_mime_headers = true;
        }
        return node.text.substr(at);
      }
    }
    return node.blank_first ? with_blank_line(node.text, tree_.arena_) : node.text;
  }

  [[nodiscard]] bool boundary_mark_open(std::string_view line) const {
    if (!line.starts_with("--") || !line.substr(2).starts_with(boundary_)) return false;
    line.remove_prefix(2 + boundary_.size());
    return std::all_of(line.begin(), line.end(), is_space);
  }

  // Within a part that has the same boundary, marks are its own up to the closing one.
  Mark part_mark(std::string_view line) {
    const Mark mark = boundary_mark(line, boundary_);
    if (!same_inside_ || mark == Mark::kNone) return mark;
    if (mark == Mark::kClose) same_inside_ = false;
    return Mark::kNone;
  }

  // Sets in_body_ where the line is no header line: then it is one of the body, unless it is blank.
  void read_header_line(std::size_t begin, std::string_view line) {
    if (begins_field(line, true)) {
      end_field(begin);
      field_ = begin;
      in_field_ = true;
      return;
    }
    if (in_field_ && (line.front() == ' ' || line.front() == '\t')) return;
    if (in_field_) {
      end_field(begin);
      same_inside_ = same_inside_ || has_same_boundary();
    }
    in_body_ = true;
    if (line == "\n" || line == "\r\n" || line == "\r") {
      skip_line_ = true;
    } else {
      tree_.flags_.missing_mime_head_body_separator = true;
    }
  }

  void read_body_line(std::size_t begin, std::string_view line) {
    if (skip_line_) {
      skip_line_ = false;
      return;
    }
    if (!body_) body_ = begin;
    long_lines_ = long_lines_ || line.size() > kLineBytesMax;
  }

  void end_field(std::size_t end) {
    if (!in_field_) return;
    const std::string_view field = text_.substr(field_, end - field_);
    const std::size_t colon = field.find(':');
    std::string_view value = field.substr(colon + 1);
    while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
    add_field(field.substr(0, colon), value, tree_.arena_, fields_);
    in_field_ = false;
  }

  // Only where the Content-Type is the last field, as in the original.
  [[nodiscard]] bool has_same_boundary() const {
    if (fields_.empty() || !iequals(fields_.back().name, "content-type")) return false;
    const ContentType inner =
        read_content_type(last_field_value(fields_, "content-type"), tree_.arena_);
    return inner.boundary && *inner.boundary == boundary_;
  }

  // The newline before a boundary belongs to it.
  std::string_view part_text(std::size_t end, bool bounded) {
    if (!body_) return {};
    std::string_view text = text_.substr(*body_, end - *body_);
    if (long_lines_) text = cut_long_lines(text, tree_.arena_);
    if (bounded && text.ends_with('\n')) text.remove_suffix(1);
    return text;
  }

  void end_part(std::size_t end, bool bounded) {
    Node& child = tree_.nodes_[tree_.add_node(index_)];
    const Node& above = tree_.nodes_[index_];
    child.text = part_text(end, bounded);
    child.part.fields = std::move(fields_);
    child.content =
        read_content_type(last_field_value(child.part.fields, "content-type"), tree_.arena_);
    child.part.type = child.content.type;
    if (child.content.missing && above.part.type == "multipart/digest") {
      child.part.type = "message/rfc822";
    }
    const bool own = child.content.boundary && *child.content.boundary != "0";
    child.boundary = own ? child.content.boundary : above.boundary;
    child.levels = above.levels - 1;
  }

  void begin_part() {
    fields_ = std::pmr::vector<MailField>(&tree_.arena_);
    body_.reset();
    in_body_ = false;
    in_field_ = false;
    skip_line_ = false;
    long_lines_ = false;
  }

  // Anything but blanks and dots after the closing boundary.
  void look_for_epilogue() {
    const std::string_view rest = text_.substr(at_);
    tree_.flags_.mime_epilogue_exists |=
        std::any_of(rest.begin(), rest.end(), [](char c) { return c != '.' && !is_space(c); });
  }

  TreeBuilder& tree_;
  uint32_t index_;
  std::string_view boundary_;
  std::string_view text_;
  std::pmr::vector<MailField> fields_;
  std::size_t at_ = 0;
  std::size_t field_ = 0;
  std::optional<std::size_t> body_ = {};  // where the part's body begins
  std::size_t children_ = 0;
  bool in_field_ = false;
  bool in_body_ = false;
  bool skip_line_ = false;   // the blank line between header and body
  bool long_lines_ = false;  // the body has some that are to be cut
  bool same_inside_ = false;
};

void TreeBuilder::read_multipart(uint32_t index) {
  MultipartReader(*this, index).read();
}

}  // namespace

std::pmr::vector<MailPart> read_parts(HeaderBlock& block, Arena& arena, ParseFlags& flags) {
  return TreeBuilder(arena, flags).build(block);
}

}  // namespace sluice::rules
