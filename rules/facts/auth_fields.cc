#include <array>

#include "base/text.h"
#include "rules/facts/domains.h"
#include "rules/facts/fact_field.h"

namespace sluice::rules {
namespace {

using Number = std::optional<int64_t>;
using Domains = void (*)(const FactSource& source, FactTexts& out);

constexpr std::array<std::string_view, 2> kYesNo = {"yes", "no"};

void from_domain(const FactRequest& request, FactTexts& out) {
  from_domains(request.source, out);
}

Number from_domain_count(const FactRequest& request) {
  FactTexts domains;
  from_domains(request.source, domains);
  return static_cast<int64_t>(domains.size());
}

void dkim_domain(const FactRequest& request, FactTexts& out) {
  dkim_domains(request.source, out);
}

Number dkim_signatures(const FactRequest& request) {
  int64_t count = 0;
  for (const mime::HeaderField& field : request.source.message.header().fields) {
    count += iequals(field.name, "DKIM-Signature") ? 1 : 0;
  }
  return count;
}

void say_whether_aligned(const FactRequest& request, Domains others, FactTexts& out) {
  FactTexts from;
  FactTexts theirs;
  from_domains(request.source, from);
  others(request.source, theirs);
  out.push_back(aligned(from, theirs) ? kYesNo[0] : kYesNo[1]);
}

void dkim_aligned(const FactRequest& request, FactTexts& out) {
  say_whether_aligned(request, dkim_domains, out);
}

void mail_from_aligned(const FactRequest& request, FactTexts& out) {
  if (request.source.envelope.has_mail_from) {
    say_whether_aligned(request, mail_from_domains, out);
  }
}

constexpr std::array<FactField, 6> kFields = {{
    {.name = "from_domain", .texts = from_domain, .meaning = "the domains of all From addresses"},
    {.name = "from_domains", .number = from_domain_count, .meaning = "how many they are"},
    {.name = "dkim_signatures",
     .number = dkim_signatures,
     .meaning = "how many DKIM-Signature fields there are (RFC 6376 section 3.5)"},
    {.name = "dkim_domain", .texts = dkim_domain, .meaning = "their domains, `d=`"},
    {.name = "dkim_aligned",
     .texts = dkim_aligned,
     .meaning = "whether each domain of From has the organizational domain of some `d=`: "
                "identifier alignment, relaxed (RFC 7489 section 3.1.1)",
     .words = kYesNo},
    {.name = "mail_from_aligned",
     .texts = mail_from_aligned,
     .meaning = "whether each domain of From has the organizational domain of the envelope's "
                "sender, or of HELO where that is empty (RFC 7489 section 3.1.2)",
     .words = kYesNo},
}};

}  // namespace

std::span<const FactField> auth_fields() {
  return kFields;
}

}  // namespace sluice::rules
