// Mail put on the messages topic as an edge would: enveloped, keyed, with its headers. The sender
// of the SMTP dialogue is the one that rules find in the header where there was no dialogue.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "cli/mail_source.h"
#include "ingest/log/log.h"
#include "ingest/records/message_id.h"
#include "rules/language/settings.h"
#include "rules/mail/mail.h"

namespace sluice::cli {

struct EdgeOptions {
  std::string sender;  // sender key; empty: made from tenant and the From address
  std::string tenant = "demo";
  std::string edge = "cli";
  std::vector<std::string> recipients;  // empty: those of To, Cc and Bcc
  bool plain = false;                   // RFC 5322 value with headers instead of an envelope
};

class Edge {
 public:
  Edge(log::Appender& appender, std::string topic, EdgeOptions options)
      : appender_(appender), topic_(std::move(topic)), options_(std::move(options)) {}

  // The id under which the verdict will come.
  Result<records::MessageId> put(const Mail& mail);

 private:
  struct Parties {
    std::string sender;
    std::string mail_from;
    std::vector<std::string> recipients;
  };

  Parties parties_of(const Mail& mail);
  Status put_plain(const Mail& mail, const Parties& parties, const records::MessageId& id);

  log::Appender& appender_;
  std::string topic_;
  EdgeOptions options_;
  Arena arena_;
  rules::MailSettings mail_settings_ = rules::mail_settings({});
  rules::Mail header_{mail_settings_};
};

}  // namespace sluice::cli
