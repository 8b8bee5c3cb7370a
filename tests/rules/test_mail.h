// A message made by hand, for tests that are about rules and not about reading mail.
//
//   TestMail mail;
//   mail.header("Subject", "hello").body("First paragraph\nsecond\n").url("http://a.example/");
//   set.scan(mail.input(), scratch, hits);
//
// Header fields are those of a real header, one line each; body, pieces, links and the text of full
// rules are given as rules see them.

#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "ingest/mime/message.h"
#include "rules/rule_set.h"
#include "rules/text_view.h"

namespace sluice::rules::test {

class TestMail {
 public:
  TestMail() = default;
  TestMail(const TestMail&) = delete;
  TestMail& operator=(const TestMail&) = delete;

  TestMail& header(std::string_view name, std::string_view value) {
    header_ += name;
    header_ += ": ";
    header_ += value;
    header_ += '\n';
    return *this;
  }

  // A paragraph for each line, behind the subject.
  TestMail& body(std::string_view lines) {
    given_.body.clear();
    while (!lines.empty()) {
      const std::size_t lf = lines.find('\n');
      const std::size_t size = lf == std::string_view::npos ? lines.size() : lf + 1;
      given_.body.emplace_back(lines.substr(0, size));
      lines.remove_prefix(size);
    }
    return *this;
  }

  // One piece more.
  TestMail& rawbody(std::string piece) {
    given_.rawbody.push_back(std::move(piece));
    return *this;
  }

  TestMail& url(std::string url) {
    given_.uris.push_back(std::move(url));
    return *this;
  }

  TestMail& full(std::string text) {
    given_.full = std::move(text);
    return *this;
  }

  TestMail& mail_from(std::string address) {
    mail_from_ = std::move(address);
    return *this;
  }

  TestMail& defect(mime::Defect defect) {
    message_.defects.add(defect);
    return *this;
  }

  // Borrows this.
  [[nodiscard]] ScanInput input() {
    raw_ = header_ + "\n" + given_.full;  // work is counted by the byte
    message_.raw = raw_;
    return {.message = message_, .mail_from = mail_from_, .given = &given_};
  }

 private:
  std::string header_;
  std::string raw_;
  std::string mail_from_;
  GivenTexts given_;
  mime::Message message_;
};

}  // namespace sluice::rules::test
