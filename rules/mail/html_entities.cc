#include "rules/mail/html_entities.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>

#include "base/text.h"
#include "rules/mail/utf8_writer.h"

namespace sluice::rules {

namespace {

struct NamedCharacter {
  std::string_view name;
  uint16_t code;
};

// Sorted by name.
// clang-format off
constexpr NamedCharacter kNamed[] = {
    {"AElig", 198},
    {"Aacute", 193},
    {"Acirc", 194},
    {"Agrave", 192},
    {"Alpha", 913},
    {"Aring", 197},
    {"Atilde", 195},
    {"Auml", 196},
    {"Beta", 914},
    {"Ccedil", 199},
    {"Chi", 935},
    {"Dagger", 8225},
    {"Delta", 916},
    {"ETH", 208},
    {"Eacute", 201},
    {"Ecirc", 202},
    {"Egrave", 200},
    {"Epsilon", 917},
    {"Eta", 919},
    {"Euml", 203},
    {"Gamma", 915},
    {"Iacute", 205},
    {"Icirc", 206},
    {"Igrave", 204},
    {"Iota", 921},
    {"Iuml", 207},
    {"Kappa", 922},
    {"Lambda", 923},
    {"Mu", 924},
    {"Ntilde", 209},
    {"Nu", 925},
    {"OElig", 338},
    {"Oacute", 211},
    {"Ocirc", 212},
    {"Ograve", 210},
    {"Omega", 937},
    {"Omicron", 927},
    {"Oslash", 216},
    {"Otilde", 213},
    {"Ouml", 214},
    {"Phi", 934},
    {"Pi", 928},
    {"Prime", 8243},
    {"Psi", 936},
    {"Rho", 929},
    {"Scaron", 352},
    {"Sigma", 931},
    {"THORN", 222},
    {"Tau", 932},
    {"Theta", 920},
    {"Uacute", 218},
    {"Ucirc", 219},
    {"Ugrave", 217},
    {"Upsilon", 933},
    {"Uuml", 220},
    {"Xi", 926},
    {"Yacute", 221},
    {"Yuml", 376},
    {"Zeta", 918},
    {"aacute", 225},
    {"acirc", 226},
    {"acute", 180},
    {"aelig", 230},
    {"agrave", 224},
    {"alefsym", 8501},
    {"alpha", 945},
    {"amp", 38},
    {"and", 8743},
    {"ang", 8736},
    {"apos", 39},
    {"aring", 229},
    {"asymp", 8776},
    {"atilde", 227},
    {"auml", 228},
    {"bdquo", 8222},
    {"beta", 946},
    {"brvbar", 166},
    {"bull", 8226},
    {"cap", 8745},
    {"ccedil", 231},
    {"cedil", 184},
    {"cent", 162},
    {"chi", 967},
    {"circ", 710},
    {"clubs", 9827},
    {"cong", 8773},
    {"copy", 169},
    {"crarr", 8629},
    {"cup", 8746},
    {"curren", 164},
    {"dArr", 8659},
    {"dagger", 8224},
    {"darr", 8595},
    {"deg", 176},
    {"delta", 948},
    {"diams", 9830},
    {"divide", 247},
    {"eacute", 233},
    {"ecirc", 234},
    {"egrave", 232},
    {"empty", 8709},
    {"emsp", 8195},
    {"ensp", 8194},
    {"epsilon", 949},
    {"equiv", 8801},
    {"eta", 951},
    {"eth", 240},
    {"euml", 235},
    {"euro", 8364},
    {"exist", 8707},
    {"fnof", 402},
    {"forall", 8704},
    {"frac12", 189},
    {"frac14", 188},
    {"frac34", 190},
    {"frasl", 8260},
    {"gamma", 947},
    {"ge", 8805},
    {"gt", 62},
    {"hArr", 8660},
    {"harr", 8596},
    {"hearts", 9829},
    {"hellip", 8230},
    {"iacute", 237},
    {"icirc", 238},
    {"iexcl", 161},
    {"igrave", 236},
    {"image", 8465},
    {"infin", 8734},
    {"int", 8747},
    {"iota", 953},
    {"iquest", 191},
    {"isin", 8712},
    {"iuml", 239},
    {"kappa", 954},
    {"lArr", 8656},
    {"lambda", 955},
    {"lang", 9001},
    {"laquo", 171},
    {"larr", 8592},
    {"lceil", 8968},
    {"ldquo", 8220},
    {"le", 8804},
    {"lfloor", 8970},
    {"lowast", 8727},
    {"loz", 9674},
    {"lrm", 8206},
    {"lsaquo", 8249},
    {"lsquo", 8216},
    {"lt", 60},
    {"macr", 175},
    {"mdash", 8212},
    {"micro", 181},
    {"middot", 183},
    {"minus", 8722},
    {"mu", 956},
    {"nabla", 8711},
    {"nbsp", 160},
    {"ndash", 8211},
    {"ne", 8800},
    {"ni", 8715},
    {"not", 172},
    {"notin", 8713},
    {"nsub", 8836},
    {"ntilde", 241},
    {"nu", 957},
    {"oacute", 243},
    {"ocirc", 244},
    {"oelig", 339},
    {"ograve", 242},
    {"oline", 8254},
    {"omega", 969},
    {"omicron", 959},
    {"oplus", 8853},
    {"or", 8744},
    {"ordf", 170},
    {"ordm", 186},
    {"oslash", 248},
    {"otilde", 245},
    {"otimes", 8855},
    {"ouml", 246},
    {"para", 182},
    {"part", 8706},
    {"permil", 8240},
    {"perp", 8869},
    {"phi", 966},
    {"pi", 960},
    {"piv", 982},
    {"plusmn", 177},
    {"pound", 163},
    {"prime", 8242},
    {"prod", 8719},
    {"prop", 8733},
    {"psi", 968},
    {"quot", 34},
    {"rArr", 8658},
    {"radic", 8730},
    {"rang", 9002},
    {"raquo", 187},
    {"rarr", 8594},
    {"rceil", 8969},
    {"rdquo", 8221},
    {"real", 8476},
    {"reg", 174},
    {"rfloor", 8971},
    {"rho", 961},
    {"rlm", 8207},
    {"rsaquo", 8250},
    {"rsquo", 8217},
    {"sbquo", 8218},
    {"scaron", 353},
    {"sdot", 8901},
    {"sect", 167},
    {"shy", 173},
    {"sigma", 963},
    {"sigmaf", 962},
    {"sim", 8764},
    {"spades", 9824},
    {"sub", 8834},
    {"sube", 8838},
    {"sum", 8721},
    {"sup1", 185},
    {"sup2", 178},
    {"sup3", 179},
    {"sup", 8835},
    {"supe", 8839},
    {"szlig", 223},
    {"tau", 964},
    {"there4", 8756},
    {"theta", 952},
    {"thetasym", 977},
    {"thinsp", 8201},
    {"thorn", 254},
    {"tilde", 732},
    {"times", 215},
    {"trade", 8482},
    {"uArr", 8657},
    {"uacute", 250},
    {"uarr", 8593},
    {"ucirc", 251},
    {"ugrave", 249},
    {"uml", 168},
    {"upsih", 978},
    {"upsilon", 965},
    {"uuml", 252},
    {"weierp", 8472},
    {"xi", 958},
    {"yacute", 253},
    {"yen", 165},
    {"yuml", 255},
    {"zeta", 950},
    {"zwj", 8205},
    {"zwnj", 8204},
};
// clang-format on

constexpr std::size_t kNameMax = 8;  // bytes of the longest

// Names up to eight bytes as numbers, in a table of open addressing.
class NameTable {
 public:
  constexpr NameTable() {
    for (const NamedCharacter& named : kNamed) {
      std::size_t slot = slot_of(packed(named.name));
      while (keys_[slot] != 0) slot = (slot + 1) % kSlots;
      keys_[slot] = packed(named.name);
      codes_[slot] = named.code;
    }
  }

  // 0: there is no such name.
  [[nodiscard]] constexpr uint16_t code(std::string_view name) const {
    if (name.empty() || name.size() > kNameMax) return 0;
    const uint64_t key = packed(name);
    for (std::size_t slot = slot_of(key); keys_[slot] != 0; slot = (slot + 1) % kSlots) {
      if (keys_[slot] == key) return codes_[slot];
    }
    return 0;
  }

 private:
  static constexpr std::size_t kSlots = 1024;

  static constexpr uint64_t packed(std::string_view name) {
    uint64_t key = 0;
    for (const char c : name) key = key << 8U | static_cast<uint8_t>(c);
    return key;
  }

  static constexpr std::size_t slot_of(uint64_t key) {
    return (key * 0x9e3779b97f4a7c15ULL) >> 54U;
  }

  std::array<uint64_t, kSlots> keys_{};
  std::array<uint16_t, kSlots> codes_{};
};

constexpr NameTable kNames;

constexpr uint32_t kCodeMax = 0x10ffff;
constexpr uint32_t kReplacement = 0xfffd;

bool is_high_surrogate(uint32_t code) {
  return (code & 0xfffffc00U) == 0xd800;
}

bool is_low_surrogate(uint32_t code) {
  return (code & 0xfffffc00U) == 0xdc00;
}

bool is_no_character(uint32_t code) {
  return (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffeU) == 0xfffe;
}

bool is_name_byte(char c) {
  return is_alnum(c) || c == '_';
}

class ReferenceDecoder {
 public:
  ReferenceDecoder(std::string_view text, bool wide, ReferencePlace place, std::span<char> room)
      : text_(text), place_(place), room_(room), wide_(wide) {}

  void run() {
    while (at_ < text_.size()) {
      const std::size_t found = std::min(text_.find('&', at_), text_.size());
      put(text_.substr(at_, found - at_));
      at_ = found;
      if (at_ < text_.size()) read_reference();
    }
  }

  [[nodiscard]] std::size_t used() const { return used_; }

  [[nodiscard]] bool wide() const { return wide_; }

 private:
  // `at_` is at an ampersand. Its replacement is written, or what was read of it.
  void read_reference() {
    const std::size_t begin = at_++;
    std::optional<uint32_t> code;
    if (next() == '#') {
      ++at_;
      code = numeric(read_number());
    } else {
      code = read_name();
      high_surrogate_ = 0;
    }
    if (!code.has_value()) {
      put(text_.substr(begin, at_ - begin));
      return;
    }
    if (next() == ';') ++at_;
    if (next() != '&') high_surrogate_ = 0;
    wide_ = wide_ || *code > 0xff;
    put_code(*code);
  }

  // 0: no number, or none that there is. As in the original NUL is a hexadecimal digit, of value 0.
  uint32_t read_number() {
    uint32_t base = 10;
    if (ascii_lower(next()) == 'x' && at_ < text_.size()) {
      base = 16;
      ++at_;
    }
    uint32_t number = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      const int digit = base == 16 ? (c == 0 ? 0 : hex_value(c)) : (is_digit(c) ? c - '0' : -1);
      if (digit < 0) break;
      number = number * base + static_cast<uint32_t>(digit);
      if (number > kCodeMax) return 0;
    }
    return number;
  }

  std::optional<uint32_t> numeric(uint32_t number) {
    if (number == 0) return std::nullopt;
    if (!wide_ && number <= 0xff) return number;
    if (number == 0xfffe || number == 0xffff) return std::nullopt;
    if (is_low_surrogate(number)) {
      if (high_surrogate_ == 0 || used_ < 3) return kReplacement;
      used_ -= 3;  // the replacement character that stands for the first half
      const uint32_t high = high_surrogate_ - 0xd800;
      high_surrogate_ = 0;
      return (high << 10U) + (number - 0xdc00) + 0x10000;
    }
    if (is_high_surrogate(number)) {
      high_surrogate_ = number;
      return kReplacement;
    }
    high_surrogate_ = 0;
    return is_no_character(number) ? kReplacement : number;
  }

  std::optional<uint32_t> read_name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name_byte(text_[at_])) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    const uint32_t code = kNames.code(name);
    if (code != 0 && (code <= 0xff || next() == ';')) return code;
    if (place_ == ReferencePlace::kAttribute || name.empty()) return std::nullopt;
    for (std::size_t length = std::min(name.size() - 1, kNameMax); length > 0; --length) {
      const uint32_t front = kNames.code(name.substr(0, length));
      if (front == 0 || front > 0xff) continue;
      at_ = begin + length;
      return front;
    }
    return std::nullopt;
  }

  [[nodiscard]] char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void put(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(room_.data() + used_, text.data(), text.size());
    used_ += text.size();
  }

  void put_code(uint32_t code) {
    Utf8Writer out(room_.subspan(used_));
    out.put(static_cast<char32_t>(code));
    used_ += out.used();
  }

  std::string_view text_;
  ReferencePlace place_;
  std::span<char> room_;
  std::size_t used_ = 0;
  std::size_t at_ = 0;
  uint32_t high_surrogate_ = 0;  // of the reference before
  bool wide_;
};

}  // namespace

HtmlText decode_references(std::string_view text, bool wide, ReferencePlace place, Arena& arena) {
  if (text.find('&') == std::string_view::npos) return {.text = text, .wide = wide};
  const std::span<char> room = arena.take(text.size());
  ReferenceDecoder decoder(text, wide, place, room);
  decoder.run();
  arena.trim(room, decoder.used());
  return {.text = {room.data(), decoder.used()}, .wide = decoder.wide()};
}

}  // namespace sluice::rules
