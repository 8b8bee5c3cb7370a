// Claim:  reading ordinary mail takes no memory but the arena's, once that is warm.
// Oracle: operator new, replaced in this program by one that counts.
// Not covered: memory that ICU takes for itself; sanitizer builds, which have their own new.

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>

#include <gtest/gtest.h>

#include "ingest/mime/message.h"

#ifndef SLUICE_SANITIZED

namespace {

std::size_t allocations = 0;

void* counted(std::size_t bytes) {
  ++allocations;
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

void* operator new(std::size_t bytes) {
  return counted(bytes);
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  std::free(memory);
}

namespace sluice::mime {
namespace {

std::string ordinary_mail() {
  std::string raw =
      "From: a@b.test\r\nDate: Tue, 1 Jan 2030 00:00:00 +0000\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\n"
      "Content-Type: multipart/mixed; boundary=out\r\n\r\n"
      "--out\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n"
      "--in\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nsee http://a.example/=3Fx\r\n"
      "--in\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<p>caf\xe9 "
      "<a href=\"http://b.example/\">there</a></p>\r\n--in--\r\n";
  for (int i = 0; i < 20; ++i) {
    raw +=
        "--out\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        "AAEC\r\n";
  }
  return raw + "--out--\r\n";
}

TEST(Allocation, AWarmReadTakesNoneFromTheHeap) {
  const std::string raw = ordinary_mail();
  Arena arena;
  ASSERT_EQ(read_message(raw, arena).parts.size(), 24U);
  arena.reset();

  const std::size_t before = allocations;
  const Message message = read_message(raw, arena);
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_EQ(message.parts.size(), 24U);
}

TEST(Allocation, IsCounted) {
  const std::size_t before = allocations;
  const std::string text(1000, 'x');
  EXPECT_GT(allocations, before) << text.size();
}

}  // namespace
}  // namespace sluice::mime

#endif
