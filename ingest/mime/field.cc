#include <algorithm>

#include "base/text.h"
#include "ingest/mime/encoded_word.h"
#include "ingest/mime/message.h"

namespace sluice::mime {

std::string_view field_text(const HeaderField& field, Arena& arena) {
  DefectSet known;  // those of the fields that people read are in the message
  return decode_words(trim(field.value), arena, known);
}

const HeaderField* find_field(const HeaderList& list, std::string_view name) {
  const auto found =
      std::find_if(list.fields.begin(), list.fields.end(),
                   [name](const HeaderField& field) { return iequals(field.name, name); });
  return found == list.fields.end() ? nullptr : &*found;
}

}  // namespace sluice::mime
