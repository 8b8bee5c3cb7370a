#include "rules/mail/mail_uri.h"

#include <array>

namespace sluice::rules {
namespace {

struct TypeName {
  UriType type;
  std::string_view name;
  bool is_tag;
};

constexpr std::array kNames = {
    TypeName{kUriA, "a", true},
    TypeName{kUriImg, "img", true},
    TypeName{kUriLink, "link", true},
    TypeName{kUriTd, "td", true},
    TypeName{kUriTable, "table", true},
    TypeName{kUriTr, "tr", true},
    TypeName{kUriBody, "body", true},
    TypeName{kUriArea, "area", true},
    TypeName{kUriForm, "form", true},
    TypeName{kUriBase, "base", true},
    TypeName{kUriIframe, "iframe", true},
    TypeName{kUriFrame, "frame", true},
    TypeName{kUriScript, "script", true},
    TypeName{kUriEmbed, "embed", true},
    TypeName{kUriBgsound, "bgsound", true},
    TypeName{kUriMeta, "meta", true},
    TypeName{kUriParsed, "parsed", false},
    TypeName{kUriStyle, "style", false},
    TypeName{kUriDomainKeys, "domainkeys", false},
    TypeName{kUriUnlinked, "unlinked", false},
    TypeName{kUriSchemeless, "schemeless", false},
    TypeName{kUriNoCanon, "nocanon", false},
    TypeName{kUriNoClean, "noclean", false},
};

}  // namespace

std::string_view uri_type_name(UriType type) {
  for (const TypeName& row : kNames) {
    if (row.type == type) return row.name;
  }
  return {};
}

UriType uri_type_of_tag(std::string_view tag) {
  for (const TypeName& row : kNames) {
    if (row.is_tag && row.name == tag) return row.type;
  }
  return kUriOther;
}

}  // namespace sluice::rules
