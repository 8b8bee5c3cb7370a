#include "rules/patterns/database_cache.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "SLUICEDB1\n";  // changes with the layout of the file
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kSealBytes = 32;  // SHA-256
constexpr std::string_view kExtension = ".hsdb";
constexpr std::chrono::hours kHalfWritten(1);  // from then on nobody is writing it any more

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}

  File(const File&) = delete;
  File& operator=(const File&) = delete;

  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Error system_error(const std::string& path, std::string_view what) {
  return {ErrorCode::kUnavailable, fmt::format("{}: {}: {}", path, what, std::strerror(errno))};
}

// Ours, and nobody else may write it; for the key, nobody else may read it either.
bool is_private(const struct stat& status, mode_t forbidden) {
  return status.st_uid == ::geteuid() && (status.st_mode & forbidden) == 0;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The whole of a private regular file; nullopt if it is anything else or too large.
std::optional<std::string> read_private(const std::string& path, std::size_t bytes_max,
                                        mode_t forbidden) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));

  struct stat status {};

  if (!file.is_open() || ::fstat(file.get(), &status) != 0) return std::nullopt;
  const auto size = static_cast<std::size_t>(status.st_size);
  if (!S_ISREG(status.st_mode) || !is_private(status, forbidden) || size > bytes_max) {
    return std::nullopt;
  }
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::read(file.get(), bytes.data() + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::optional<std::string> random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (::getrandom(out.data(), count, 0) != static_cast<ssize_t>(count)) return std::nullopt;
  return out;
}

// Writes `bytes` under a name of its own, then gives it `path`. With `exclusive`, a file that is
// there already stays.
Status place_file(const std::string& path, std::string_view bytes, bool exclusive) {
  const std::optional<std::string> salt = random_bytes(8);
  if (!salt.has_value()) return system_error(path, "no random bytes");
  const std::string temporary = path + "." + to_hex(*salt) + ".tmp";
  bool written = false;
  {
    const File file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.is_open()) return system_error(path, "cannot be written");
    written = write_all(file.get(), bytes) && ::fsync(file.get()) == 0;
  }
  const int placed = !written    ? -1
                     : exclusive ? ::link(temporary.c_str(), path.c_str())
                                 : ::rename(temporary.c_str(), path.c_str());
  const int why = errno;
  if (placed != 0 || exclusive) ::unlink(temporary.c_str());
  errno = why;
  if (placed == 0 || (exclusive && why == EEXIST)) return {};
  return system_error(path, "cannot be written");
}

Result<std::string> load_key(const std::string& directory) {
  const std::string path = directory + "/cache.key";
  if (::access(path.c_str(), F_OK) != 0) {
    const std::optional<std::string> fresh = random_bytes(kKeyBytes);
    if (!fresh.has_value()) return system_error(path, "no random bytes");
    const Status placed = place_file(path, *fresh, true);
    if (!placed.ok()) return placed.error();
  }
  std::optional<std::string> key = read_private(path, kKeyBytes, 0077);
  if (!key.has_value() || key->size() != kKeyBytes) {
    return Error{ErrorCode::kCorrupt,
                 path + ": is not a key that only we can read; delete it and the *.hsdb beside it"};
  }
  return std::move(*key);
}

// All that makes one compiled database fit and another not.
std::string identity_of(std::span<const HyperscanPattern> sources) {
  std::string out(kMagic);
  out += hyperscan_platform();
  for (const HyperscanPattern& source : sources) {
    out += fmt::format("\n{} {}:", source.flags, source.text.size());
    out += source.text;
  }
  return out;
}

std::string hmac(std::string_view key, std::string_view bytes) {
  std::string out(kSealBytes, '\0');
  unsigned size = 0;
  const unsigned char* const done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(out.data()), &size);
  SLUICE_ASSERT(done != nullptr && size == kSealBytes);
  return out;
}

std::string seal_of(std::string_view key, std::string_view identity, std::string_view payload) {
  std::string sealed = hmac(key, identity);  // of fixed length, so the two cannot run together
  sealed += payload;
  return hmac(key, sealed);
}

// What stands behind the seal; nullopt if the file or the seal is not good.
std::optional<std::string> read_sealed(const std::string& path, std::string_view key,
                                       std::string_view identity, std::size_t bytes_max) {
  std::optional<std::string> file = read_private(path, bytes_max, S_IWGRP | S_IWOTH);
  constexpr std::size_t kHeadBytes = kMagic.size() + kSealBytes;
  if (!file.has_value() || file->size() < kHeadBytes || !file->starts_with(kMagic)) {
    return std::nullopt;
  }
  const std::string_view payload = std::string_view(*file).substr(kHeadBytes);
  const std::string seal = seal_of(key, identity, payload);
  if (CRYPTO_memcmp(seal.data(), file->data() + kMagic.size(), kSealBytes) != 0) {
    return std::nullopt;
  }
  file->erase(0, kHeadBytes);
  return file;
}

struct CachedFile {
  fs::path path;
  fs::file_time_type used;  // the time it was written, or loaded last
  std::uintmax_t bytes = 0;
};

// A file that may not be written any more is merely the first to go.
void mark_used(const std::string& path) {
  ::utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

Status place_sealed(const std::string& path, std::string_view key, std::string_view identity,
                    std::string_view payload) {
  std::string file(kMagic);
  file += seal_of(key, identity, payload);
  file += payload;
  return place_file(path, file, false);
}

}  // namespace

Result<DatabaseCache> DatabaseCache::open(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return system_error(directory, "cannot be made");
  }

  struct stat status {};

  if (::lstat(directory.c_str(), &status) != 0) return system_error(directory, "cannot be read");
  if (!S_ISDIR(status.st_mode) || !is_private(status, S_IWGRP | S_IWOTH)) {
    return Error{ErrorCode::kInvalid,
                 directory + ": is not a directory of ours that only we can write"};
  }
  Result<std::string> key = load_key(directory);
  if (!key.ok()) return key.error();
  return DatabaseCache(directory, std::move(key).value());
}

std::string DatabaseCache::path_of(std::span<const HyperscanPattern> sources) const {
  std::string path = directory_ + "/" + to_hex(hmac(key_, identity_of(sources)));
  return path += kExtension;
}

void DatabaseCache::trim(std::size_t bytes_max) const {
  std::vector<CachedFile> files;
  std::uintmax_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator i(directory_, error); !error && i != fs::end(i); i.increment(error)) {
    std::error_code gone;
    const CachedFile file = {i->path(), i->last_write_time(gone), i->file_size(gone)};
    if (gone) continue;
    if (file.path.extension() == ".tmp") {
      if (fs::file_time_type::clock::now() - file.used > kHalfWritten) fs::remove(file.path, gone);
    } else if (file.path.extension() == kExtension) {
      bytes += file.bytes;
      files.push_back(file);
    }
  }
  std::sort(files.begin(), files.end(),
            [](const CachedFile& a, const CachedFile& b) { return a.used < b.used; });
  for (std::size_t i = 0; i < files.size() && bytes > bytes_max; ++i) {
    fs::remove(files[i].path, error);
    bytes -= files[i].bytes;
  }
}

std::optional<std::string> DatabaseCache::load_file(std::string_view name,
                                                    std::string_view identity,
                                                    std::size_t bytes_max) const {
  return read_sealed(directory_ + "/" + std::string(name), key_, identity, bytes_max);
}

Status DatabaseCache::store_file(std::string_view name, std::string_view identity,
                                 std::string_view bytes) const {
  return place_sealed(directory_ + "/" + std::string(name), key_, identity, bytes);
}

std::optional<Database> DatabaseCache::load(std::span<const HyperscanPattern> sources) const {
  const std::string path = path_of(sources);
  const std::optional<std::string> bytes =
      read_sealed(path, key_, identity_of(sources), limits::kCachedDatabaseBytesMax);
  if (!bytes.has_value()) return std::nullopt;
  Result<Database> database = Database::deserialize(*bytes);
  if (!database.ok()) return std::nullopt;
  mark_used(path);
  return std::move(database).value();
}

Status DatabaseCache::store(std::span<const HyperscanPattern> sources,
                            const Database& database) const {
  const Result<std::string> bytes = database.serialize();
  if (!bytes.ok()) return bytes.error();
  return place_sealed(path_of(sources), key_, identity_of(sources), bytes.value());
}

}  // namespace sluice::rules
