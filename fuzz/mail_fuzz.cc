// Feeds any bytes to Mail. Beyond "no crash": each text's units ascend inside its block, no link is
// longer than links may be and no two texts of links are the same, and the same is read again when
// the same message comes again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>

#include "base/hash.h"
#include "base/limits.h"
#include "rules/mail/mail.h"

namespace {

using sluice::rules::Mail;
using sluice::rules::TextUnits;

void check(const TextUnits& units) {
  std::size_t end = 0;
  for (const TextUnits::Unit& unit : units.units) {
    if (unit.from < end || unit.to < unit.from || unit.to > units.block.size()) std::abort();
    end = unit.to;
  }
}

// A number that is different if what is read is.
uint64_t digest(Mail& mail) {
  uint64_t sum = 0;
  const auto add = [&sum](std::string_view text) { sum = sum * 31 + sluice::keyed_hash({}, text); };
  for (const TextUnits* units :
       {&mail.body(), &mail.rawbody(), &mail.visible(), &mail.invisible()}) {
    check(*units);
    add(units->block);
  }
  std::set<std::string_view> seen;
  for (const std::string_view uri : mail.uri_texts()) {
    if (uri.size() > 4 * sluice::limits::kMailUriCleanBytesMax) std::abort();  // characters
    if (!seen.insert(uri).second) std::abort();
    add(uri);
  }
  for (const std::string_view name : {"ALL", "From", "ToCc", "Subject", "Received", "MESSAGEID",
                                      "EnvelopeFrom", "X-Spam-Relays-Untrusted"}) {
    for (const std::string_view forms : {"", ":raw", ":addr", ":name", ":host", ":domain", ":ip"}) {
      add(mail.get(name, forms).value_or("none"));
    }
  }
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static const sluice::rules::MailSettings kSettings;
  static Mail mail(kSettings);
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  mail.read(raw, "a@b.example");
  const uint64_t first = digest(mail);
  mail.read(raw, "a@b.example");
  if (digest(mail) != first) std::abort();
  return 0;
}
