#include "cli/corpus.h"

#include <string_view>

namespace sluice::cli {
namespace {

std::string without_format(std::string_view path) {
  for (const std::string_view format : {"dir:", "file:", "mbox:", "detect:"}) {
    if (path.starts_with(format)) return std::string(path.substr(format.size()));
  }
  return std::string(path);
}

}  // namespace

void Corpus::add(const std::string& argument) {
  const std::string_view text = argument;
  if (text.starts_with("ham:")) {
    ham.push_back(without_format(text.substr(4)));
  } else if (text.starts_with("spam:")) {
    spam.push_back(without_format(text.substr(5)));
  } else {
    unknown.push_back(argument);
  }
}

const std::vector<std::string>& Corpus::of(rules::MailClass mail_class) const {
  if (mail_class == rules::MailClass::kHam) return ham;
  return mail_class == rules::MailClass::kSpam ? spam : unknown;
}

const char* name_of(rules::MailClass mail_class) {
  if (mail_class == rules::MailClass::kHam) return "ham";
  return mail_class == rules::MailClass::kSpam ? "spam" : "";
}

}  // namespace sluice::cli
