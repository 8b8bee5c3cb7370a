// Every bound the engine keeps, in one place, with the reason for each number.
//
// A loop, queue or buffer that grows with its input is bounded by a name from this file.
// Relations between bounds are asserted below, so a change that breaks one does not compile.

#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::limits {

// Reading a message. Exceeding one of these cuts the view of the message short and sets a defect
// that rules can match; it never stops the reading.
inline constexpr std::size_t kMessageBytesMax = 50U << 20U;  // accepted; Rspamd's max_message
inline constexpr std::size_t kHeaderBytesMax = 1U << 20U;    // all fields of one header section
inline constexpr std::size_t kHeaderFieldsMax = 2'000;       // of one header section
inline constexpr std::size_t kHeaderFieldBytesMax = 128U << 10U;  // Postfix stops at 100 KiB
inline constexpr std::size_t kHeaderFoldsMax = 1'000;             // of one field
inline constexpr std::size_t kAddressesMax = 2'000;               // of one field
inline constexpr std::size_t kAddressTextBytesMax = 96U << 10U;   // of all fields of one name
inline constexpr std::size_t kMediaParametersMax = 64;            // of one Content-Type
inline constexpr std::size_t kParameterPiecesMax = 64;            // RFC 2231 continuations of one
inline constexpr std::size_t kEncodedWordsMax = 1'000;            // of one field
inline constexpr std::size_t kMimeDepthMax = 64;                  // Rspamd and MIME::tools as well
inline constexpr std::size_t kMimePartsMax = 1'000;               // SpamAssassin as well
inline constexpr std::size_t kMailPartsMax =
    10'000;  // as SpamAssassin reads them: 1,000 of one multipart
inline constexpr std::size_t kBoundaryBytesMax = 256;            // RFC 2046 says 70
inline constexpr std::size_t kDecodedTextBytesMax = 16U << 20U;  // all text parts together
inline constexpr std::size_t kHtmlBytesMax = 10U << 20U;         // of one part
inline constexpr std::size_t kHtmlTokensMax = 200'000;           // of one part
inline constexpr std::size_t kHtmlDepthMax = 512;                // Blink and Gecko cap here
inline constexpr std::size_t kHtmlAttributesMax = 128;           // of one tag
inline constexpr std::size_t kUrlsMax = 2'000;                   // kept
inline constexpr std::size_t kUrlsReadMax = 2'000;               // made canonical, repeats too
inline constexpr std::size_t kUrlBytesReadMax = 512U << 10U;     // of these; more are only counted
inline constexpr std::size_t kUrlBytesMax = 8U << 10U;           // of one

// Links as SpamAssassin reads them, which bounds but the length of one. Of 12,000 messages none had
// more than 1,200 links, nor 72 KiB of them. Where there are more, rules on links are unconfirmed.
inline constexpr std::size_t kMailUrisMax = 2'000;              // kept
inline constexpr std::size_t kMailUriBytesMax = 160U << 10U;    // of all their cleaned forms
inline constexpr std::size_t kLinkBaseBytesMax = 512U << 10U;   // of bases before relative links
inline constexpr std::size_t kMailUriCleanBytesMax = 8'192;     // of one form: MAX_URI_LENGTH
inline constexpr std::size_t kUriRedirectsMax = 64;             // links inside one link
inline constexpr std::size_t kUriRedirectBytesMax = 4U << 20U;  // of these in all

// Records. The envelope is copied to be aligned, the message is not.
inline constexpr std::size_t kEnvelopeBytesMax = 4U << 20U;  // 2,000 recipients of 1 KiB and room
inline constexpr std::size_t kSenderKeyBytesMax = 255;
inline constexpr std::size_t kTenantPathMax = 4;              // levels, root first
inline constexpr std::size_t kRecipientsMax = 10'000;         // of one envelope
inline constexpr std::size_t kAttributesMax = 32;             // of one envelope
inline constexpr std::size_t kAttributeBytesMax = 4U << 10U;  // all of one envelope
inline constexpr std::size_t kRuleHitsMax = 1'000;            // of one message

// The engine.
inline constexpr std::size_t kRecentIdsMax = 1U << 16U;  // repeats recognised, a partition
inline constexpr std::size_t kSweepKeys = 256;           // senders looked at for expiry, a tick

// Rules. Exceeding one of the first group refuses the rule file; of the second, cuts a scan short,
// which the scan reports.
inline constexpr std::size_t kRuleFilesMax = 1'000;           // of one rule set
inline constexpr std::size_t kRuleFileBytesMax = 16U << 20U;  // of one; stock sets need under 2 MiB
inline constexpr std::size_t kRulesMax = 50'000;              // of one rule set
inline constexpr std::size_t kRuleNameBytesMax = 128;
inline constexpr std::size_t kRulePatternBytesMax = 256U << 10U;  // expanded look-alikes: 224 KiB
inline constexpr std::size_t kRuleTestsMax = 64;                  // of one rule
inline constexpr std::size_t kConditionsMax = 64;                 // open at once: if, ifplugin
inline constexpr std::size_t kMetaStepsMax = 4'096;               // of one meta
inline constexpr std::size_t kMetaStackMax = 64;                  // values at once in one meta
inline constexpr std::size_t kRuleGroupsMax = 1'000;              // each looked at per message
inline constexpr std::size_t kRegexNodesMax = 1U << 20U;          // of one pattern; stock: 60,000
inline constexpr std::size_t kRegexDepthMax = 250;                // as PCRE2
inline constexpr std::size_t kLiteralsOfPatternMax = 256;         // looked for first
inline constexpr std::size_t kDiagnosticsMax = 1'000;             // of one compilation
inline constexpr std::size_t kMapsMax = 256;                      // of one rule set
inline constexpr std::size_t kMapFileBytesMax = 1U << 30U;  // of one; a table's offsets: 4 GiB
inline constexpr std::size_t kMapEntriesMax = 50'000'000;   // of one; 1 GiB of table
inline constexpr std::size_t kMapLineBytesMax = 4U << 10U;  // comment and all
inline constexpr std::size_t kMapFaultsMax = 10;            // told of one file
inline constexpr std::size_t kCachedDatabaseBytesMax = 256U << 20U;  // of one cached database
inline constexpr std::size_t kCacheBytesMax = 512U << 20U;           // of all: a hundred large sets
inline constexpr std::size_t kCachedChoicesBytesMax = 64U << 20U;    // of 100,000 large patterns

inline constexpr std::size_t kRuleChunkBytes = 2U << 10U;   // rawbody units end after this much
inline constexpr uint32_t kPcre2QuickLimit = 5'000;         // of machine code, which counts less
inline constexpr std::size_t kPcre2QuickBytes = 8U << 10U;  // of text, beyond which steps are paid
inline constexpr uint32_t kPcre2MatchLimit = 100'000;       // as ClamAV
inline constexpr uint32_t kPcre2DepthLimit = 2'000;         // as ClamAV
inline constexpr uint32_t kPcre2HeapKib = 1'024;            // PCRE2's own default is 20 GB
inline constexpr std::size_t kLiteralFindsMax = 65'536;     // kept until a text is read: 1 MiB
inline constexpr std::size_t kMatchStartsMax = 65'536;      // of a view of a message: 1.3 MiB
inline constexpr std::size_t kScanBatch = 32;               // messages that are scanned together
inline constexpr std::size_t kScanBatchBytes = 1U << 20U;   // of them; a larger one comes alone
inline constexpr int64_t kRuleWorkBase =
    500'000;  // steps: about 8 ms; of 12,000 messages none needed 170,000
inline constexpr int64_t kRuleWorkPerByte = 1;                       // steps: about 15 ms a MiB
inline constexpr std::size_t kRememberedUnitBytesMax = 16U << 10U;   // longer ones seldom recur
inline constexpr std::size_t kRememberedPartBytesMin = 256;          // less is read as quickly
inline constexpr std::size_t kRememberedPartBytesMax = 128U << 10U;  // of text, as it came
inline constexpr int64_t kRememberedUnitWorkMax = 50'000;            // a tenth of a share
inline constexpr std::size_t kRecalledUnitsMax =
    512;  // of a view of a message: each is scanned apart

static_assert(kHeaderFieldsMax * 2 < kMessageBytesMax, "a field takes at least two bytes");
static_assert(kHeaderFieldBytesMax <= kHeaderBytesMax);
static_assert(kHtmlBytesMax <= kDecodedTextBytesMax);
static_assert(kUrlsMax <= kUrlsReadMax);
static_assert(kUrlBytesMax <= kUrlBytesReadMax);

}  // namespace sluice::limits
