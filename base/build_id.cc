#include "base/build_id.h"

#include <cstddef>
#include <cstring>
#include <string_view>

#include <elf.h>
#include <link.h>

namespace sluice {
namespace {

constexpr std::size_t padded(std::size_t bytes) {
  return (bytes + 3) & ~std::size_t{3};
}

// The build id in a segment of notes: header, name, description, each padded; empty if none.
std::string_view find_id(std::string_view notes) {
  ElfW(Nhdr) note{};
  while (notes.size() >= sizeof(note)) {
    std::memcpy(&note, notes.data(), sizeof(note));
    notes.remove_prefix(sizeof(note));
    const std::size_t name_bytes = padded(note.n_namesz);
    const std::size_t bytes = name_bytes + padded(note.n_descsz);
    if (bytes > notes.size()) return {};
    const bool gnu = notes.substr(0, note.n_namesz) == std::string_view("GNU\0", 4);
    if (gnu && note.n_type == NT_GNU_BUILD_ID) return notes.substr(name_bytes, note.n_descsz);
    notes.remove_prefix(bytes);
  }
  return {};
}

// The first object is the program itself.
int read_program(dl_phdr_info* object, std::size_t /*size*/, void* out) {
  for (std::size_t i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    // The loader tells addresses as numbers. NOLINTNEXTLINE(performance-no-int-to-ptr)
    const auto* const begin = reinterpret_cast<const char*>(object->dlpi_addr + segment.p_vaddr);
    const std::string_view id = find_id({begin, segment.p_memsz});
    if (id.empty()) continue;
    *static_cast<std::string*>(out) = id;
    break;
  }
  return 1;
}

}  // namespace

std::string build_id() {
  std::string out;
  dl_iterate_phdr(read_program, &out);
  return out;
}

}  // namespace sluice
