// Claim:   every message of a source is worked on once and told once, in the source's order, by any
//          number of workers, however slow one message is.
// Oracle:  the names of the files.

#include "cli/mail_crew.h"

#include <chrono>
#include <fstream>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "tests/support/temp_dir.h"

namespace sluice::cli {
namespace {

constexpr std::size_t kMessages = 1'000;

std::vector<std::string> told_by(std::size_t workers, const std::string& folder) {
  MailCrew crew(workers);
  EXPECT_EQ(crew.workers(), workers);
  MailSource source({folder});
  std::vector<std::string> slots(crew.slots());
  std::vector<std::string> told;
  crew.run(
      source,
      [&](std::size_t worker, std::span<const MailCrew::Task> tasks) {
        EXPECT_LT(worker, workers);
        EXPECT_LE(tasks.size(), limits::kScanBatch);
        for (const MailCrew::Task& task : tasks) {
          if (task.mail.name.ends_with("0100.eml")) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
          }
          slots[task.slot] = task.mail.name + " " + std::string(task.mail.bytes);
        }
      },
      [&](std::size_t slot) { told.push_back(slots[slot]); });
  return told;
}

TEST(MailCrew, TellsEachMessageOnceInOrder) {
  const test::TempDir dir;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < kMessages; ++i) {
    const auto path = dir.path() / fmt::format("{:04}.eml", i);
    std::ofstream(path) << "Subject: " << i << "\n\n";
    expected.push_back(fmt::format("{} Subject: {}\n\n", path.string(), i));
  }
  for (const std::size_t workers : {1U, 2U, 5U}) {
    EXPECT_TRUE(told_by(workers, dir.path().string()) == expected) << workers << " workers";
  }
}

TEST(MailCrew, OfNoMailReturns) {
  const test::TempDir dir;
  EXPECT_TRUE(told_by(3, dir.path().string()).empty());
}

}  // namespace
}  // namespace sluice::cli
