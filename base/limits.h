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
inline constexpr std::size_t kMessageBytesMax = 50U << 20U;     // accepted; Rspamd's max_message
inline constexpr std::size_t kHeaderBytesMax = 1U << 20U;       // all fields of one header section
inline constexpr std::size_t kHeaderFieldsMax = 2'000;          // of one header section
inline constexpr std::size_t kHeaderFieldBytesMax = 128U << 10U;  // Postfix stops at 100 KiB
inline constexpr std::size_t kHeaderFoldsMax = 1'000;           // of one field
inline constexpr std::size_t kAddressesMax = 2'000;             // of one field
inline constexpr std::size_t kMediaParametersMax = 128;         // of one Content-Type
inline constexpr std::size_t kParameterPiecesMax = 64;          // RFC 2231 continuations of one
inline constexpr std::size_t kEncodedWordsMax = 1'000;          // of one field
inline constexpr std::size_t kMimeDepthMax = 64;                // Rspamd and MIME::tools as well
inline constexpr std::size_t kMimePartsMax = 1'000;             // SpamAssassin as well
inline constexpr std::size_t kBoundaryBytesMax = 256;           // RFC 2046 says 70
inline constexpr std::size_t kDecodedTextBytesMax = 16U << 20U;  // all text parts together
inline constexpr std::size_t kHtmlBytesMax = 10U << 20U;        // of one part
inline constexpr std::size_t kHtmlTokensMax = 200'000;          // of one part
inline constexpr std::size_t kHtmlDepthMax = 512;               // Blink and Gecko cap here
inline constexpr std::size_t kHtmlAttributesMax = 128;          // of one tag
inline constexpr std::size_t kUrlsMax = 2'000;                  // kept; more are only counted
inline constexpr std::size_t kUrlBytesMax = 8U << 10U;          // of one

// Records. The envelope is copied to be aligned, the message is not.
inline constexpr std::size_t kEnvelopeBytesMax = 4U << 20U;   // 2,000 recipients of 1 KiB and room
inline constexpr std::size_t kSenderKeyBytesMax = 255;
inline constexpr std::size_t kTenantPathMax = 4;              // levels, root first
inline constexpr std::size_t kRecipientsMax = 10'000;         // of one envelope
inline constexpr std::size_t kAttributesMax = 32;             // of one envelope
inline constexpr std::size_t kAttributeBytesMax = 4U << 10U;  // all of one envelope
inline constexpr std::size_t kRuleHitsMax = 1'000;            // of one message

// The engine.
inline constexpr std::size_t kRecentIdsMax = 1U << 16U;  // repeats recognised, a partition
inline constexpr std::size_t kSweepKeys = 256;           // senders looked at for expiry, a tick

static_assert(kHeaderFieldsMax * 2 < kMessageBytesMax, "a field takes at least two bytes");
static_assert(kHeaderFieldBytesMax <= kHeaderBytesMax);
static_assert(kHtmlBytesMax <= kDecodedTextBytesMax);

}  // namespace sluice::limits
