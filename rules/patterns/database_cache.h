// Compiled Hyperscan databases on disk, and what else a restart need not work out again.
//
//   DatabaseCache cache = open...("/var/cache/sluice")
//   cache.load(sources)           nullopt: not there, or not to be trusted
//   cache.store(sources, database)
//   cache.trim(limits::kCacheBytesMax)     removes what was not used for longest
//
// Hyperscan must never see bytes that it did not write itself: forged ones crash it. Each file is
// sealed with HMAC-SHA256 under a key that lies beside it, readable by us alone; its name and seal
// cover the patterns, their flags, the library version and the processor.
//
// Failure:  open() refuses a directory that others could write. What does not load is compiled
//           again; what cannot be stored is an Error for a warning.
// Bounds:   limits::kCachedDatabaseBytesMax a file; together what trim() is given.
// Threads:  any; files appear whole, by rename.
// Tests:    tests/rules/database_cache_test.cc, tests/rules/reload_test.cc

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "rules/patterns/hyperscan.h"

namespace sluice::rules {

class DatabaseCache {
 public:
  // The directory is made, for us alone, if it is not there; its parent must be.
  static Result<DatabaseCache> open(const std::string& directory);

  [[nodiscard]] std::optional<Database> load(std::span<const HyperscanPattern> sources) const;

  [[nodiscard]] Status store(std::span<const HyperscanPattern> sources,
                             const Database& database) const;

  // Removes databases until those that are left have at most `bytes_max` together: first those that
  // were stored or loaded longest ago. Also what processes left half written.
  void trim(std::size_t bytes_max) const;

  // Where the database of `sources` lies.
  [[nodiscard]] std::string path_of(std::span<const HyperscanPattern> sources) const;

  // Other bytes under a name of their own, sealed in the same way; `identity` is what they fit.
  [[nodiscard]] std::optional<std::string> load_file(std::string_view name,
                                                     std::string_view identity,
                                                     std::size_t bytes_max) const;
  [[nodiscard]] Status store_file(std::string_view name, std::string_view identity,
                                  std::string_view bytes) const;

 private:
  DatabaseCache(std::string directory, std::string key)
      : directory_(std::move(directory)), key_(std::move(key)) {}

  std::string directory_;
  std::string key_;
};

}  // namespace sluice::rules
