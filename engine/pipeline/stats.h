// What the frame tells the outside while it runs. Called on the pipeline's thread; an
// implementation counts and returns (engine/admin turns it into metrics).

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::pipeline {

class Stats {
 public:
  Stats() = default;
  Stats(const Stats&) = delete;
  Stats& operator=(const Stats&) = delete;
  virtual ~Stats() = default;

  // A record was taken from the log. `looks_like` is nullptr if its key belongs to its partition,
  // else what probably put it elsewhere: "crc32" (librdkafka's default) or "other".
  virtual void taken(const char* looks_like) = 0;

  // A record was folded, `waited` after it was taken.
  virtual void folded(std::chrono::nanoseconds waited, bool dead_letter) = 0;

  virtual void committed(std::chrono::nanoseconds took, std::size_t entries) = 0;
  virtual void aborted(std::string_view reason) = 0;
  virtual void rejoined(std::string_view reason) = 0;

  // Partitions owned from now on; `restored` records were read in `took`.
  virtual void assigned(std::size_t partitions, uint64_t restored,
                        std::chrono::nanoseconds took) = 0;
  virtual void revoked(bool lost) = 0;

  virtual void in_flight(std::size_t bytes, std::size_t records) = 0;
  virtual void lag(int32_t partition, int64_t records) = 0;

  // The loop is alive: called at least once a second.
  virtual void beat() = 0;
};

}  // namespace sluice::pipeline
