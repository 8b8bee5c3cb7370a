// What can be odd about a message: one name per oddity, gathered in a set while it is read.
//
//   DefectSet defects;
//   defects.add(Defect::kBareLf);
//   defect_name(Defect::kBareLf) == "bare_lf"        the name that rules and `sluice parse` use
//
// A defect is an observation, not an error: reading goes on, and rules decide what it means.
//
// Source:   each row names the rule of the RFC that is broken, or the limit that was reached.
// Threads:  plain values.
// Tests:    tests/ingest/mime/defects_test.cc

#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::mime {

// X(enumerator, name for rules, meaning)
#define SLUICE_DEFECTS(X)                                                                         \
  X(kBareLf, "bare_lf", "a line ends with LF alone (RFC 5321 section 2.3.8)")                     \
  X(kBareCr, "bare_cr", "a CR is not followed by LF (RFC 5322 section 2.3)")                      \
  X(kNulByte, "nul_byte", "the message holds a NUL byte (RFC 5322 section 2.3)")                  \
  X(kOrphanFold, "orphan_fold", "the first header line begins with white space")                  \
  X(kNoBlankLine, "no_blank_line", "a line that is no field ends the header section")             \
  X(kSpaceBeforeColon, "space_before_colon", "white space before a field's colon")                \
  X(kEightBitHeader, "eight_bit_header", "a header holds bytes above 0x7f that are not UTF-8")    \
  X(kMultipleFrom, "multiple_from", "more than one From field (RFC 5322 section 3.6)")            \
  X(kMissingFrom, "missing_from", "no From field (RFC 5322 section 3.6)")                         \
  X(kMissingDate, "missing_date", "no Date field (RFC 5322 section 3.6)")                         \
  X(kRepeatedField, "repeated_field", "a field that may stand once stands twice")                 \
  X(kBadAddress, "bad_address", "an address list does not follow RFC 5322 section 3.4")           \
  X(kBadEncodedWord, "bad_encoded_word", "an encoded word that RFC 2047 does not allow")          \
  X(kBadContentType, "bad_content_type", "Content-Type does not follow RFC 2045 section 5.1")     \
  X(kRepeatedContentType, "repeated_content_type", "a part has several Content-Type fields")      \
  X(kRepeatedParameter, "repeated_parameter", "a media type parameter stands twice")              \
  X(kBadTransferEncoding, "bad_transfer_encoding", "an unknown or repeated transfer encoding")    \
  X(kEncodedMultipart, "encoded_multipart", "a multipart in base64 or quoted-printable")          \
  X(kMissingBoundary, "missing_boundary", "a multipart without a boundary parameter")             \
  X(kBadBoundary, "bad_boundary", "a boundary over 70 bytes or of other characters")              \
  X(kUnclosedMultipart, "unclosed_multipart", "a multipart without its closing delimiter")        \
  X(kEmptyMultipart, "empty_multipart", "a multipart without any part")                           \
  X(kBadBase64, "bad_base64", "base64 with bytes outside its alphabet or bad padding")            \
  X(kBase64AfterPadding, "base64_after_padding", "base64 goes on after its padding")              \
  X(kBadQuotedPrintable, "bad_quoted_printable", "an = that RFC 2045 section 6.7 does not allow") \
  X(kUnknownCharset, "unknown_charset", "a charset nobody knows; read as windows-1252")           \
  X(kUtf7, "utf7", "text in UTF-7, which browsers refuse to read")                                \
  X(kBadCharset, "bad_charset", "bytes that the declared charset does not have")                  \
  X(kHtmlHiddenText, "html_hidden_text", "HTML text that a reader does not see")                  \
  X(kHtmlScript, "html_script", "HTML with a script")                                             \
  X(kHtmlForm, "html_form", "HTML with a form")                                                   \
  X(kHtmlDataUrl, "html_data_url", "HTML that links to a data: URL")                              \
  X(kHtmlMetaRefresh, "html_meta_refresh", "HTML that sends the reader elsewhere by itself")      \
  X(kHtmlBaseHref, "html_base_href", "HTML with a base element")                                  \
  X(kLinkTextMismatch, "link_text_mismatch", "a link shows one host and leads to another")        \
  X(kUrlUserinfo, "url_userinfo", "a URL with a user name before its host")                       \
  X(kUrlObfuscatedHost, "url_obfuscated_host",                                                    \
    "a URL's host as octal, hex or one number, or with odd escapes")                              \
  X(kInvisibleCharacters, "invisible_characters", "zero-width or direction-changing characters")  \
  X(kLimitMessageBytes, "limit_message_bytes", "the message is longer than is read")              \
  X(kLimitHeaderBytes, "limit_header_bytes", "a header section is longer than is read")           \
  X(kLimitHeaderFields, "limit_header_fields", "more header fields than are kept")                \
  X(kLimitHeaderFieldBytes, "limit_header_field_bytes", "a header field is longer than is read")  \
  X(kLimitHeaderFolds, "limit_header_folds", "a header field has more folds than are read")       \
  X(kLimitAddresses, "limit_addresses", "more addresses in a field than are kept")                \
  X(kLimitParameters, "limit_parameters", "more media type parameters than are kept")             \
  X(kLimitEncodedWords, "limit_encoded_words", "more encoded words in a field than are decoded")  \
  X(kLimitMimeDepth, "limit_mime_depth", "parts nest deeper than is read")                        \
  X(kLimitMimeParts, "limit_mime_parts", "more parts than are read")                              \
  X(kLimitBoundaryBytes, "limit_boundary_bytes", "a boundary is longer than is used")             \
  X(kLimitTextBytes, "limit_text_bytes", "more decoded text than is kept")                        \
  X(kLimitHtmlBytes, "limit_html_bytes", "an HTML part is longer than is rendered")               \
  X(kLimitHtmlTokens, "limit_html_tokens", "an HTML part has more tags than are read")            \
  X(kLimitHtmlDepth, "limit_html_depth", "HTML elements nest deeper than is followed")            \
  X(kLimitHtmlAttributes, "limit_html_attributes", "a tag has more attributes than are read")     \
  X(kLimitUrls, "limit_urls", "more URLs than are kept")                                          \
  X(kLimitUrlBytes, "limit_url_bytes", "a URL is longer than is kept")                            \
  X(kMboxFromLine, "mbox_from_line", "a line of a mailbox file stands before the header fields")

enum class Defect : uint8_t {
#define SLUICE_DEFECT_ENUMERATOR(enumerator, name, meaning) enumerator,
  SLUICE_DEFECTS(SLUICE_DEFECT_ENUMERATOR)
#undef SLUICE_DEFECT_ENUMERATOR
};

inline constexpr std::size_t kDefectCount = 0
#define SLUICE_DEFECT_ONE(enumerator, name, meaning) +1
    SLUICE_DEFECTS(SLUICE_DEFECT_ONE)
#undef SLUICE_DEFECT_ONE
    ;

class DefectSet {
 public:
  void add(Defect defect) { bits_.set(static_cast<std::size_t>(defect)); }

  void add(const DefectSet& other) { bits_ |= other.bits_; }

  [[nodiscard]] bool has(Defect defect) const {
    return bits_.test(static_cast<std::size_t>(defect));
  }

  // Whether any of `others` is in this set.
  [[nodiscard]] bool any_of(const DefectSet& others) const { return (bits_ & others.bits_).any(); }

  [[nodiscard]] bool empty() const { return bits_.none(); }

  [[nodiscard]] std::size_t count() const { return bits_.count(); }

  bool operator==(const DefectSet&) const = default;

 private:
  std::bitset<kDefectCount> bits_;
};

std::string_view defect_name(Defect defect);

std::string_view defect_meaning(Defect defect);

// nullopt for a name that no defect has.
std::optional<Defect> defect_by_name(std::string_view name);

// A bound was reached, so that part of the message was not looked at.
bool cut_short(const DefectSet& defects);

}  // namespace sluice::mime
