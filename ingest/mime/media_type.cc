#include "ingest/mime/media_type.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "base/limits.h"
#include "base/text.h"
#include "ingest/mime/charset.h"
#include "ingest/mime/encoded_word.h"
#include "ingest/mime/scan_value.h"

namespace sluice::mime {
namespace {

constexpr std::size_t kBoundaryBytesAllowed = 70;  // RFC 2046 section 5.1.1
constexpr uint16_t kWhole = UINT16_MAX;

// A parameter as written: one piece of it if it is continued (RFC 2231 section 3).
struct Piece {
  std::string_view name = {};   // lower case, without *
  std::string_view value = {};  // unquoted
  uint16_t index = kWhole;      // of name*N
  bool extended = false;        // name*=: percent escapes, and a charset in front
};

using Pieces = std::pmr::vector<Piece>;
using Parameters = std::pmr::vector<MediaParameter>;

struct Reader {
  Arena& arena;
  DefectSet& defects;
};

bool is_token(std::string_view text) {
  constexpr std::string_view kSpecials = "()<>@,;:\\\"/[]?=";
  return !text.empty() && std::all_of(text.begin(), text.end(), [kSpecials](char c) {
    return c > ' ' && c < 0x7f && kSpecials.find(c) == std::string_view::npos;
  });
}

// Splits "name*3*" into its parts. False if what follows the first * is neither.
bool split_name(std::string_view written, Piece& piece) {
  const std::size_t star = std::min(written.find('*'), written.size());
  piece.name = written.substr(0, star);
  std::string_view rest = written.substr(star);
  if (rest.ends_with('*')) {
    piece.extended = true;
    rest.remove_suffix(1);
  }
  if (rest.empty()) return true;

  std::size_t index = 0;
  for (const char c : rest.substr(1)) {
    if (!is_digit(c) || index > limits::kParameterPiecesMax) return false;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  piece.index = static_cast<uint16_t>(index);
  return rest.size() > 1;
}

void add_piece(ValueScanner& in, Pieces& pieces, Reader reader) {
  Piece piece;
  const bool good = split_name(lower_case(in.token("=;(\""), reader.arena), piece);
  in.skip_blanks();
  if (!good || piece.name.empty() || !in.accept('=')) {
    reader.defects.add(Defect::kBadContentType);
    return;
  }
  in.skip_blanks();
  piece.value = in.peek() == '"' ? in.quoted(reader.arena) : in.token(";\"");
  if (piece.index != kWhole && piece.index >= limits::kParameterPiecesMax) {
    reader.defects.add(Defect::kLimitParameters);
    return;
  }
  pieces.push_back(piece);
}

Pieces read_pieces(ValueScanner& in, Reader reader) {
  Pieces pieces(&reader.arena);
  while (true) {
    if (!in.skip_to(';')) reader.defects.add(Defect::kBadContentType);
    if (!in.accept(';')) break;
    if (pieces.size() == limits::kMediaParametersMax) {
      reader.defects.add(Defect::kLimitParameters);
      break;
    }
    in.skip_blanks();
    if (!in.done() && in.peek() != ';') add_piece(in, pieces, reader);
  }
  if (in.unclosed()) reader.defects.add(Defect::kBadContentType);
  return pieces;
}

// Undoes %XX into `out`; how many bytes that were.
std::size_t unescape_percent(std::string_view text, char* out) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                        hex_value(text[i + 2]) >= 0;
    out[used++] =
        escape ? static_cast<char>(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return used;
}

// Takes charset'language' from the front of `value`.
std::string_view take_charset(std::string_view& value) {
  const std::size_t first = value.find('\'');
  const std::size_t second = first == std::string_view::npos ? first : value.find('\'', first + 1);
  if (second == std::string_view::npos) return {};
  const std::string_view charset = value.substr(0, first);
  value.remove_prefix(second + 1);
  return charset;
}

// The pieces of one parameter, first to last, as one text.
std::string_view join(std::span<Piece> pieces, Reader reader) {
  if (pieces.size() == 1 && !pieces.front().extended) return pieces.front().value;

  const std::string_view charset =
      pieces.front().extended ? take_charset(pieces.front().value) : std::string_view();
  std::size_t bytes = 0;
  for (const Piece& piece : pieces) bytes += piece.value.size();
  const std::span<char> out = reader.arena.take(bytes);
  std::size_t used = 0;
  for (const Piece& piece : pieces) {
    if (piece.extended) {
      used += unescape_percent(piece.value, out.data() + used);
    } else {
      used += piece.value.copy(out.data() + used, piece.value.size());
    }
  }
  reader.arena.trim(out, used);
  return to_utf8({out.data(), used}, charset, reader.arena, reader.defects);
}

// The pieces called `name` that make its value: name*= before name*0 and so on before name=.
std::string_view value_of(std::string_view name, const Pieces& pieces, Reader reader) {
  std::array<const Piece*, limits::kParameterPiecesMax> numbered{};
  const Piece* plain = nullptr;
  const Piece* extended = nullptr;
  for (const Piece& piece : pieces) {
    if (piece.name != name) continue;
    const Piece*& place = piece.index != kWhole ? numbered[piece.index]
                          : piece.extended      ? extended
                                                : plain;
    if (place != nullptr) reader.defects.add(Defect::kRepeatedParameter);
    if (place == nullptr) place = &piece;
  }
  std::array<Piece, limits::kParameterPiecesMax> chosen;
  std::size_t count = 0;
  if (extended != nullptr) {
    chosen[count++] = *extended;
  } else if (numbered[0] != nullptr) {
    for (; count < numbered.size() && numbered[count] != nullptr; ++count) {
      chosen[count] = *numbered[count];
    }
  } else if (plain != nullptr) {
    chosen[count++] = *plain;
  }
  return count == 0 ? std::string_view() : join(std::span(chosen).first(count), reader);
}

std::string_view find_parameter(std::span<const MediaParameter> parameters, std::string_view name) {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(),
                   [name](const MediaParameter& parameter) { return parameter.name == name; });
  return found == parameters.end() ? std::string_view() : found->value;
}

std::span<const MediaParameter> read_parameters(ValueScanner& in, Reader reader) {
  const Pieces pieces = read_pieces(in, reader);
  if (pieces.empty()) return {};

  MediaParameter* const parameters =
      std::pmr::polymorphic_allocator<MediaParameter>(&reader.arena).allocate(pieces.size());
  std::size_t count = 0;
  for (const Piece& piece : pieces) {
    const std::span<const MediaParameter> known(parameters, count);
    if (find_parameter(known, piece.name).data() != nullptr) continue;
    std::string_view value = value_of(piece.name, pieces, reader);
    if (value.data() == nullptr) value = "";
    new (parameters + count++) MediaParameter{.name = piece.name, .value = value};
  }
  return {parameters, count};
}

// A file name as people read it.
std::string_view readable(std::string_view name, Reader reader) {
  return decode_words(name, reader.arena, reader.defects);
}

void check_boundary(std::string_view boundary, DefectSet& defects) {
  constexpr std::string_view kAllowed = "'()+_,-./:=? ";
  const bool good = boundary.size() <= kBoundaryBytesAllowed && !boundary.ends_with(' ') &&
                    std::all_of(boundary.begin(), boundary.end(), [kAllowed](char c) {
                      return is_alnum(c) || kAllowed.find(c) != std::string_view::npos;
                    });
  if (!good) defects.add(Defect::kBadBoundary);
  if (boundary.size() > limits::kBoundaryBytesMax) defects.add(Defect::kLimitBoundaryBytes);
}

void read_content_type(std::string_view value, MediaType& media, Reader reader) {
  ValueScanner in(value);
  in.skip_blanks();
  const std::string_view type = in.token("/;(");
  in.skip_blanks();
  const bool slash = in.accept('/');
  in.skip_blanks();
  const std::string_view subtype = slash ? in.token(";(") : std::string_view();
  if (is_token(type) && is_token(subtype)) {
    media.type = lower_case(type, reader.arena);
    media.subtype = lower_case(subtype, reader.arena);
  } else {
    media.type = "text";
    media.subtype = "plain";
    reader.defects.add(Defect::kBadContentType);
  }
  media.parameters = read_parameters(in, reader);
  media.charset = find_parameter(media.parameters, "charset");
  media.boundary = find_parameter(media.parameters, "boundary");
  if (!media.boundary.empty()) check_boundary(media.boundary, reader.defects);
}

void read_disposition(std::string_view value, MediaType& media, Reader reader) {
  ValueScanner in(value);
  in.skip_blanks();
  media.attachment = iequals(in.token(";("), "attachment");
  media.name = find_parameter(read_parameters(in, reader), "filename");
}

// The first field of `name`; `repeated` if there is another.
const HeaderField* only_field(const HeaderList& header, std::string_view name, Defect repeated,
                              DefectSet& defects) {
  const HeaderField* first = nullptr;
  for (const HeaderField& field : header.fields) {
    if (!iequals(field.name, name)) continue;
    if (first != nullptr) {
      defects.add(repeated);
      return first;
    }
    first = &field;
  }
  return first;
}

}  // namespace

MediaType read_media_type(const HeaderList& header, bool in_digest, Arena& arena,
                          DefectSet& defects) {
  const Reader reader{.arena = arena, .defects = defects};
  MediaType media;
  if (in_digest) {
    media.type = "message";
    media.subtype = "rfc822";
  }
  const HeaderField* const type =
      only_field(header, "Content-Type", Defect::kRepeatedContentType, defects);
  if (type != nullptr) read_content_type(type->value, media, reader);
  const HeaderField* const disposition = find_field(header, "Content-Disposition");
  if (disposition != nullptr) read_disposition(disposition->value, media, reader);
  if (media.name.empty()) media.name = find_parameter(media.parameters, "name");
  media.name = readable(media.name, reader);
  return media;
}

TransferEncoding read_transfer_encoding(const HeaderList& header, DefectSet& defects) {
  const HeaderField* const field =
      only_field(header, "Content-Transfer-Encoding", Defect::kBadTransferEncoding, defects);
  if (field == nullptr) return TransferEncoding::kNone;

  ValueScanner in(field->value);
  in.skip_blanks();
  const std::string_view name = in.token(";(");
  for (const std::string_view identity : {"7bit", "8bit", "binary"}) {
    if (iequals(name, identity)) return TransferEncoding::kNone;
  }
  if (iequals(name, "base64")) return TransferEncoding::kBase64;
  if (iequals(name, "quoted-printable")) return TransferEncoding::kQuotedPrintable;
  defects.add(Defect::kBadTransferEncoding);
  return TransferEncoding::kUnknown;
}

}  // namespace sluice::mime
