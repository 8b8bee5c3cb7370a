// The maps of a running process: each loaded once, whatever rule sets name it, and up to date with
// its file.
//
//   MapLibrary library;
//   std::shared_ptr<LiveMap> map = library.open("/etc/sluice/evil.txt", MapKind::kDomains, faults);
//   MapView view;
//   view.update(*map);                    before each message: one atomic load
//   view.table().has(LookupType::kHost, "evil.example")
//   library.refresh(reports);             now and then: reads the files that changed
//
// A table is never changed: a changed file becomes a new table that takes the place of the old one
// between two messages. A file that is gone or broken leaves the old one in place.
//
// Failure:  open() gives nullptr, with errors, for a file that never was good. Where it was good
//           before, what is wrong now is a warning.
// Threads:  LiveMap and MapLibrary any; a MapView belongs to one thread.
// Tests:    tests/rules/maps/map_library_test.cc

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "rules/lines/diagnostic.h"
#include "rules/maps/map_kind.h"
#include "rules/maps/map_table.h"

namespace sluice::rules {

class LiveMap {
 public:
  LiveMap(std::string path, MapKind kind, std::shared_ptr<const MapTable> table, std::string look);

  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] MapKind kind() const { return kind_; }

  [[nodiscard]] std::shared_ptr<const MapTable> table() const;

  // Grows with each new table; never 0.
  [[nodiscard]] uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  friend class MapLibrary;

  void replace(std::shared_ptr<const MapTable> table);

  const std::string path_;
  const MapKind kind_;
  std::string look_;  // of the file when it was last read, well or not; guarded by the library
  mutable std::mutex mutex_;
  std::shared_ptr<const MapTable> table_;  // guarded by mutex_; never null
  std::atomic<uint64_t> generation_{1};
};

// The table that one thread uses for one message.
class MapView {
 public:
  // True: it is another table than before.
  bool update(const LiveMap& map);

  [[nodiscard]] const MapTable& table() const { return *table_; }

 private:
  std::shared_ptr<const MapTable> table_;
  uint64_t generation_ = 0;
};

// What became of a file that changed.
struct MapReport {
  std::string path = {};
  bool accepted = false;  // false: the table there was stays
  std::size_t entries = 0;
  std::string digest = {};  // 16 bytes, of the table in use
  Diagnostics diagnostics = {};
};

class MapLibrary {
 public:
  // The map in use for this file and kind, or a new one. `faults` get what is wrong with the file.
  std::shared_ptr<LiveMap> open(const std::string& path, MapKind kind, Diagnostics& faults);

  // Reads each file again that changed since it was read. Maps that no rule set uses are dropped.
  void refresh(std::vector<MapReport>& reports);

  // Whether a file that open() could not use has changed since: it may be worth another try. Each
  // change is told once.
  bool refused_file_changed();

 private:
  struct Refused {
    std::string path = {};
    std::string look = {};
  };

  [[nodiscard]] std::shared_ptr<LiveMap> find(const std::string& path, MapKind kind) const;
  static bool reread(LiveMap& map, Diagnostics& faults);

  std::mutex mutex_;                          // held while files are read
  std::vector<std::weak_ptr<LiveMap>> maps_;  // guarded by mutex_
  std::vector<Refused> refused_;              // guarded by mutex_
};

}  // namespace sluice::rules
