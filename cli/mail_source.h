// Messages from wherever people keep them: files, directories, Maildirs, mboxes, standard input.
//
//   MailSource source({"inbox.mbox", "mail/", "-"});
//   while (auto mail = source.next()) scan(mail->bytes);
//
// A directory is walked in the order of its names; in a Maildir (one that has `cur` and `new`) only
// those two are. A file whose first line begins with "From " is an mbox: its messages are named
// FILE:1, FILE:2 and so on, and ">From" quoting (mboxrd) is undone.
//
// Failure:  what cannot be read is reported through `errors()` and skipped.
// Bounds:   one file in memory at a time; a message of more than limits::kMessageBytesMax is cut.
// Tests:    tests/cli/mail_source_test.cc

#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::cli {

struct Mail {
  std::string name;
  std::string bytes;
};

class MailSource {
 public:
  explicit MailSource(std::vector<std::string> paths);

  // nullopt after the last one.
  std::optional<Mail> next();

  // How many files there are, mboxes counting as one: for progress.
  [[nodiscard]] std::size_t files() const { return files_.size(); }

  [[nodiscard]] const std::vector<std::string>& errors() const { return errors_; }

 private:
  void add(const std::string& path);
  void add_directory(const std::filesystem::path& directory);
  bool open_next();
  std::optional<Mail> next_of_mbox();

  std::vector<std::string> files_;
  std::size_t next_file_ = 0;
  std::vector<std::string> errors_;

  std::string name_;   // of the file in hand
  std::string bytes_;
  std::size_t at_ = 0;      // in an mbox: where the next message's From_ line begins
  int number_ = 0;          // in an mbox: messages so far
  bool in_mbox_ = false;
};

}  // namespace sluice::cli
