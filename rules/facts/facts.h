// What rules ask of a message besides patterns in its texts: the source of all facts, and what is
// kept while one message is looked at.
//
// Borrows:  everything, for the scan of one message; texts handed out live in the mail's arena.
// Threads:  one at a time.

#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include <openssl/evp.h>

#include "ingest/mime/message.h"
#include "rules/facts/envelope_facts.h"
#include "rules/mail/mail.h"

namespace sluice::rules {

struct FactSource {
  const mime::Message& message;
  Mail& mail;
  const EnvelopeFacts& envelope;
  EVP_MD_CTX* digests = nullptr;  // for digests of attachments
};

using FactTexts = std::vector<std::string_view>;

}  // namespace sluice::rules
