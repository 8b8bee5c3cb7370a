// Reads the file of a map: an entry a line.
//
//   # hosts that serve malware          a comment, as is all behind a blank and # or ;
//   evil.example
//
// Line endings are LF or CRLF; blanks around an entry do not count, nor do empty lines. A file is
// read whole or not at all: one bad line refuses it, for a list that was cut or mixed up is not the
// list that somebody meant.
//
// Failure:  no table, and an error for each of the first limits::kMapFaultsMax bad lines.
// Bounds:   limits::kMapFileBytesMax, kMapEntriesMax, kMapLineBytesMax; regular files only. The
// file
//           is read in pieces, so that memory holds the table and little else.
// Tests:    tests/rules/maps/map_file_test.cc
// Measured: bench/maps_bench.cc

#pragma once

#include <memory>
#include <string>

#include "rules/lines/diagnostic.h"
#include "rules/maps/map_table.h"

namespace sluice::rules {

// Faults of lines have their place in the file. That of a file as a whole is one without a line.
std::shared_ptr<const MapTable> load_map(const std::string& path, MapKind kind,
                                         Diagnostics& faults);

// Device, inode, size and time of a file: changes when the file does. What cannot be looked at has
// a look of its own.
std::string look_of_map(const std::string& path);

}  // namespace sluice::rules
