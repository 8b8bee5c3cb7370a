// A message made by hand, for tests that are about rules and not about reading mail.
//
//   TestMail mail;
//   mail.header("Subject", "hello").body("Hello\nfirst paragraph\n").url("http://a.example/");
//   set.scan(mail.input(), scratch, hits);

#pragma once

#include <deque>
#include <string>
#include <utility>

#include "ingest/mime/message.h"
#include "rules/rule_set.h"

namespace sluice::rules::test {

class TestMail {
 public:
  TestMail() { message_.parts.emplace_back(); }

  TestMail(const TestMail&) = delete;
  TestMail& operator=(const TestMail&) = delete;

  TestMail& header(std::string name, std::string value) {
    message_.parts.front().header.fields.push_back(
        {.name = keep(std::move(name)), .value = keep(std::move(value))});
    return *this;
  }

  TestMail& body(std::string text) {
    message_.body = keep(std::move(text));
    return *this;
  }

  TestMail& rawbody(std::string text) {
    message_.parts.emplace_back();
    message_.parts.back().text = keep(std::move(text));
    return *this;
  }

  TestMail& url(std::string written, std::string canonical = {}) {
    if (canonical.empty()) canonical = written;
    message_.urls.push_back(
        {.written = keep(std::move(written)), .canonical = keep(std::move(canonical))});
    return *this;
  }

  TestMail& full(std::string text) {
    message_.raw = keep(std::move(text));
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

  [[nodiscard]] ScanInput input() const { return {.message = message_, .mail_from = mail_from_}; }

 private:
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  std::deque<std::string> kept_;
  std::string mail_from_;
  mime::Message message_;
};

}  // namespace sluice::rules::test
