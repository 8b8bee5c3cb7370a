// sluice parse: what Sluice reads in a message.

#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/arena.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/mail_source.h"
#include "cli/progress.h"
#include "ingest/mime/message.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string path;
  bool json = false;
};

const char* source_name(mime::UrlSource source) {
  switch (source) {
    case mime::UrlSource::kText:
      return "text";
    case mime::UrlSource::kLink:
      return "link";
    case mime::UrlSource::kImage:
      return "image";
    case mime::UrlSource::kForm:
      return "form";
    case mime::UrlSource::kOther:
      return "other";
    case mime::UrlSource::kHeader:
      return "header";
  }
  return "other";
}

Json fields_of(const mime::Message& message, Arena& arena) {
  Json out = Json::array();
  for (const mime::HeaderField& field : message.header().fields) {
    out.push_back({{"name", field.name}, {"value", mime::field_text(field, arena)}});
  }
  return out;
}

Json part_of(const mime::Part& part, std::size_t index) {
  Json out = {{"part", index},
              {"depth", part.depth},
              {"type", fmt::format("{}/{}", part.media.type, part.media.subtype)},
              {"bytes", part.header.body.size()}};
  if (part.parent != mime::Part::kNoParent) out["parent"] = part.parent;
  if (!part.media.charset.empty()) out["charset"] = part.media.charset;
  if (!part.media.name.empty()) out["name"] = part.media.name;
  if (part.media.attachment) out["attachment"] = true;
  if (part.text_kind != mime::TextKind::kNone) {
    out["text"] = part.text;
    out["rendered"] = part.rendered;
  }
  return out;
}

Json read(const Mail& mail) {
  Arena arena;
  const mime::Message message = mime::read_message(mail.bytes, arena);
  Json out = {{"file", mail.name}, {"fields", fields_of(message, arena)}, {"parts", Json::array()}};
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    out["parts"].push_back(part_of(message.parts[i], i));
  }
  out["body"] = message.body;
  out["urls"] = Json::array();
  for (const mime::Url& url : message.urls) {
    out["urls"].push_back({{"written", url.written},
                           {"canonical", url.canonical},
                           {"host", url.host},
                           {"source", source_name(url.source)},
                           {"part", url.part}});
  }
  out["defects"] = Json::array();
  for (std::size_t i = 0; i < mime::kDefectCount; ++i) {
    const auto defect = static_cast<mime::Defect>(i);
    if (message.defects.has(defect)) out["defects"].push_back(mime::defect_name(defect));
  }
  return out;
}

std::string text_of(const Json& value) {
  return value.get<std::string>();
}

void print_lines(const std::string& text) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::cout << "  " << printable(text.substr(begin, end - begin), 4'096) << '\n';
    begin = end + 1;
  }
}

void print_parts(const Json& parts) {
  for (const Json& part : parts) {
    const std::string indent(2 * part["depth"].get<std::size_t>(), ' ');
    std::cout << fmt::format("  {}{} {}, {} bytes{}\n", indent, part["part"].get<int>(),
                             text_of(part["type"]), part["bytes"].get<std::size_t>(),
                             part.contains("name") ? ", " + printable(text_of(part["name"])) : "");
  }
}

void print(const Json& read) {
  const auto title = [](const char* text) { std::cout << coloured(Colour::kBold, text) << '\n'; };
  title("fields");
  for (const Json& field : read["fields"]) {
    std::cout << fmt::format("  {}: {}\n", printable(text_of(field["name"])),
                             printable(text_of(field["value"]), 4'096));
  }
  title("parts");
  print_parts(read["parts"]);
  title("body, as rules see it");
  print_lines(text_of(read["body"]));
  title("urls");
  for (const Json& url : read["urls"]) {
    std::cout << fmt::format("  {:<6} {}\n", text_of(url["source"]),
                             printable(text_of(url["canonical"]), 4'096));
  }
  title("defects");
  for (const Json& defect : read["defects"]) {
    const auto known = mime::defect_by_name(text_of(defect));
    std::cout << fmt::format("  {}: {}\n", text_of(defect),
                             known ? mime::defect_meaning(*known) : "");
  }
}

int parse(const Options& options) {
  MailSource source({options.path});
  while (const auto mail = source.next()) {
    const Json json = read(*mail);
    // Text reached by bytes that are no UTF-8 is shown with replacement characters.
    const std::string line = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (options.json) {
      std::cout << line << '\n';
    } else {
      print(Json::parse(line));
    }
  }
  int result = kOk;
  for (const std::string& error : source.errors()) result = fail(kFailed, error);
  return result;
}

}  // namespace

void define_parse(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub =
      app.add_subcommand("parse", "What is read in a message: fields, parts, texts, URLs, defects");
  sub->add_option("path", options->path, "A message, an mbox, or - for standard input")->required();
  sub->add_flag("--json", options->json, "One JSON object a message");
  sub->callback([options, &exit] { exit = parse(*options); });
}

}  // namespace sluice::cli
