#include "rules/maps/map_library.h"

#include <utility>

#include "rules/maps/map_file.h"

namespace sluice::rules {

LiveMap::LiveMap(std::string path, MapKind kind, std::shared_ptr<const MapTable> table,
                 std::string look)
    : path_(std::move(path)), kind_(kind), look_(std::move(look)), table_(std::move(table)) {}

std::shared_ptr<const MapTable> LiveMap::table() const {
  const std::lock_guard lock(mutex_);
  return table_;
}

// The old table is let go of outside the lock: it may be large.
void LiveMap::replace(std::shared_ptr<const MapTable> table) {
  const std::lock_guard lock(mutex_);
  table_.swap(table);
  generation_.fetch_add(1, std::memory_order_release);
}

bool MapView::update(const LiveMap& map) {
  const uint64_t generation = map.generation();
  if (generation == generation_) return false;
  // A table that came after the generation was read is taken again the next time.
  table_ = map.table();
  generation_ = generation;
  return true;
}

std::shared_ptr<LiveMap> MapLibrary::find(const std::string& path, MapKind kind) const {
  for (const std::weak_ptr<LiveMap>& one : maps_) {
    std::shared_ptr<LiveMap> map = one.lock();
    if (map != nullptr && map->path() == path && map->kind() == kind) return map;
  }
  return nullptr;
}

// The look is taken before reading: a file that changes meanwhile looks new the next time.
bool MapLibrary::reread(LiveMap& map, Diagnostics& faults) {
  map.look_ = look_of_map(map.path());
  std::shared_ptr<const MapTable> table = load_map(map.path(), map.kind(), faults);
  if (table == nullptr) {
    for (Diagnostic& fault : faults) fault.severity = Severity::kWarning;
    report(faults, {.severity = Severity::kWarning,
                    .file = map.path(),
                    .message = "the map stays as it was before this file changed",
                    .hint = "put the file right: it is read again when it changes"});
    return false;
  }
  map.replace(std::move(table));
  return true;
}

std::shared_ptr<LiveMap> MapLibrary::open(const std::string& path, MapKind kind,
                                          Diagnostics& faults) {
  const std::lock_guard lock(mutex_);
  if (std::shared_ptr<LiveMap> known = find(path, kind)) {
    Diagnostics found;
    if (look_of_map(path) != known->look_) reread(*known, found);
    for (Diagnostic& fault : found) report(faults, std::move(fault));
    return known;
  }
  std::erase_if(refused_, [&path](const Refused& one) { return one.path == path; });
  std::string look = look_of_map(path);
  std::shared_ptr<const MapTable> table = load_map(path, kind, faults);
  if (table == nullptr) {
    refused_.push_back({.path = path, .look = std::move(look)});
    return nullptr;
  }
  auto map = std::make_shared<LiveMap>(path, kind, std::move(table), std::move(look));
  std::erase_if(maps_, [](const auto& one) { return one.expired(); });
  maps_.push_back(map);
  return map;
}

bool MapLibrary::refused_file_changed() {
  const std::lock_guard lock(mutex_);
  return std::erase_if(refused_,
                       [](const Refused& one) { return look_of_map(one.path) != one.look; }) > 0;
}

void MapLibrary::refresh(std::vector<MapReport>& reports) {
  const std::lock_guard lock(mutex_);
  std::erase_if(maps_, [](const auto& one) { return one.expired(); });
  for (const std::weak_ptr<LiveMap>& one : maps_) {
    const std::shared_ptr<LiveMap> map = one.lock();
    if (map == nullptr || look_of_map(map->path()) == map->look_) continue;
    MapReport report{.path = map->path()};
    report.accepted = reread(*map, report.diagnostics);
    const std::shared_ptr<const MapTable> table = map->table();
    report.entries = table->entries();
    report.digest = table->digest();
    reports.push_back(std::move(report));
  }
}

}  // namespace sluice::rules
