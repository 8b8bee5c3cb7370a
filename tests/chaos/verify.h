// What must hold once everything has been judged, whatever happened on the way.
//
//   exactly one committed verdict for every record on `messages`
//   the sender states in the compacted topic equal a recount of the input
//   the journal, folded again from nothing, gives the same verdicts and states, bit for bit

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "engine/pipeline/replay.h"
#include "ingest/log/log.h"
#include "ingest/log/topics.h"
#include "tests/chaos/load.h"

namespace sluice::chaos {

// How many committed verdicts the topic holds now.
uint64_t count_verdicts(log::Log& log, const log::TopicLayout& layout);

// Fails the running test for every claim above that does not hold.
void verify_outcome(log::Log& log, const log::TopicLayout& layout, const Load& load);

}  // namespace sluice::chaos
