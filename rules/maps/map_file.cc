#include "rules/maps/map_file.h"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kPieceBytes = 1U << 20U;

class File {
 public:
  explicit File(const std::string& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}

  File(const File&) = delete;
  File& operator=(const File&) = delete;

  ~File() {
    if (number_ >= 0) ::close(number_);
  }

  [[nodiscard]] bool open() const { return number_ >= 0; }

  [[nodiscard]] bool look(struct stat& out) const { return ::fstat(number_, &out) == 0; }

  // Fills `out` but for the last piece; -1: it cannot be read.
  ssize_t read(char* out, std::size_t size) const {
    std::size_t have = 0;
    while (have < size) {
      const ssize_t got = ::read(number_, out + have, size - have);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return -1;
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    return static_cast<ssize_t>(have);
  }

 private:
  int number_;
};

// Where the comment of a line begins: at its front, or behind a blank.
std::size_t comment_at(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((line[i] == '#' || line[i] == ';') && (i == 0 || is_space(line[i - 1]))) return i;
  }
  return line.size();
}

class MapReader {
 public:
  MapReader(const std::string& path, MapKind kind, Diagnostics& faults)
      : path_(path), faults_(faults), table_(std::make_shared<MapTable>(kind)) {}

  std::shared_ptr<const MapTable> read() {
    const File file(path_);
    if (!start(file) || !read_pieces(file) || !all_lines_good()) return nullptr;
    table_->build(digest_);
    return std::move(table_);
  }

 private:
  // Always false.
  bool refuse(std::string message, std::string hint = {}) {
    report(faults_, {.file = path_, .message = std::move(message), .hint = std::move(hint)});
    return false;
  }

  bool start(const File& file) {
    if (!file.open()) {
      return refuse(fmt::format("cannot be opened: {}", std::strerror(errno)),
                    "a path that does not begin with / is seen from the folder of the rule file");
    }
    struct stat look = {};
    if (!file.look(look) || !S_ISREG(look.st_mode)) return refuse("is no regular file");
    table_->reserve(std::min(static_cast<std::size_t>(look.st_size), limits::kMapFileBytesMax));
    return true;
  }

  bool all_lines_good() {
    if (bad_lines_ <= limits::kMapFaultsMax) return bad_lines_ == 0;
    return refuse(fmt::format("{} more lines are wrong", bad_lines_ - limits::kMapFaultsMax),
                  "a map is read whole or not at all");
  }

  // False: not to the end.
  bool read_pieces(const File& file) {
    std::string piece(kPieceBytes, '\0');
    std::string rest;  // of a line that a piece cuts
    for (std::size_t total = 0;;) {
      const ssize_t got = file.read(piece.data(), piece.size());
      if (got < 0) return refuse("cannot be read");
      if (got == 0) return rest.empty() || read_line(rest);
      total += static_cast<std::size_t>(got);
      if (total > limits::kMapFileBytesMax) {
        return refuse(fmt::format("is larger than {} bytes", limits::kMapFileBytesMax));
      }
      const std::string_view text(piece.data(), static_cast<std::size_t>(got));
      digest_ = digest128(digest_ + digest128(text));
      if (!read_lines(text, rest)) return false;
    }
  }

  bool read_lines(std::string_view text, std::string& rest) {
    for (std::size_t lf = text.find('\n'); lf != std::string_view::npos; lf = text.find('\n')) {
      const std::string_view line = text.substr(0, lf);
      if (!read_line(rest.empty() ? line : std::string_view(rest.append(line)))) return false;
      rest.clear();
      text.remove_prefix(lf + 1);
    }
    rest += text.substr(0, limits::kMapLineBytesMax + 1);
    rest.resize(std::min(rest.size(), limits::kMapLineBytesMax + 1));
    return true;
  }

  // False: reading on makes no sense.
  bool read_line(std::string_view line) {
    ++line_;
    if (line.size() > limits::kMapLineBytesMax) {
      add_fault(0, {.message = "the line is too long", .hint = "write an entry a line"});
      return true;
    }
    const std::string_view entry = trim(line.substr(0, comment_at(line)));
    if (entry.empty()) return true;
    if (table_->entries() == limits::kMapEntriesMax) {
      return refuse(fmt::format("has more than {} entries", limits::kMapEntriesMax));
    }
    read_entry(entry, static_cast<std::size_t>(entry.data() - line.data()));
    return true;
  }

  void read_entry(std::string_view entry, std::size_t offset) {
    for (std::size_t i = 0; i < entry.size(); ++i) {
      if (is_space(entry[i])) {
        return add_fault(offset + i, {.message = "something stands behind the entry",
                                      .hint = "write an entry a line, comments behind #"});
      }
    }
    EntryFault fault;
    if (!table_->add(entry, fault)) add_fault(offset + fault.offset, fault);
  }

  void add_fault(std::size_t offset, const EntryFault& fault) {
    if (++bad_lines_ > limits::kMapFaultsMax) return;
    report(faults_, {.file = path_,
                     .line = line_,
                     .column = static_cast<int>(offset) + 1,
                     .message = std::string(fault.message),
                     .hint = std::string(fault.hint)});
  }

  const std::string& path_;
  Diagnostics& faults_;
  std::shared_ptr<MapTable> table_;
  std::string digest_ = digest128("");
  int line_ = 0;
  std::size_t bad_lines_ = 0;
};

}  // namespace

std::shared_ptr<const MapTable> load_map(const std::string& path, MapKind kind,
                                         Diagnostics& faults) {
  return MapReader(path, kind, faults).read();
}

std::string look_of_map(const std::string& path) {
  struct stat look = {};
  if (::stat(path.c_str(), &look) != 0) return fmt::format("error {}", errno);
  return fmt::format("{}:{}:{}:{}.{}", look.st_dev, look.st_ino, look.st_size, look.st_mtim.tv_sec,
                     look.st_mtim.tv_nsec);
}

}  // namespace sluice::rules
