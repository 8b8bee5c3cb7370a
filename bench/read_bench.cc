// How fast messages are read, beside a bare pass over the same bytes.
//
//   read_bench [folder...]         default: ../shared/data/mail
//
// Two passes must give the same answers before anything is timed. Prints megabytes a second of one
// thread's CPU, and how many bare passes one reading costs.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/arena.h"
#include "base/hash.h"
#include "ingest/mime/message.h"

namespace sluice {
namespace {

constexpr int kRounds = 3;

std::vector<std::string> load(const std::vector<std::string>& folders) {
  std::vector<std::string> mail;
  for (const std::string& folder : folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file() || entry.path().extension() != ".eml") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      mail.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
  }
  return mail;
}

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// A number that is different if anything a rule could see is.
uint64_t answers(const std::vector<std::string>& mail) {
  Arena arena;
  uint64_t sum = 0;
  for (const std::string& raw : mail) {
    arena.reset();
    const mime::Message message = mime::read_message(raw, arena);
    sum = sum * 31 + keyed_hash({}, message.body) + message.parts.size() * 7 + message.urls.size();
    sum += message.defects.count();
  }
  return sum;
}

std::size_t read_all(const std::vector<std::string>& mail) {
  Arena arena;
  std::size_t parts = 0;
  for (const std::string& raw : mail) {
    arena.reset();
    parts += mime::read_message(raw, arena).parts.size();
  }
  return parts;
}

std::size_t bare_pass(const std::vector<std::string>& mail) {
  std::size_t sum = 0;
  for (const std::string& raw : mail) {
    for (const char c : raw) sum += static_cast<uint8_t>(c);
  }
  return sum;
}

// The best of a few rounds.
double seconds(std::size_t (*run)(const std::vector<std::string>&),
               const std::vector<std::string>& mail) {
  double best = 1e9;
  for (int i = 0; i < kRounds; ++i) {
    const double begin = thread_seconds();
    benchmark::DoNotOptimize(run(mail));
    const double spent = thread_seconds() - begin;
    if (spent < best) best = spent;
  }
  return best;
}

int run(const std::vector<std::string>& folders) {
  const std::vector<std::string> mail = load(folders);
  double megabytes = 0;
  for (const std::string& raw : mail) megabytes += static_cast<double>(raw.size()) * 1e-6;
  if (mail.empty()) {
    std::fprintf(stderr, "read_bench: no .eml files found\n");
    return EXIT_FAILURE;
  }
  if (answers(mail) != answers(mail)) {
    std::fprintf(stderr, "read_bench: two passes disagree\n");
    return EXIT_FAILURE;
  }
  const double reading = seconds(read_all, mail);
  const double bare = seconds(bare_pass, mail);
  std::printf("%zu messages, %.1f MB\n", mail.size(), megabytes);
  std::printf("read_message  %8.0f MB per CPU second\n", megabytes / reading);
  std::printf("bare pass     %8.0f MB per CPU second\n", megabytes / bare);
  std::printf("ratio         %8.2f\n", reading / bare);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
  std::vector<std::string> folders(argv + 1, argv + argc);
  if (folders.empty()) folders = {"../shared/data/mail"};
  return sluice::run(folders);
}
