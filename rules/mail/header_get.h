// The texts that header rules ask for: a field by its name, a name for several, and what is picked
// out of them.
//
//   get_texts({"From", ":addr"}, mail)      {"ann@x.example"}
//   get_texts({"ToCc", ""}, mail)           the To fields, then the Cc fields
//
// Source:   _get() of Mail::SpamAssassin::PerMsgStatus 4.0.1.
// Borrows:  the mail's arena.
// Bounds:   time linear in the header.
// Threads:  one at a time.
// Tests:    tests/rules/mail/mail_test.cc

#pragma once

#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "rules/mail/addresses.h"
#include "rules/mail/mail.h"
#include "rules/mail/part.h"
#include "rules/mail/registry.h"

namespace sluice::rules {

struct GetRequest {
  std::string_view name = {};
  std::string_view forms = {};  // "", ":raw", ":addr", ":name:first", ...
};

// What answers are made from. Relays and the sender are asked for only when a request needs them.
class GetSource {
 public:
  GetSource() = default;
  GetSource(const GetSource&) = delete;
  GetSource& operator=(const GetSource&) = delete;
  virtual ~GetSource() = default;

  virtual const std::pmr::vector<MailField>& fields() = 0;
  virtual std::string_view all() = 0;              // every field, unfolded and decoded
  virtual std::string_view pristine_header() = 0;  // as it came
  virtual const Relays& relays() = 0;
  virtual std::optional<std::string_view> sender() = 0;  // of the envelope
  // Of texts one after the other, up to limits::kAddressTextBytesMax.
  virtual std::span<const MailAddress> addresses(std::span<const std::string_view> texts) = 0;
  virtual const Registry& registry() = 0;
  virtual Arena& arena() = 0;
};

// Empty: there is none.
std::pmr::vector<std::string_view> get_texts(const GetRequest& request, GetSource& source);

// In scalar context one text: for :addr, :name, :host, :domain, :ip, :revip and EnvelopeFrom the
// first without its newline, else all together.
std::optional<std::string_view> scalar_text(const GetRequest& request,
                                            const std::pmr::vector<std::string_view>& texts,
                                            Arena& arena);

// What a header rule is matched against: all texts, with a newline between where the first has
// none.
std::optional<std::string_view> rule_text(const std::pmr::vector<std::string_view>& texts,
                                          Arena& arena);

// get("ALL"): every field, up to 64 KiB; sets `truncated` if there are more.
std::string_view all_fields_text(const std::pmr::vector<MailField>& fields, Arena& arena,
                                 bool& truncated);

// get("ALL:raw").
std::string_view all_raw_text(std::string_view pristine_header, Arena& arena);

}  // namespace sluice::rules
