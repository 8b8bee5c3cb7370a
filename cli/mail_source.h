// Messages from wherever people keep them: files, directories, Maildirs, mboxes, standard input.
//
//   MailSource source({"inbox.mbox", "mail/", "-"});
//   while (auto mail = source.next()) scan(mail->bytes);     mail->name: "mail/a.eml",
//   "inbox.mbox:1"
//
//   a file `*.eml`        one message; an mbox separator before its header is left out
//   another file, or `-`  an mbox if it begins with "From ", else one message
//   a directory           its files at any depth, in the order of their names, that are called
//   *.eml
//                         or *.mbox or begin like a message; none whose name begins with a dot
//   a Maildir             the files in `cur` and `new`
//
// Source:   RFC 4155 for mbox; ">From" quoting is undone as mboxrd has it.
// Failure:  what cannot be read is reported through `errors()` and skipped.
// Borrows:  nothing: a Mail keeps the bytes it shows.
// Bounds:   one file in memory at a time, and those of the Mails still held; large files are
// mapped.
//           Standard input and pipes end at kStreamBytesMax.
// Threads:  one at a time. A Mail may go anywhere.
// Tests:    tests/cli/mail_source_test.cc

#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::cli {

struct Mail {
  std::string name = {};
  std::string_view bytes = {};
  std::shared_ptr<const void> keeper = {};  // of `bytes`
};

class MailSource {
 public:
  static constexpr std::size_t kStreamBytesMax = std::size_t{1} << 30U;

  explicit MailSource(const std::vector<std::string>& paths) : paths_(paths.begin(), paths.end()) {}

  // nullopt after the last one.
  std::optional<Mail> next();

  [[nodiscard]] const std::vector<std::string>& errors() const { return errors_; }

 private:
  void open_directory(const std::string& path);
  std::optional<Mail> open_file(const std::string& path);
  Mail next_of_mbox();

  // An mbox that is being read; the others of its messages come before the next path.
  struct Mbox {
    std::string name = {};
    std::string_view rest = {};  // empty, or begins with a separator line
    std::shared_ptr<const void> keeper = {};
    int count = 0;
  };

  std::deque<std::string> paths_;
  Mbox mbox_;
  std::vector<std::string> errors_;
};

}  // namespace sluice::cli
