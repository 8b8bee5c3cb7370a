#include "rules/mail/received.h"

#include <array>
#include <cstring>

#include "rules/mail/ip_text.h"
#include "rules/mail/line_pattern.h"
#include "rules/mail/received_line.h"

namespace sluice::rules {
namespace {

NetSet make_set(std::span<const std::string> networks, bool loopback) {
  NetSet set;
  if (loopback) {
    (void)set.add("127.0.0.0/8");
    (void)set.add("::1");
  }
  for (const std::string& network : networks) (void)set.add(network);
  return set;
}

// Goes from the newest field to the oldest, as long as each can be trusted.
class TrustPath {
 public:
  TrustPath(const RelayTrust& trust, LineMatcher& matcher, Arena& arena, Relays& out)
      : trust_(trust), matcher_(matcher), arena_(arena), out_(out) {}

  void read(std::string_view text) {
    Relay relay;
    const std::string_view sender = std::exchange(scanner_sender_, {});
    const ReceivedOutcome outcome = read_received_line(text, matcher_, arena_, relay);
    relay.field = field_++;
    if (outcome != ReceivedOutcome::kRelay) {
      pass_over(outcome, relay);
      return;
    }
    if (is_true(sender)) {
      relay.env_from = sender;
      relay.has_env_from = true;
    }
    judge(relay);
    add(relay);
  }

 private:
  static bool is_true(std::string_view text) { return !text.empty() && text != "0"; }

  void pass_over(ReceivedOutcome outcome, const Relay& relay) {
    if (outcome == ReceivedOutcome::kUnknown) ++out_.unparseable;
    if (outcome == ReceivedOutcome::kScanned) scanner_sender_ = relay.env_from;
    if (outcome == ReceivedOutcome::kFetched && after_trusted_) {
      out_.all.clear();
      out_.trusted = out_.internal = 0;
    }
    if (in_trusted_) ++out_.last_trusted_field;
    if (in_internal_) ++out_.last_internal_field;
  }

  void judge(Relay& relay) {
    if (!in_trusted_ || found_msa_) return;
    const bool authenticated = is_true(relay.auth);
    if (!trust_.configured) {
      in_trusted_ = in_internal_ = relay.ip_private || authenticated;
      return;
    }
    if (!authenticated && !trust_.trusted.contains(relay.ip)) {
      in_trusted_ = in_internal_ = false;
      return;
    }
    if (!authenticated && !trust_.internal.contains(relay.ip)) in_internal_ = false;
    found_msa_ = relay.msa = trust_.msa.contains(relay.ip);
  }

  void add(Relay& relay) {
    relay.internal = in_internal_;
    out_.all.push_back(relay);
    after_trusted_ = in_trusted_;
    if (in_trusted_) {
      ++out_.trusted;
      ++out_.last_trusted_field;
    }
    if (in_internal_) {
      ++out_.internal;
      ++out_.last_internal_field;
    }
  }

  const RelayTrust& trust_;
  LineMatcher& matcher_;
  Arena& arena_;
  Relays& out_;
  std::string_view scanner_sender_ = {};
  uint32_t field_ = 0;
  bool in_trusted_ = true;
  bool in_internal_ = true;
  bool found_msa_ = false;
  bool after_trusted_ = true;  // the relay before was trusted
};

void append(char*& to, std::string_view text) {
  if (!text.empty()) std::memcpy(to, text.data(), text.size());
  to += text.size();
}

// The texts of a relay in their order; the names stand before each.
constexpr std::array<std::string_view, 11> kLabels = {
    "[ ip=",  " rdns=", " helo=", " by=",  " ident=", " envfrom=",
    " intl=", " id=",   " auth=", " msa=", " ]"};

std::array<std::string_view, 10> values_of(const Relay& r) {
  const std::string_view sender = r.env_from == "0" ? std::string_view() : r.env_from;
  return {r.ip, r.rdns, r.helo,           r.by, r.ident, sender, r.internal ? "1" : "0",
          r.id, r.auth, r.msa ? "1" : "0"};
}

// `relay` is `auth` with what looks like a mark within it: SpamAssassin sets the first there is.
void mark_first_msa(char* begin, char* end, bool msa) {
  constexpr std::string_view kMark = " msa=";
  const std::string_view text(begin, static_cast<std::size_t>(end - begin));
  for (std::size_t at = text.find(kMark); at != std::string_view::npos;
       at = text.find(kMark, at + 1)) {
    const std::size_t digit = at + kMark.size();
    if (digit + 1 >= text.size() || text[digit] < '0' || text[digit] > '9') continue;
    if (text[digit + 1] != ' ') continue;
    begin[digit] = msa ? '1' : '0';
    return;
  }
}

std::size_t size_of(const Relay& relay) {
  std::size_t size = 1;  // the space between
  for (const std::string_view label : kLabels) size += label.size();
  for (const std::string_view value : values_of(relay)) size += value.size();
  return size;
}

void append_relay(char*& to, const Relay& relay) {
  char* const begin = to;
  const std::array values = values_of(relay);
  for (std::size_t i = 0; i < values.size(); ++i) {
    append(to, kLabels[i]);
    append(to, i + 1 < values.size() ? values[i] : "0");
  }
  append(to, kLabels.back());
  mark_first_msa(begin, to, relay.msa);
}

}  // namespace

RelayTrust::RelayTrust(const MailSettings& settings)
    : trusted(make_set(settings.trusted_networks.empty() ? settings.internal_networks
                                                         : settings.trusted_networks,
                       true)),
      internal(make_set(settings.internal_networks.empty() ? settings.trusted_networks
                                                           : settings.internal_networks,
                        true)),
      msa(make_set(settings.msa_networks, false)),
      configured(!settings.trusted_networks.empty() || !settings.internal_networks.empty()) {
  if (!configured) return;
  internal.keep_within(trusted);
  msa.keep_within(trusted);
}

void read_relays(const RelayFields& fields, const RelayTrust& trust, Arena& arena, Relays& out) {
  LineMatcher matcher(arena);
  TrustPath path(trust, matcher, arena, out);
  for (const std::string_view text : fields.received) path.read(text);
  for (const std::string_view text : fields.originating) {
    constexpr std::string_view kFrom = "from X-Originating-IP: ";
    const std::string_view ip = find_ip(text);
    if (ip.empty()) continue;
    const std::span<char> line = arena.take(kFrom.size() + ip.size());
    char* to = line.data();
    append(to, kFrom);
    append(to, ip);
    path.read({line.data(), line.size()});
  }
}

std::string_view relays_text(std::span<const Relay> relays, Arena& arena) {
  if (relays.empty()) return "";
  std::size_t size = 0;
  for (const Relay& relay : relays) size += size_of(relay);
  const std::span<char> space = arena.take(size);
  char* to = space.data();
  for (const Relay& relay : relays) {
    if (to != space.data()) *to++ = ' ';
    append_relay(to, relay);
  }
  const auto used = static_cast<std::size_t>(to - space.data());
  arena.trim(space, used);
  return {space.data(), used};
}

}  // namespace sluice::rules
