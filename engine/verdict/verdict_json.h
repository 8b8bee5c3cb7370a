// A verdict as one line of JSON, for people and for consumers without FlatBuffers.
//
//   {"message_id":"0198c0de-...","sender":"hoster/u:anna","action":"hold","score":6200,...}
//
// Field names are those of ingest/schemas/verdict.fbs; enums are their names, ids hexadecimal,
// 64-bit numbers strings (RFC 8259 section 6: readers keep 53 bits).
//
// Failure:  bytes that are no verdict are an error.
// Tests:    tests/engine/verdict_test.cc

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::verdict {

Result<std::string> verdict_json(std::string_view flatbuffer);

}  // namespace sluice::verdict
