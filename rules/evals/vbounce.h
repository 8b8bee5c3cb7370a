// Functions that tell bounces of our own mail from others: VBounce.
//
//   welcomelist_bounce_relays mx.shop.example
//   body __MY_SERVERS_FOUND eval:check_welcomelist_bounce_relays()
//
// Source:   Mail::SpamAssassin::Plugin::VBounce 4.0.1.
// Bounds:   time linear in the message.
// Tests:    tests/rules/evals/

#pragma once

#include <span>

#include "rules/evals/address_list.h"
#include "rules/evals/family.h"

namespace sluice::rules {

struct VBounceSettings {
  AddressList relays = {};

  bool take(const Setting& setting, Diagnostics& diagnostics);

  void finish() { relays.finish(); }
};

std::span<const EvalEntry> vbounce_evals();

}  // namespace sluice::rules
