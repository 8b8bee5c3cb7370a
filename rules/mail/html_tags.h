// The tags and attributes that SpamAssassin knows, and what it does with each.
//
//   html_tag("td")                    HtmlTag::kTd
//   traits(HtmlTag::kTd).blank        " "
//   html_attribute("HREF")            HtmlAttribute::kHref
//
// Source:   the tables of Mail::SpamAssassin::HTML 4.0.1 (HTML 4.01, XHTML 1.0 and some more).
// Threads:  constant.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rules/mail/mail_uri.h"

namespace sluice::rules {

// clang-format off
enum class HtmlTag : uint8_t {
  kUnknown,
  // HTML 4.01 and XHTML 1.0, strict
  kA, kAbbr, kAcronym, kAddress, kArea, kB, kBase, kBdo, kBig, kBlockquote, kBody, kBr, kButton,
  kCaption, kCite, kCode, kCol, kColgroup, kDd, kDel, kDfn, kDiv, kDl, kDt, kEm, kFieldset, kForm,
  kH1, kH2, kH3, kH4, kH5, kH6, kHead, kHr, kHtml, kI, kImg, kInput, kIns, kKbd, kLabel, kLegend,
  kLi, kLink, kMap, kMeta, kNoscript, kObject, kOl, kOptgroup, kOption, kP, kParam, kPre, kQ,
  kSamp, kScript, kSelect, kSmall, kSpan, kStrong, kStyle, kSub, kSup, kTable, kTbody, kTd,
  kTextarea, kTfoot, kTh, kThead, kTitle, kTr, kTt, kUl, kVar,
  // loose
  kApplet, kBasefont, kCenter, kDir, kFont, kFrame, kFrameset, kIframe, kIsindex, kMenu, kNoframes,
  kS, kStrike, kU,
  // of no standard
  kNobr, kXSigsep, kXTab,
  // rendered, but not counted as valid
  kBgsound, kEmbed, kListing, kPlaintext, kXmp,
};
// clang-format on

inline constexpr std::size_t kHtmlTags = static_cast<std::size_t>(HtmlTag::kXmp) + 1;

struct HtmlTagTraits {
  bool element = false;         // counts as valid
  bool style = false;           // changes how text looks
  std::string_view blank = {};  // what begin and end put into the text
  uint32_t uri = 0;             // UriType of its links; 0: it has none
};

// `name` is in lower case. kUnknown: it is none of them.
HtmlTag html_tag(std::string_view name);
std::string_view html_tag_name(HtmlTag tag);
const HtmlTagTraits& traits(HtmlTag tag);

// clang-format off
enum class HtmlAttribute : uint8_t {
  kAction, kAlink, kBackground, kBgcolor, kColor, kContent, kDataSaferedirecturl, kFace, kHeight,
  kHref, kHttpEquiv, kLink, kSize, kSrc, kStyle, kText, kVlink, kWidth,
};
// clang-format on

inline constexpr std::size_t kHtmlAttributes = static_cast<std::size_t>(HtmlAttribute::kWidth) + 1;

// `name` in any letter case. false: it is none of them.
bool find_html_attribute(std::string_view name, HtmlAttribute& attribute);

}  // namespace sluice::rules
