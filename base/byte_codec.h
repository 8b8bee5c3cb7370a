// Fixed-width little-endian numbers and short strings, for state that is compared byte by byte.
//
//   ByteWriter out;  out.u16(1).i64(-5).text("ab");      12 bytes + a u32 length
//   ByteReader in(bytes);  in.u16();  in.i64();  in.text();   in.complete() == true
//
// Failure:  a reader that runs past its end yields zeros and complete() turns false for good.
// Borrows:  ByteReader::text() points into what is read.
// Tests:    tests/base/byte_codec_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

class ByteWriter {
 public:
  ByteWriter& u8(uint8_t value) { return number(value); }

  ByteWriter& u16(uint16_t value) { return number(value); }

  ByteWriter& u32(uint32_t value) { return number(value); }

  ByteWriter& u64(uint64_t value) { return number(value); }

  ByteWriter& i32(int32_t value) { return number(static_cast<uint32_t>(value)); }

  ByteWriter& i64(int64_t value) { return number(static_cast<uint64_t>(value)); }

  ByteWriter& text(std::string_view value) {
    u32(static_cast<uint32_t>(value.size()));
    bytes_ += value;
    return *this;
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  template <class U>
  ByteWriter& number(U value) {
    std::array<char, sizeof(U)> bytes{};
    for (std::size_t i = 0; i < sizeof(U); ++i) {
      bytes[i] = static_cast<char>(static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * i)));
    }
    bytes_.append(bytes.data(), bytes.size());
    return *this;
  }

  std::string bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  uint8_t u8() { return static_cast<uint8_t>(number(1)); }

  uint16_t u16() { return static_cast<uint16_t>(number(2)); }

  uint32_t u32() { return static_cast<uint32_t>(number(4)); }

  uint64_t u64() { return number(8); }

  int32_t i32() { return static_cast<int32_t>(u32()); }

  int64_t i64() { return static_cast<int64_t>(u64()); }

  std::string_view text() { return take(u32()); }

  // Everything was there, and nothing is left.
  [[nodiscard]] bool complete() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }

  uint64_t number(std::size_t size) {
    const std::string_view bytes = take(size);
    uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
    }
    return value;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace sluice
