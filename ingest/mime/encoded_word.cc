#include "ingest/mime/encoded_word.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory_resource>
#include <span>
#include <vector>

#include "base/limits.h"
#include "base/text.h"
#include "ingest/mime/byte_scan.h"
#include "ingest/mime/charset.h"
#include "ingest/mime/transfer_encoding.h"

namespace sluice::mime {
namespace {

constexpr auto kNowhere = std::string_view::npos;
constexpr std::size_t kWordBytesMax = 75;  // RFC 2047 section 2

constexpr ByteSet kLineEnds("\r\n");

struct EncodedWord {
  std::string_view charset = {};
  char encoding = 0;           // 'b' or 'q'
  std::string_view text = {};  // still encoded
  std::size_t length = 0;      // from =? to ?=, both included; 0 if this is no encoded word
};

bool all_blank(std::string_view text) {
  return trim(text).empty();
}

std::string_view without_language(std::string_view charset) {
  return charset.substr(0, charset.find('*'));
}

// `text` with _ and =XX undone, always in the arena (RFC 2047 section 4.2).
std::string_view decode_q(std::string_view text, Arena& arena, DefectSet& defects) {
  const std::span<char> out = arena.take(text.size());
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i] == '_' ? ' ' : text[i];
    if (c == '=') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        defects.add(Defect::kBadEncodedWord);
      } else {
        c = static_cast<char>(high << 4 | low);
        i += 2;
      }
    }
    out[used++] = c;
  }
  arena.trim(out, used);
  return {out.data(), used};
}

std::string_view decode_b(std::string_view text, Arena& arena, DefectSet& defects) {
  DefectSet found;
  const std::string_view decoded = decode_base64(text, arena, found);
  if (!found.empty()) defects.add(Defect::kBadEncodedWord);
  return decoded;
}

class WordDecoder {
 public:
  WordDecoder(std::string_view text, Arena& arena, DefectSet& defects)
      : text_(text), arena_(arena), defects_(defects), pieces_(&arena) {}

  std::string_view decode() {
    std::size_t plain = 0;  // where the text that is not encoded begins
    std::size_t at = text_.find("=?");
    while (at != kNowhere) {
      const EncodedWord word = word_at(at);
      if (word.length == 0) {
        at = text_.find("=?", at + 1);
        continue;
      }
      if (++words_ > limits::kEncodedWordsMax) {
        defects_.add(Defect::kLimitEncodedWords);
        break;
      }
      const std::string_view gap = text_.substr(plain, at - plain);
      if (words_ == 1 || !all_blank(gap)) add_plain(gap);
      add_word(word);
      plain = at + word.length;
      at = text_.find("=?", plain);
    }
    add_plain(text_.substr(plain));
    return joined();
  }

 private:
  EncodedWord word_at(std::size_t begin) {
    const std::size_t charset_end = next_question(begin + 2);
    if (charset_end == kNowhere || charset_end + 2 >= text_.size()) return {};
    const char encoding = ascii_lower(text_[charset_end + 1]);
    const std::string_view charset = text_.substr(begin + 2, charset_end - begin - 2);
    if (charset.empty() || charset.find_first_of(" \t\r\n=") != kNowhere) return {};

    const std::size_t end = next_close(charset_end + 3);
    if (text_[charset_end + 2] != '?' || (encoding != 'b' && encoding != 'q') || end == kNowhere) {
      defects_.add(Defect::kBadEncodedWord);
      return {};
    }
    return {.charset = without_language(charset),
            .encoding = encoding,
            .text = text_.substr(charset_end + 3, end - charset_end - 3),
            .length = end + 2 - begin};
  }

  // The next ? and the next ?= from `from` on. Both only move forward, so that a flood of words
  // without an end costs no more than one pass.
  std::size_t next_question(std::size_t from) {
    if (question_ != kNowhere && question_ < from) question_ = text_.find('?', from);
    return question_;
  }

  std::size_t next_close(std::size_t from) {
    if (close_ != kNowhere && close_ < from) close_ = text_.find("?=", from);
    return close_;
  }

  void add_word(const EncodedWord& word) {
    if (word.length > kWordBytesMax || word.text.find_first_of(" \t\r\n?") != kNowhere) {
      defects_.add(Defect::kBadEncodedWord);
    }
    if (!run_.empty() && (word.encoding != encoding_ || !iequals(word.charset, charset_))) {
      end_run();
    }
    charset_ = word.charset;
    encoding_ = word.encoding;
    extend_run(word.encoding == 'b' ? decode_b(word.text, arena_, defects_)
                                    : decode_q(word.text, arena_, defects_));
  }

  // What is decoded one after the other lies so in the arena, unless a block of it was full.
  void extend_run(std::string_view decoded) {
    if (run_.empty()) {
      run_ = decoded;
    } else if (run_.data() + run_.size() == decoded.data()) {
      run_ = {run_.data(), run_.size() + decoded.size()};
    } else {
      const std::span<char> both = arena_.take(run_.size() + decoded.size());
      std::memcpy(both.data(), run_.data(), run_.size());
      std::memcpy(both.data() + run_.size(), decoded.data(), decoded.size());
      run_ = {both.data(), both.size()};
    }
  }

  void end_run() {
    if (!run_.empty()) pieces_.push_back(to_utf8(run_, charset_, arena_, defects_));
    run_ = {};
  }

  // Text that is not encoded, without the line endings of its folds.
  void add_plain(std::string_view text) {
    if (text.empty()) return;
    end_run();
    DefectSet ignored;  // eight-bit headers have a defect of their own
    while (!text.empty()) {
      const std::size_t end = std::min(find_any(text, kLineEnds), text.size());
      if (end > 0) pieces_.push_back(to_utf8(text.substr(0, end), {}, arena_, ignored));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  std::string_view joined() {
    end_run();
    if (pieces_.empty()) return {};
    if (pieces_.size() == 1) return pieces_.front();

    std::size_t bytes = 0;
    for (const std::string_view piece : pieces_) bytes += piece.size();
    const std::span<char> out = arena_.take(bytes);
    char* to = out.data();
    for (const std::string_view piece : pieces_) {
      std::memcpy(to, piece.data(), piece.size());
      to += piece.size();
    }
    return {out.data(), out.size()};
  }

  std::string_view text_;
  Arena& arena_;
  DefectSet& defects_;
  std::pmr::vector<std::string_view> pieces_;  // of the result, in UTF-8
  std::string_view run_ = {};                  // bytes of adjacent words, not yet UTF-8
  std::string_view charset_ = {};              // of the run
  char encoding_ = 0;                          // of the run
  std::size_t words_ = 0;
  std::size_t question_ = 0;
  std::size_t close_ = 0;
};

}  // namespace

std::string_view decode_words(std::string_view text, Arena& arena, DefectSet& defects) {
  const bool plain = text.find("=?") == kNowhere && find_any(text, kLineEnds) == kNowhere;
  if (plain && valid_utf8(text)) return text;
  return WordDecoder(text, arena, defects).decode();
}

}  // namespace sluice::mime
