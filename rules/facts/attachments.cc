#include "rules/facts/attachments.h"

#include <array>
#include <memory>

namespace sluice::rules {
namespace {

using Method = std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)>;

bool has_parts(const mime::Message& message, std::size_t part) {
  return part + 1 < message.parts.size() && message.parts[part + 1].parent == part;
}

}  // namespace

bool is_attachment(const mime::Message& message, std::size_t part) {
  const mime::Part& at = message.parts[part];
  if (has_parts(message, part) || at.media.type == "multipart") return false;
  return at.media.attachment || !at.media.name.empty() || at.text_kind == mime::TextKind::kNone;
}

void attachment_digests(const FactSource& source, const char* name, FactTexts& out) {
  const Method method(EVP_MD_fetch(nullptr, name, nullptr), EVP_MD_free);
  if (method == nullptr) return;  // the machine's policy forbids it
  for (std::size_t i = 0; i < source.message.parts.size(); ++i) {
    if (!is_attachment(source.message, i)) continue;
    const std::string_view bytes = decode_part(source.message.parts[i], source.mail.arena());
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
    unsigned size = 0;
    if (EVP_DigestInit_ex(source.digests, method.get(), nullptr) == 1 &&
        EVP_DigestUpdate(source.digests, bytes.data(), bytes.size()) == 1 &&
        EVP_DigestFinal_ex(source.digests, digest.data(), &size) == 1) {
      const char* const text = reinterpret_cast<const char*>(digest.data());
      out.push_back(source.mail.arena().copy({text, size}));
    }
  }
}

}  // namespace sluice::rules
