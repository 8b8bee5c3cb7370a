#include "cli/mail_source.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "base/limits.h"

namespace sluice::cli {
namespace {

constexpr std::string_view kFromLine = "From ";

bool read_stream(std::istream& in, std::string& out) {
  out.assign(std::istreambuf_iterator<char>(in), {});
  return !in.bad();
}

std::vector<std::filesystem::path> sorted_entries(const std::filesystem::path& directory,
                                                  std::error_code& failed) {
  std::vector<std::filesystem::path> entries;
  for (std::filesystem::directory_iterator at(directory, failed), end; !failed && at != end;
       at.increment(failed)) {
    entries.push_back(at->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

// A line of '>' followed by "From " loses one '>' (mboxrd).
bool is_quoted_from(std::string_view line) {
  const std::size_t quotes = line.find_first_not_of('>');
  return quotes != std::string_view::npos && quotes > 0 &&
         line.substr(quotes, kFromLine.size()) == kFromLine;
}

std::string unquoted(std::string_view message) {
  std::string out;
  out.reserve(message.size());
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size() - 1) + 1;
    const std::string_view line = message.substr(0, end);
    out += is_quoted_from(line) ? line.substr(1) : line;
    message.remove_prefix(end);
  }
  return out;
}

}  // namespace

MailSource::MailSource(std::vector<std::string> paths) {
  for (const std::string& path : paths) add(path);
}

void MailSource::add(const std::string& path) {
  std::error_code ignored;
  if (path != "-" && std::filesystem::is_directory(path, ignored)) {
    add_directory(path);
  } else {
    files_.push_back(path);
  }
}

void MailSource::add_directory(const std::filesystem::path& directory) {
  std::error_code failed;
  const bool maildir = std::filesystem::is_directory(directory / "cur", failed) &&
                       std::filesystem::is_directory(directory / "new", failed);
  std::vector<std::filesystem::path> pending;
  if (maildir) {
    pending = {directory / "new", directory / "cur"};
  } else {
    pending = {directory};
  }
  while (!pending.empty()) {
    const std::filesystem::path current = pending.back();
    pending.pop_back();
    for (const auto& entry : sorted_entries(current, failed)) {
      if (std::filesystem::is_directory(entry, failed)) {
        pending.push_back(entry);
      } else if (std::filesystem::is_regular_file(entry, failed)) {
        files_.push_back(entry.string());
      }
    }
    if (failed) errors_.push_back(current.string() + ": " + failed.message());
  }
}

bool MailSource::open_next() {
  while (next_file_ < files_.size()) {
    name_ = files_[next_file_++];
    bool good = false;
    if (name_ == "-") {
      good = read_stream(std::cin, bytes_);
    } else {
      std::ifstream in(name_, std::ios::binary);
      good = in && read_stream(in, bytes_);
    }
    if (good) {
      in_mbox_ = bytes_.starts_with(kFromLine);
      at_ = 0;
      number_ = 0;
      return true;
    }
    errors_.push_back(name_ + ": cannot be read");
  }
  return false;
}

std::optional<Mail> MailSource::next_of_mbox() {
  const std::size_t line_end = bytes_.find('\n', at_);
  if (line_end == std::string::npos) {
    in_mbox_ = false;
    return std::nullopt;
  }
  const std::size_t begin = line_end + 1;
  const std::size_t separator = bytes_.find("\nFrom ", line_end);
  const bool last = separator == std::string::npos;
  const std::size_t end = last ? bytes_.size() : separator + 1;
  const std::string_view message = std::string_view(bytes_).substr(begin, end - begin);
  at_ = end;
  in_mbox_ = !last;
  return Mail{.name = name_ + ":" + std::to_string(++number_), .bytes = unquoted(message)};
}

std::optional<Mail> MailSource::next() {
  while (true) {
    if (in_mbox_) {
      if (auto mail = next_of_mbox()) return mail;
      continue;
    }
    if (!open_next()) return std::nullopt;
    if (in_mbox_) continue;
    if (bytes_.size() > limits::kMessageBytesMax) bytes_.resize(limits::kMessageBytesMax);
    return Mail{.name = name_, .bytes = std::exchange(bytes_, {})};
  }
}

}  // namespace sluice::cli
