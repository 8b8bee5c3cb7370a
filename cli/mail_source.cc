#include "cli/mail_source.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/text.h"
#include "cli/mail_bytes.h"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSeparator = "From ";
constexpr std::size_t kFieldNameBytesMax = 78;  // of the first line of a file that is looked at

// A field name and its colon, or an mbox separator.
bool begins_like_mail(std::string_view text) {
  if (text.starts_with(kSeparator)) return true;
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  const std::string_view name = text.substr(0, colon);
  return std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_maildir(const fs::path& directory) {
  std::error_code ignored;
  return fs::is_directory(directory / "cur", ignored) &&
         fs::is_directory(directory / "new", ignored);
}

bool is_mail(const fs::path& file) {
  if (file.filename().string().starts_with('.')) return false;
  if (file.extension() == ".eml" || file.extension() == ".mbox") return true;
  return begins_like_mail(read_beginning(file.string(), kFieldNameBytesMax));
}

// What stands directly in `directory` and is mail, or may hold some.
std::vector<std::string> mail_in(const fs::path& directory, std::error_code& failed) {
  if (is_maildir(directory)) return {(directory / "cur").string(), (directory / "new").string()};
  const bool all = is_maildir(directory.parent_path());
  std::vector<std::string> found;
  for (fs::directory_iterator at(directory, failed), end; !failed && at != end;
       at.increment(failed)) {
    std::error_code ignored;
    const bool deeper = at->is_directory(ignored) && !at->is_symlink(ignored);
    if (deeper || (at->is_regular_file(ignored) && (all || is_mail(at->path())))) {
      found.push_back(at->path().string());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string_view after_line(std::string_view text) {
  const std::size_t newline = text.find('\n');
  return newline == std::string_view::npos ? std::string_view{} : text.substr(newline + 1);
}

// Where the next separator line begins; the end if there is none.
std::size_t find_separator(std::string_view text) {
  if (text.starts_with(kSeparator)) return 0;
  const std::size_t at = text.find("\nFrom ");
  return at == std::string_view::npos ? text.size() : at + 1;
}

// The blank line before a separator belongs to the mbox.
std::string_view without_last_blank_line(std::string_view text) {
  if (text.ends_with("\r\n\r\n")) return text.substr(0, text.size() - 2);
  return text.ends_with("\n\n") ? text.substr(0, text.size() - 1) : text;
}

bool is_quoted_separator(std::string_view line) {
  const std::size_t quotes = line.find_first_not_of('>');
  return quotes != std::string_view::npos && quotes > 0 &&
         line.substr(quotes).starts_with(kSeparator);
}

std::string unquoted(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view rest = after_line(text);
    const std::string_view line = text.substr(0, text.size() - rest.size());
    out += is_quoted_separator(line) ? line.substr(1) : line;
    text = rest;
  }
  return out;
}

bool may_hold_quotes(std::string_view text) {
  return text.starts_with('>') || text.find("\n>") != std::string_view::npos;
}

}  // namespace

std::optional<Mail> MailSource::next() {
  while (mbox_.rest.empty() && !paths_.empty()) {
    const std::string path = std::move(paths_.front());
    paths_.pop_front();
    std::error_code ignored;
    if (path != "-" && fs::is_directory(path, ignored)) {
      open_directory(path);
    } else if (auto mail = open_file(path)) {
      return mail;
    }
  }
  if (mbox_.rest.empty()) return std::nullopt;
  return next_of_mbox();
}

void MailSource::open_directory(const std::string& path) {
  std::error_code failed;
  const auto found = mail_in(path, failed);
  if (failed) errors_.push_back(path + ": " + failed.message());
  paths_.insert(paths_.begin(), found.begin(), found.end());
}

// A message; none if the file cannot be read or is an mbox, which is then in hand.
std::optional<Mail> MailSource::open_file(const std::string& path) {
  auto bytes = read_bytes(path, kStreamBytesMax);
  if (!bytes.ok()) {
    errors_.push_back(bytes.error().message);
    return std::nullopt;
  }
  auto& [view, keeper] = bytes.value();
  if (!view.starts_with(kSeparator)) return Mail{.name = path, .bytes = view, .keeper = keeper};
  if (path.ends_with(".eml")) {
    return Mail{.name = path, .bytes = after_line(view), .keeper = keeper};
  }
  mbox_ = {.name = path, .rest = view, .keeper = keeper};
  return std::nullopt;
}

Mail MailSource::next_of_mbox() {
  const std::string_view text = after_line(mbox_.rest);
  const std::size_t size = find_separator(text);
  mbox_.rest = text.substr(size);

  Mail mail{.name = mbox_.name + ":" + std::to_string(++mbox_.count),
            .bytes = text.substr(0, size),
            .keeper = mbox_.keeper};
  if (!mbox_.rest.empty()) mail.bytes = without_last_blank_line(mail.bytes);
  if (may_hold_quotes(mail.bytes)) {
    auto plain = std::make_shared<const std::string>(unquoted(mail.bytes));
    mail.bytes = *plain;
    mail.keeper = plain;
  }
  return mail;
}

}  // namespace sluice::cli
