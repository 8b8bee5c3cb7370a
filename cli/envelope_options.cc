#include "cli/envelope_options.h"

#include <algorithm>

#include "rules/facts/fact_field.h"

namespace sluice::cli {

void EnvelopeOptions::add_to(CLI::App& app) {
  app.add_option(
         "--mail-from", mail_from_,
         "The envelope's sender, without brackets, <> the empty one; default: as the header tells")
      ->type_name("ADDRESS");
  app.add_option("--rcpt", recipients_, "A recipient of the envelope; repeatable")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
  const auto origins = rules::find_fact_field(rules::FactFamily::kEnvelope, "origin")->words;
  app.add_option("--origin", origin_, "How the message was submitted: smtp, api, webmail, ...")
      ->type_name("NAME")
      ->check(
          CLI::IsMember(std::vector<std::string>(origins.begin(), origins.end())).description(""));
  app.add_option("--client-ip", client_ip_, "The address of who submitted the message")
      ->type_name("IP");
  app.add_option("--helo", helo_, "The name it gave in HELO or EHLO")->type_name("HOST");
  app.add_option("--attribute", attributes_, "An attribute of the envelope; repeatable")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
}

const rules::EnvelopeFacts& EnvelopeOptions::facts() {
  recipient_views_.assign(recipients_.begin(), recipients_.end());
  attribute_views_.clear();
  for (const std::string_view one : attributes_) {
    const std::size_t equals = std::min(one.find('='), one.size());
    attribute_views_.push_back(
        {.name = one.substr(0, equals), .value = one.substr(std::min(equals + 1, one.size()))});
  }
  facts_ = {.recipients = recipient_views_,
            .origin = origin_,
            .client_ip = client_ip_,
            .helo = helo_,
            .attributes = attribute_views_};
  facts_.has_mail_from = mail_from_.has_value();
  if (mail_from_.has_value() && *mail_from_ != "<>") facts_.mail_from = *mail_from_;
  return facts_;
}

}  // namespace sluice::cli
