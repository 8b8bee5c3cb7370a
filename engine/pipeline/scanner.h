// The parallel half of the frame: one input record in, one journal entry out.
//
// An entry depends on its record and nothing else, so any worker may take any record, and may do it
// long before its turn. Each worker thread has a Scanner of its own.

#pragma once

#include <functional>
#include <memory>
#include <span>
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

struct ScanTask {
  const log::Record& record;
  Scanned& out;  // may hold an earlier result, whose memory is reused
};

class Scanner {
 public:
  Scanner() = default;
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;
  virtual ~Scanner() = default;

  // Total: any record becomes an entry. Tasks are given together because that may be quicker, at
  // most limits::kScanBatch of them; each gives what it gives alone.
  virtual void scan(std::span<const ScanTask> tasks) = 0;

  void scan(const log::Record& record, Scanned& out) {
    const ScanTask one{record, out};
    scan({&one, 1});
  }
};

using ScannerFactory = std::function<std::unique_ptr<Scanner>()>;

}  // namespace sluice::pipeline
