// Maps of 5 million entries against std::unordered_set of strings: time to load, memory, look-ups.
//
// Prints, for hosts and for IPv4 prefixes, processor seconds and megabytes of the map's file read
// to the end, what a set of strings takes for the same lines, and nanoseconds a look-up. Every
// entry must be found and no other name, or nothing is printed.

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "rules/maps/map_file.h"

namespace sluice::bench {
namespace {

using rules::Diagnostics;
using rules::load_map;
using rules::LookupType;
using rules::MapKind;

constexpr std::size_t kEntries = 5'000'000;
constexpr std::size_t kLookups = 1'000'000;

double cpu_s() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double resident_mib() {
  std::ifstream in("/proc/self/statm");
  std::size_t whole = 0;
  std::size_t resident = 0;
  in >> whole >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1U << 20U);
}

std::string host(std::size_t i) {
  const std::size_t mixed = i * 0x9E3779B97F4A7C15U;
  char text[48];
  std::snprintf(text, sizeof text, "h%zx.shop%zu.example", mixed >> 36U, i);
  return text;
}

std::string address(std::size_t i) {
  const std::size_t mixed = i * 2'654'435'761U & 0xffffffU;  // each once
  return std::to_string(mixed >> 16U) + "." + std::to_string(mixed >> 8U & 255U) + "." +
         std::to_string(mixed & 255U) + "." + std::to_string(i & 255U);
}

struct Case {
  const char* name;
  MapKind kind;
  LookupType type;
  std::string (*text)(std::size_t i);
};

void require(bool right, const char* what) {
  if (right) return;
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

template <typename Has>
double look_ups_ns(const Case& one, const Has& has) {
  std::mt19937 random(1);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < kLookups; ++i) texts.push_back(one.text(random() % (2 * kEntries)));
  std::mt19937 again(1);
  std::size_t wrong = 0;
  const double begun = cpu_s();
  for (const std::string& text : texts) wrong += has(text) != (again() % (2 * kEntries) < kEntries);
  const double taken = cpu_s() - begun;
  require(wrong == 0, "a look-up is wrong");
  return taken * 1e9 / static_cast<double>(kLookups);
}

void measure_map(const Case& one, const std::string& path) {
  const double before = resident_mib();
  const double begun = cpu_s();
  Diagnostics faults;
  const auto table = load_map(path, one.kind, faults);
  const double taken = cpu_s() - begun;
  require(table != nullptr && table->entries() == kEntries, "the map was not loaded");
  const double grown = resident_mib() - before;
  std::printf(
      "%-6s map            load %5.2f s   %6.0f MiB   look-up %4.0f ns\n", one.name, taken, grown,
      look_ups_ns(one, [&](const std::string& text) { return table->has(one.type, text); }));
}

void measure_reference(const Case& one, const std::string& path) {
  const double before = resident_mib();
  const double begun = cpu_s();
  std::unordered_set<std::string> set;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) set.insert(line);
  const double taken = cpu_s() - begun;
  require(set.size() == kEntries, "the reference was not loaded");
  const double grown = resident_mib() - before;
  std::printf("%-6s unordered_set  load %5.2f s   %6.0f MiB   look-up %4.0f ns\n", one.name, taken,
              grown, look_ups_ns(one, [&](const std::string& text) { return set.contains(text); }));
}

// In a process of its own, so that memory that others gave back does not count.
void apart(void (*measure)(const Case& one, const std::string& path), const Case& one,
           const std::string& path) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    measure(one, path);
    std::exit(0);
  }
  int status = 0;
  require(child > 0 && waitpid(child, &status, 0) == child && status == 0, "a measurement failed");
}

int run() {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("sluice-maps-bench-" + std::to_string(getpid())))
          .string();
  for (const Case& one : {Case{"hosts", MapKind::kHosts, LookupType::kHost, host},
                          Case{"ips", MapKind::kIps, LookupType::kIp, address}}) {
    std::ofstream out(path);
    for (std::size_t i = 0; i < kEntries; ++i) out << one.text(i) << '\n';
    out.close();
    apart(measure_map, one, path);
    apart(measure_reference, one, path);
  }
  std::filesystem::remove(path);
  return 0;
}

}  // namespace
}  // namespace sluice::bench

int main() {
  return sluice::bench::run();
}
