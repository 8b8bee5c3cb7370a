#include "rules/evals/image_info.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "rules/evals/arguments.h"
#include "rules/evals/eval_pattern.h"
#include "rules/evals/families.h"
#include "rules/evals/part_search.h"
#include "rules/mail/transfer_text.h"

namespace sluice::rules {

namespace {

std::optional<PictureFormat> format_of(std::string_view type) {
  if (type == "image/gif") return PictureFormat::kGif;
  if (type == "image/png") return PictureFormat::kPng;
  if (type == "image/jpeg" || type == "image/jpg") return PictureFormat::kJpeg;
  return std::nullopt;
}

// The first lines of base64 that says more than `bytes`, if they stand for themselves: whole groups
// of four, and nothing else. Empty if they do not, or if there is no more.
std::string_view front_lines(std::string_view raw, std::size_t bytes) {
  if (raw.size() <= bytes) return {};
  const std::string_view front = raw.substr(0, raw.rfind('\n', bytes) + 1);
  std::size_t digits = 0;
  for (const char c : front) {
    if (is_space(c)) continue;
    if (!is_alnum(c) && c != '+' && c != '/') return {};
    ++digits;
  }
  return digits % 4 == 0 ? front : std::string_view{};
}

// Most pictures say their size in their first bytes; they are decoded in full only where they do
// not.
PictureSize size_of(PictureFormat format, Mail& mail, std::size_t i) {
  for (const std::size_t bytes : {256U, 16U << 10U}) {
    const std::string_view front = front_lines(mail.tree()[i].raw, bytes);
    if (front.empty()) continue;
    const PictureSize size = picture_size(format, transfer_base64(front, mail.arena()));
    if (size.known()) return size;
  }
  return picture_size(format, mail.decoded(i));
}

void read_part(Mail& mail, std::size_t i, ImageInfoState& state) {
  const MailPart& part = mail.tree()[i];
  const auto format = part.leaf ? format_of(part.type) : std::nullopt;
  if (!format) return;
  if (!is_base64_encoding(last_field_of(part, "content-transfer-encoding").value_or(""))) return;
  ImageInfoState::Total& total = state.totals[static_cast<std::size_t>(*format)];
  ++total.count;
  if (state.picture_count == ImageInfoState::kPicturesMax) return;
  const PictureSize size = size_of(*format, mail, i);
  if (!size.known()) return;
  total.pixels += size.pixels();
  state.pictures[state.picture_count++] = {.size = size, .name = part.name};
}

const ImageInfoState& images(EvalContext& context) {
  ImageInfoState& state = context.state.image_info;
  if (state.read) return state;
  state.read = true;
  for (std::size_t i = 0; i < context.mail.tree().size(); ++i) read_part(context.mail, i, state);
  return state;
}

std::span<const ImageInfoState::Picture> pictures(EvalContext& context) {
  const ImageInfoState& state = images(context);
  return std::span(state.pictures).first(state.picture_count);
}

// ---- "gif", "png", "jpeg" or "all"

// Which formats an argument asks for; nullopt: all.
struct FormatArgument {
  bool known = true;
  std::optional<PictureFormat> only = std::nullopt;

  [[nodiscard]] bool has(PictureFormat format) const { return known && (!only || *only == format); }
};

FormatArgument format_argument(std::string_view text) {
  if (text == "all") return {};
  if (text == "gif") return {.only = PictureFormat::kGif};
  if (text == "png") return {.only = PictureFormat::kPng};
  if (text == "jpeg") return {.only = PictureFormat::kJpeg};
  return {.known = false};
}

struct FormatNumbers final : EvalPrepared {
  FormatArgument format = {};
  std::unique_ptr<const EvalPrepared> numbers = {};
};

std::unique_ptr<const EvalPrepared> prepare_format(std::span<const std::string> arguments,
                                                   std::string& fault) {
  auto out = std::make_unique<FormatNumbers>();
  out->format = format_argument(arguments[0]);
  out->numbers = prepare_numbers(arguments, fault);
  if (out->format.known) return out;
  fault = "write one of all gif png jpeg";
  return nullptr;
}

FormatArgument format_of(const EvalContext& context) {
  return static_cast<const FormatNumbers&>(*context.prepared).format;
}

const NumberArguments& numbers_of(const EvalContext& context) {
  const auto& prepared = static_cast<const FormatNumbers&>(*context.prepared);
  return static_cast<const NumberArguments&>(*prepared.numbers);
}

ImageInfoState::Total total(EvalContext& context) {
  ImageInfoState::Total out;
  const ImageInfoState& state = images(context);
  for (std::size_t i = 0; i < kPictureFormats; ++i) {
    if (!format_of(context).has(static_cast<PictureFormat>(i))) continue;
    out.count += state.totals[i].count;
    out.pixels += state.totals[i].pixels;
  }
  return out;
}

int in_range(const NumberArguments& given, double value) {
  return value >= given.at(1) && (!given.has(2) || value <= given.at(2)) ? 1 : 0;
}

int image_count(EvalContext& context) {
  return in_range(numbers_of(context), total(context).count);
}

int pixel_coverage(EvalContext& context) {
  return in_range(numbers_of(context), total(context).pixels);
}

int image_to_text_ratio(EvalContext& context) {
  const double pixels = total(context).pixels;
  if (pixels == 0) return 0;
  const TextUnits& units = texts_of_caller(context);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < units.units.size(); ++i) bytes += units.text(i).size();
  if (bytes == 0) return 0;
  const double ratio = static_cast<double>(bytes) / pixels;
  return ratio >= numbers_of(context).at(1) && ratio < numbers_of(context).at(2) ? 1 : 0;
}

int image_size_exact(EvalContext& context) {
  const NumberArguments& given = numbers_of(context);
  for (const ImageInfoState::Picture& picture : pictures(context)) {
    if (format_of(context).has(picture.size.format) && picture.size.height == given.at(1) &&
        picture.size.width == given.at(2)) {
      return 1;
    }
  }
  return 0;
}

int image_size_range(EvalContext& context) {
  const NumberArguments& given = numbers_of(context);
  const auto fits = [&](const ImageInfoState::Picture& picture) {
    const PictureSize& size = picture.size;
    return format_of(context).has(size.format) && size.height >= given.at(1) &&
           size.width >= given.at(2) && (!given.has(3) || size.height <= given.at(3)) &&
           (!given.has(4) || size.width <= given.at(4));
  };
  const auto all = pictures(context);
  return std::any_of(all.begin(), all.end(), fits) ? 1 : 0;
}

// ---- names

// "0" is no name.
bool is_named(const ImageInfoState::Picture& picture) {
  return !picture.name.empty() && picture.name != "0";
}

int image_named(EvalContext& context) {
  for (const ImageInfoState::Picture& picture : pictures(context)) {
    if (is_named(picture) && picture.name == context.arguments[0]) return 1;
  }
  return 0;
}

struct PatternArgument final : EvalPrepared {
  std::unique_ptr<const EvalPattern> pattern = {};
};

std::unique_ptr<const EvalPrepared> prepare_pattern(std::span<const std::string> arguments,
                                                    std::string& fault) {
  auto out = std::make_unique<PatternArgument>();
  out->pattern = EvalPattern::compile(arguments[0], EvalPattern::kBare, fault);
  if (out->pattern == nullptr) return nullptr;
  return out;
}

int image_name_regex(EvalContext& context) {
  const auto& pattern = static_cast<const PatternArgument&>(*context.prepared).pattern;
  for (const ImageInfoState::Picture& picture : pictures(context)) {
    if (is_named(picture) && pattern->matches(picture.name)) return 1;
  }
  return 0;
}

constexpr EvalEntry entry(std::string_view name, std::string_view meaning,
                          int (*run)(EvalContext& context), uint8_t arguments_min,
                          uint8_t arguments_max) {
  return {.name = name,
          .plugin = "ImageInfo",
          .meaning = meaning,
          .run = run,
          .prepare = prepare_format,
          .arguments_min = arguments_min,
          .arguments_max = arguments_max};
}

constexpr EvalEntry name_entry(std::string_view name, std::string_view meaning,
                               int (*run)(EvalContext& context),
                               decltype(EvalEntry::prepare) prepare) {
  EvalEntry out = entry(name, meaning, run, 1, 1);
  out.prepare = prepare;
  return out;
}

constexpr std::array kEntries = {
    entry("image_count", "pictures of a format, from min to max", image_count, 2, 3),
    entry("pixel_coverage", "pixels of a format's pictures, from min to max", pixel_coverage, 2, 3),
    entry("image_size_exact", "a picture of this height and width", image_size_exact, 3, 3),
    entry("image_size_range", "a picture of min height and width, to max", image_size_range, 3, 5),
    name_entry("image_named", "a picture's file name", image_named, nullptr),
    name_entry("image_name_regex", "a picture's file name matches", image_name_regex,
               prepare_pattern),
    entry("image_to_text_ratio", "bytes of text for one pixel, from min to below max",
          image_to_text_ratio, 3, 3),
};

}  // namespace

std::span<const EvalEntry> image_info_evals() {
  return kEntries;
}

}  // namespace sluice::rules
