// The `sluice` command: a table of subcommands.

#include <csignal>
#include <iostream>

#include "cli/command.h"

namespace {

using Define = void (*)(CLI::App&, int&);

// In the order of the help text.
constexpr Define kCommands[] = {
    sluice::cli::define_run,     sluice::cli::define_demo,     sluice::cli::define_scan,
    sluice::cli::define_explain, sluice::cli::define_parse,    sluice::cli::define_lint,
    sluice::cli::define_test,    sluice::cli::define_hits,     sluice::cli::define_diff,
    sluice::cli::define_produce, sluice::cli::define_verdicts, sluice::cli::define_replay,
    sluice::cli::define_topics,  sluice::cli::define_config,   sluice::cli::define_completion,
};

constexpr const char* kFooter =
    "Try:\n"
    "  sluice scan message.eml                 what the rules say of one message\n"
    "  sluice explain message.eml              and which words made them say it\n"
    "  sluice demo mail/                       the whole path, on a log in memory\n"
    "  sluice topics create && sluice run      the engine, on Kafka\n\n"
    "Exit codes: 0 fine, 1 something was found wrong, 2 wrong usage, 3 the world refused.";

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): CLI11 throws if we define an option twice.
int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  CLI::App app("The outbound spam filter: mail in from a log, verdicts out.", "sluice");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("sluice ") + SLUICE_VERSION);
  app.footer(kFooter);

  int exit = sluice::cli::kOk;
  for (const Define define : kCommands) define(app, exit);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for_help = error.get_exit_code() == 0;
    app.exit(error);
    return asked_for_help ? sluice::cli::kOk : sluice::cli::kUsage;
  }
  return exit;
}
