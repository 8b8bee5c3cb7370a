// The domains that a message claims to be from, and whether they belong together.
//
//   from_domains(source, out)      {"shop.example"}          of all addresses in From
//   dkim_domains(source, out)      {"mail.shop.example"}     d= of all signatures
//   aligned(from, dkim)            true: one organizational domain
//
// Nothing is asked of the DNS: this says what would be aligned if it were valid.
//
// Source:   RFC 7489 section 3.1 (relaxed alignment) and 3.2 (organizational domain, by the Public
//           Suffix List); RFC 6376 section 3.2 and 3.5 (tag lists, d=).
// Bounds:   time linear in the header, but for sorting its domains.
// Tests:    tests/rules/facts/fact_field_test.cc

#pragma once

#include <span>
#include <string_view>

#include "rules/facts/facts.h"

namespace sluice::rules {

// Each domain once, as rules/maps keeps hosts: lower case, A-labels. In the mail's arena.
void from_domains(const FactSource& source, FactTexts& out);
void dkim_domains(const FactSource& source, FactTexts& out);

// Of the reverse-path; with an empty one that of HELO (RFC 7208 section 2.4).
void mail_from_domains(const FactSource& source, FactTexts& out);

// Whether `from` is not empty and each of it has the organizational domain of one of `others`.
bool aligned(std::span<const std::string_view> from, std::span<const std::string_view> others);

// "shop.example" of "v=1; d=shop.example; s=a", RFC 6376 section 3.2; empty: there is none.
std::string_view tag_value(std::string_view list, std::string_view tag);

// Sorts, and keeps each text once.
void make_distinct(FactTexts& texts);

}  // namespace sluice::rules
