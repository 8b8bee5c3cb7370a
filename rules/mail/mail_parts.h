// The inside of a Mail: what was read of the message so far.
//
// Borrows:  the message, the settings.
// Threads:  one at a time.

#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "rules/mail/envelope.h"
#include "rules/mail/header_block.h"
#include "rules/mail/header_get.h"
#include "rules/mail/mail.h"
#include "rules/mail/part_texts.h"
#include "rules/mail/received.h"
#include "rules/mail/uris.h"

namespace sluice::rules {

// An answer of get(), kept: rules ask for the same again and again.
struct KeptAnswer {
  uint64_t hash = 0;
  std::string_view name = {};
  std::string_view forms = {};
  std::pmr::vector<std::string_view> texts;
  std::optional<std::string_view> for_rules = {};
  uint16_t next = 0;  // of those in the same place of AnswerIndex: its index + 1

  explicit KeptAnswer(std::pmr::memory_resource* memory) : texts(memory) {}
};

// Where answers are, by hash: the index + 1 of the last one kept, 0 for none.
using AnswerIndex = std::array<uint16_t, 256>;

// Names of fields, by hash.
using NameSet256 = std::bitset<256>;

// Addresses of texts, kept: they are asked for as addresses, as names and as hosts.
struct KeptAddresses {
  std::string_view first = {};  // of the texts, where they lie
  std::string_view last = {};
  std::size_t texts = 0;
  std::pmr::vector<MailAddress> addresses;

  explicit KeptAddresses(std::pmr::memory_resource* memory) : addresses(memory) {}

  [[nodiscard]] bool are_of(std::span<const std::string_view> asked) const;
};

// What is known of one message. Lives in the arena's time.
struct MessageParts {
  HeaderBlock block;
  ParseFlags flags = {};
  std::string_view mail_from = {};

  std::pmr::vector<MailPart> parts;  // empty: not split yet; then it has the block's fields
  std::optional<PartTexts> texts = {};

  std::optional<std::string_view> all = {};
  std::optional<std::string_view> whole = {};
  std::optional<Relays> relays = {};
  std::optional<std::optional<std::string_view>> sender = {};
  std::pmr::vector<KeptAnswer> answers;
  AnswerIndex answer_index = {};
  std::optional<NameSet256> names = {};  // of the message's own fields
  std::pmr::vector<KeptAddresses> addresses;
  std::optional<std::pmr::vector<std::string_view>> from_addresses = {};
  std::optional<std::pmr::vector<std::string_view>> to_addresses = {};

  std::optional<TextUnits> body = {};
  std::optional<TextUnits> body_without_subject = {};
  std::optional<TextUnits> visible = {};
  std::optional<TextUnits> invisible = {};
  std::optional<TextUnits> rawbody = {};

  std::optional<UriList> uris = {};
  std::optional<std::span<const std::string_view>> uri_texts = {};

  explicit MessageParts(std::pmr::memory_resource* memory)
      : block(memory), parts(memory), answers(memory), addresses(memory) {}
};

struct MailParts final : GetSource {
  explicit MailParts(const MailSettings& settings);

  void read(std::string_view raw, std::string_view mail_from);

  // Splits the message into parts if that is not done yet.
  PartTexts& part_texts();

  const KeptAnswer& answer(const GetRequest& request);
  // False: no field has this name, and it does not stand for other fields either.
  bool may_have(std::string_view name);
  TextUnits rendered(Rendering rendering);
  const TextUnits& body();
  UriList& uris();
  EnvelopeSource envelope();

  // ---- GetSource
  const std::pmr::vector<MailField>& fields() override;
  std::string_view all() override;
  std::string_view pristine_header() override;
  const Relays& relays() override;
  std::optional<std::string_view> sender() override;
  std::span<const MailAddress> addresses(std::span<const std::string_view> texts) override;
  const Registry& registry() override;

  Arena& arena() override { return memory; }

  const MailSettings& settings;
  RelayTrust trust;
  UriRules links;
  PartMemory* remembered = nullptr;
  Arena memory;
  KeptAnswer no_answer{&memory};  // of fields that are not there
  std::optional<MessageParts> message = {};
};

}  // namespace sluice::rules
