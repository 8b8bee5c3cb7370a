#include "cli/mail_bytes.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

namespace sluice::cli {
namespace {

// Smaller files are read: a mapped file that somebody cuts short would stop the process.
constexpr std::size_t kMappedFrom = limits::kMessageBytesMax;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  ~Descriptor() {
    if (number_ > STDERR_FILENO) close(number_);
  }

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

Error refused(const std::string& path) {
  return {ErrorCode::kUnavailable, path + ": " + std::strerror(errno)};
}

Result<KeptBytes> map_file(const std::string& path, int file, std::size_t size) {
  void* const start = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (start == MAP_FAILED) return refused(path);
  return KeptBytes{.view = {static_cast<const char*>(start), size},
                   .keeper = {start, [size](void* p) { munmap(p, size); }}};
}

// -1 on failure, else the number of bytes, 0 at the end.
ssize_t read_some(int file, char* out, std::size_t bytes) {
  ssize_t got = -1;
  do {
    got = read(file, out, bytes);
  } while (got < 0 && errno == EINTR);
  return got;
}

Result<KeptBytes> read_stream(const std::string& path, int file, std::size_t bytes_max) {
  auto text = std::make_shared<std::string>();
  std::array<char, 1U << 16U> block{};
  for (;;) {
    const ssize_t got = read_some(file, block.data(), block.size());
    if (got < 0) return refused(path);
    if (got == 0) return KeptBytes{.view = *text, .keeper = text};
    if (text->size() + static_cast<std::size_t>(got) > bytes_max) {
      return Error{ErrorCode::kLimit, path + ": more than is read"};
    }
    text->append(block.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<KeptBytes> read_bytes(const std::string& path, std::size_t stream_bytes_max) {
  if (path == "-") return read_stream("standard input", STDIN_FILENO, stream_bytes_max);
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));

  struct stat about {};

  if (file.number() < 0 || fstat(file.number(), &about) != 0) return refused(path);
  const auto size = static_cast<std::size_t>(about.st_size);
  if (S_ISREG(about.st_mode) && size >= kMappedFrom) return map_file(path, file.number(), size);
  return read_stream(path, file.number(), stream_bytes_max);
}

std::string read_beginning(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) return {};
  std::string out(bytes_max, '\0');
  const ssize_t got = read_some(file.number(), out.data(), out.size());
  out.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return out;
}

}  // namespace sluice::cli
