#include "tests/chaos/load.h"

#include <fmt/format.h>

#include "ingest/records/message_value.h"
#include "ingest/records/sender_key.h"

namespace sluice::chaos {

Sample Load::next() {
  Sample sample;
  sample.id = records::make_message_id();
  sample.sender = records::sender_key("t", records::SenderKind::kMailbox,
                                      std::to_string(random_() % static_cast<unsigned>(senders_)));
  sample.readable = random_() % 50 != 0;
  sample.spam = random_() % 4 == 0;
  ++count_;
  if (!sample.readable) {
    sample.value = "SLM\x01 no envelope follows";
    return sample;
  }
  records::Outgoing envelope{.message_id = sample.id,
                             .edge = fmt::format("edge{}", random_() % 3),
                             .sender = sample.sender,
                             .mail_from = "someone@chaos.example"};
  envelope.recipients.assign(1 + random_() % 4, "rcpt@chaos.example");
  const std::string message = fmt::format(
      "From: someone@chaos.example\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\nSubject: note {}\r\n"
      "\r\n{}\r\n{}\r\n",
      count_, sample.spam ? kSpamWord : "ordinary words", std::string(random_() % 4'000, 'x'));
  sample.value = records::make_message_value(envelope, message);

  Expected& expected = expected_[sample.sender];
  ++expected.messages;
  expected.recipients += envelope.recipients.size();
  if (sample.spam) ++expected.spam;
  return sample;
}

}  // namespace sluice::chaos
