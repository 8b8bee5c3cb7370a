// Where partitions begin and end, and what stood in them at a time: Kafka's ListOffsets.
//
//   list_offsets(client, {{.at = {"in", 0}, .next = kEnd}})  ->  {{.at = {"in", 0}, .next = 17}}
//
// Failure:  what the broker says, for the partition it says it of. While a partition has no leader,
//           or another one than the client knows of, it is asked again: that passes.
// Bounds:   ten seconds.
// Threads:  any.
// Tests:    tests/ingest/log/kafka_traps_test.cc

#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "ingest/log/kafka_handle.h"

namespace sluice::log::kafka {

// `next` of each position is kBeginning, kEnd, or a time in ms since 1970; in the answer it is the
// offset, kEnd if no record is that young.
Result<std::vector<Position>> list_offsets(rd_kafka_t* client, std::span<const Position> wanted);

}  // namespace sluice::log::kafka
