// sluice completion: completion scripts, made from the options the program has.

#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"

namespace sluice::cli {
namespace {

std::vector<std::string> words_of(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* sub : app.get_subcommands({})) words.push_back(sub->get_name());
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

void print_bash(const CLI::App& app) {
  std::cout << "_sluice() {\n  local words\n  case \"${COMP_WORDS[1]}\" in\n";
  for (const CLI::App* sub : app.get_subcommands({})) {
    std::cout << fmt::format("    {}) words=\"{}\" ;;\n", sub->get_name(),
                             fmt::join(words_of(*sub), " "));
  }
  std::cout << fmt::format("    *) words=\"{}\" ;;\n  esac\n", fmt::join(words_of(app), " "))
            << "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n"
               "complete -o default -F _sluice sluice\n";
}

void print_zsh(const CLI::App& app) {
  std::cout << "#compdef sluice\nautoload -U +X bashcompinit && bashcompinit\n";
  print_bash(app);
}

void print_fish(const CLI::App& app) {
  for (const CLI::App* sub : app.get_subcommands({})) {
    std::cout << fmt::format("complete -c sluice -n __fish_use_subcommand -a {} -d '{}'\n",
                             sub->get_name(), sub->get_description());
    for (const CLI::Option* option : sub->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        std::cout << fmt::format("complete -c sluice -n '__fish_seen_subcommand_from {}' -l {}\n",
                                 sub->get_name(), name);
      }
    }
  }
}

int print(const CLI::App& app, const std::string& shell) {
  if (shell == "bash") print_bash(app);
  if (shell == "zsh") print_zsh(app);
  if (shell == "fish") print_fish(app);
  return kOk;
}

}  // namespace

void define_completion(CLI::App& app, int& exit) {
  auto shell = std::make_shared<std::string>();
  CLI::App* const sub =
      app.add_subcommand("completion", "A completion script: sluice completion bash > FILE");
  sub->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  sub->callback([shell, &app, &exit] { exit = print(app, *shell); });
}

}  // namespace sluice::cli
