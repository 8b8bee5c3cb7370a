// Claim:   every place where people keep mail gives its messages, each once, in the order of the
//          names, with the bytes that were sent; what cannot be read is named and stops nothing.
// Oracle:  files written by the test.

#include "cli/mail_source.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace sluice::cli {
namespace {

using NamesAndBytes = std::vector<std::pair<std::string, std::string>>;

class MailSourceTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& bytes) const {
    const std::filesystem::path path = root_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return name.empty() ? root_.path().string() : (root_.path() / name).string();
  }

  // Names relative to the test's directory.
  [[nodiscard]] NamesAndBytes read(const std::vector<std::string>& names,
                                   std::size_t errors = 0) const {
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back(path(name));
    MailSource source(paths);
    NamesAndBytes out;
    while (const auto mail = source.next()) {
      out.emplace_back(mail->name.substr(root_.path().string().size() + 1), mail->bytes);
    }
    EXPECT_EQ(source.errors().size(), errors);
    return out;
  }

 private:
  test::TempDir root_;
};

TEST_F(MailSourceTest, AFileIsOneMessage) {
  write("plain", "Subject: a\n\nFrom here on, one message.\n\nFrom us\n");
  write("a.eml", "no header at all");
  EXPECT_EQ(read({"plain", "a.eml"}),
            (NamesAndBytes{{"plain", "Subject: a\n\nFrom here on, one message.\n\nFrom us\n"},
                           {"a.eml", "no header at all"}}));
}

TEST_F(MailSourceTest, AnEmlFileLosesItsSeparatorAndNothingElse) {
  write("a.eml", "From a@b.example Mon Nov  9 2026\nSubject: a\n\n>From you\n\nFrom us\n");
  EXPECT_EQ(read({"a.eml"}), (NamesAndBytes{{"a.eml", "Subject: a\n\n>From you\n\nFrom us\n"}}));
}

TEST_F(MailSourceTest, AnMboxIsSplitAndUnquoted) {
  write("in.mbox",
        "From a@b.example Mon\nSubject: 1\n\n>From you\n>>From me\n> From far\n\n"
        "From a@b.example Tue\nSubject: 2\n\nno end");
  EXPECT_EQ(read({"in.mbox"}),
            (NamesAndBytes{{"in.mbox:1", "Subject: 1\n\nFrom you\n>From me\n> From far\n"},
                           {"in.mbox:2", "Subject: 2\n\nno end"}}));
}

TEST_F(MailSourceTest, AnMboxKeepsItsLineEndingsAndEmptyMessages) {
  write("in.mbox", "From a\r\nSubject: 1\r\n\r\nx\r\n\r\nFrom b\r\nFrom c\r\nSubject: 3\r\n");
  EXPECT_EQ(read({"in.mbox"}), (NamesAndBytes{{"in.mbox:1", "Subject: 1\r\n\r\nx\r\n"},
                                              {"in.mbox:2", ""},
                                              {"in.mbox:3", "Subject: 3\r\n"}}));
}

TEST_F(MailSourceTest, ADirectoryIsWalkedInOrderAndOnlyMailIsTaken) {
  write("mail/b/2.eml", "2");
  write("mail/a.mbox", "From a\n1");
  write("mail/c", "Received: from c\n\n3");
  write("mail/INDEX.tsv", "file\tclass\n");
  write("mail/README", "These messages: invented.\n");
  write("mail/.hidden.eml", "no");
  EXPECT_EQ(read({"mail"}), (NamesAndBytes{{"mail/a.mbox:1", "1"},
                                           {"mail/b/2.eml", "2"},
                                           {"mail/c", "Received: from c\n\n3"}}));
}

TEST_F(MailSourceTest, AMaildirIsItsNewAndCurrentMail) {
  write("Maildir/cur/1:2,S", "1");
  write("Maildir/new/2", "2");
  write("Maildir/tmp/3", "half");
  write("Maildir/subscriptions", "Subject: no\n");
  EXPECT_EQ(read({"Maildir"}), (NamesAndBytes{{"Maildir/cur/1:2,S", "1"}, {"Maildir/new/2", "2"}}));
}

TEST_F(MailSourceTest, WhatCannotBeReadIsNamedAndSkipped) {
  write("a.eml", "a");
  EXPECT_EQ(read({"missing", "a.eml"}, /*errors=*/1), (NamesAndBytes{{"a.eml", "a"}}));
}

TEST_F(MailSourceTest, MessagesOutliveTheSource) {
  write("in.mbox", "From a\n1\n\nFrom b\n>From 2\n");
  std::vector<Mail> kept;
  {
    MailSource source({path("in.mbox")});
    while (auto mail = source.next()) kept.push_back(*mail);
  }
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].bytes, "1\n");
  EXPECT_EQ(kept[1].bytes, "From 2\n");
}

TEST_F(MailSourceTest, AMappedMboxReadsLikeASmallOne) {
  const std::string body(30U << 20U, 'x');
  write("large.mbox", "From a\n" + body + "\n\nFrom b\n" + body);
  const NamesAndBytes mail = read({"large.mbox"});
  ASSERT_EQ(mail.size(), 2U);
  EXPECT_TRUE(mail[0].second == body + "\n");
  EXPECT_TRUE(mail[1].second == body);
}

}  // namespace
}  // namespace sluice::cli
