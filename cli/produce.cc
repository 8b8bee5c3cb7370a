// sluice produce: puts messages on the topic, enveloped and keyed.

#include <chrono>
#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/edge.h"
#include "cli/mail_source.h"
#include "cli/progress.h"
#include "engine/service/service.h"
#include "ingest/records/sender_key.h"

namespace sluice::cli {
namespace {

struct Options {
  ConfigOptions config;
  EdgeOptions edge;
  std::vector<std::string> paths;
  bool json = false;
};

constexpr std::chrono::seconds kFlushTimeout{60};

int produce(const Options& options) {
  const auto config = options.config.load();
  if (config == nullptr) return kUsage;
  if (!options.edge.sender.empty() && !records::is_sender_key(options.edge.sender)) {
    return fail(kUsage, "--sender: not a sender key; one looks like tenant/u:anna@b.example");
  }
  const auto log = open_log(*config);
  if (log == nullptr) return kFailed;
  auto appender = log->open_appender();
  if (!appender.ok()) return fail(kFailed, appender.error().message);

  Edge edge(*appender.value(), service::layout_of(*config).messages(), options.edge);
  MailSource source(options.paths);
  Progress progress("messages put");
  std::size_t count = 0;
  std::size_t refused = 0;
  while (const auto mail = source.next()) {
    const auto id = edge.put(*mail);
    if (!id.ok()) {
      ++refused;
      fail(kFailed, mail->name + ": " + id.error().message);
      continue;
    }
    if (options.json) {
      const nlohmann::ordered_json line = {{"file", mail->name},
                                           {"message_id", to_string(id.value())}};
      std::cout << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
                << '\n';
    }
    progress.show(++count);
  }
  if (Status flushed = appender.value()->flush(kFlushTimeout); !flushed.ok()) {
    return fail(kFailed, flushed.error().message);
  }
  for (const std::string& error : source.errors()) fail(kFailed, error);
  if (!options.json) std::cout << fmt::format("{} messages put, {} refused\n", count, refused);
  return refused == 0 && source.errors().empty() ? kOk : kFailed;
}

}  // namespace

void define_produce(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub = app.add_subcommand(
      "produce", "Puts messages on the topic, enveloped and keyed, as an edge does");
  options->config.add_to(*sub);
  sub->add_option("paths", options->paths,
                  "Files, directories, Maildirs, mboxes, - for standard input")
      ->required();
  sub->add_option("--sender", options->edge.sender,
                  "Sender key; default: made from --tenant and the From address");
  sub->add_option("--tenant", options->edge.tenant, "Root tenant of the sender keys made")
      ->capture_default_str();
  sub->add_option("--edge", options->edge.edge, "Name of the edge that waits for the verdicts")
      ->capture_default_str();
  sub->add_option("--recipient", options->edge.recipients,
                  "Recipient; repeatable; default: those of To, Cc and Bcc");
  sub->add_flag("--plain", options->edge.plain,
                "Plain RFC 5322 values with headers instead of envelopes");
  sub->add_flag("--json", options->json, "One JSON object a message: file, message_id");
  sub->callback([options, &exit] { exit = produce(*options); });
}

}  // namespace sluice::cli
