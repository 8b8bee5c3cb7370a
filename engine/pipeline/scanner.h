// The parallel half of the frame: one input record in, one journal entry out.
//
// A Scanner looks at one record and nothing else, so any worker may take any record, and may do it
// long before its turn. Each worker thread has a Scanner of its own.

#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "engine/pipeline/fold.h"
#include "ingest/log/log.h"

namespace sluice::pipeline {

struct Scanned {
  Entry entry;
  Basis basis;
  // Why the record goes to the dead-letter topic as well: a stable code; empty if it does not.
  std::string_view dead_letter = {};
};

class Scanner {
 public:
  Scanner() = default;
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;
  virtual ~Scanner() = default;

  // Total: any record becomes an entry. `out` may hold an earlier result, whose memory is reused.
  virtual void scan(const log::Record& record, Scanned& out) = 0;
};

using ScannerFactory = std::function<std::unique_ptr<Scanner>()>;

}  // namespace sluice::pipeline
