#include "rules/language/keywords.h"

#include <array>

#include <fmt/format.h>

#include "rules/language/definitions.h"
#include "rules/language/fact_lines.h"
#include "rules/language/map_lines.h"
#include "rules/language/rule_groups.h"
#include "rules/language/rule_lines.h"
#include "rules/language/sender_condition.h"
#include "rules/language/settings.h"

namespace sluice::rules {
namespace {

constexpr std::string_view kSenderMeaning =
    "Hits if a condition on the message's sender holds. Terms are compared (`<` `<=` `>` `>=` `==` "
    "`!=`) with numbers, decimals allowed, or with one another; `&&`, `||`, `!` and parentheses "
    "combine comparisons, `+` `-` `*` `/` compute, as in metas. `standing` is compared, by `==` or "
    "`!=`, with `new`, `building`, `good`, `watched`, `held`, `blocked` or `recovering`. A sender "
    "rule is a rule like any other: metas can name it, it has a score and flags. The judge "
    "evaluates it with what it knows when it judges the message, itself counted in rates, "
    "recipients and messages; what is said \"before\" leaves it out. Rates are exact to one slot: "
    "5 minutes of an hour, 1 hour of 24. Where no sender is known (`sluice scan` and other "
    "tools), it is one whose first message this is, to one recipient; `sluice scan --sender "
    "rate_1h=501,standing=good` says otherwise.";

constexpr std::array<Keyword, 23> kKeywords = {{
    {"header", read_header, "NAME FIELD[:FORM...] =~ /PATTERN/FLAGS [if-unset: TEXT]",
     "Looks for a pattern in a header field; `!~` hits if it is not there. `exists:FIELD` hits if "
     "the field is there at all. The text is the field's value, unfolded, encoded words decoded, "
     "ended by a newline; a field that stands several times gives one text, its values one after "
     "the other. Without the field the text is empty, or that of `[if-unset:]`.\n\n"
     "Forms: `:raw` is the value as written, folds and all; `:addr` the addresses, one a line; "
     "`:name` the names beside them; `:host`, `:domain`, `:ip` and `:revip` the first of these in "
     "the text; `:first` and `:last` choose one of several fields.\n\n"
     "`ALL` is every field, as `Name: value`; `ALL-TRUSTED`, `ALL-UNTRUSTED`, `ALL-INTERNAL` and "
     "`ALL-EXTERNAL` are those that such relays wrote; `ToCc` is To and Cc; `MESSAGEID` is "
     "Message-Id, Resent-Message-Id and X-Message-Id; `EnvelopeFrom` is the sender of the SMTP "
     "dialogue; `X-Spam-Relays-Untrusted` and its kin are the Received fields, taken apart.\n\n"
     "`eval:FUNCTION('ARGUMENT', ...)` in place of a pattern calls a function of `rules/evals`. "
     "`body`, `rawbody` and `full` rules may do so as well.",
     "header   SUBJECT_SHOUTS  Subject =~ /^[A-Z !]{20,}$/\n"
     "header   FROM_FREE_MAIL  From:addr =~ /\\@freemail\\.example$/i\n"
     "header   NO_MAILER       X-Mailer !~ /\\w/ [if-unset: none]\n"
     "header   HAS_LIST_ID     exists:List-Id\n"
     "header   DATE_IS_OFF     eval:check_for_shifted_date('12', '24')"},
    {"body", read_body, "NAME /PATTERN/FLAGS",
     "Looks for a pattern in the text that a reader sees: first the subject, then all text parts, "
     "HTML rendered. Each paragraph is looked at by itself, white space inside is single blanks; "
     "long paragraphs are cut in pieces of 1 to 2 KiB.",
     "body     ACT_NOW         /\\bact now\\b/i"},
    {"rawbody", read_rawbody, "NAME /PATTERN/FLAGS",
     "Looks for a pattern in the text parts, decoded, markup kept. Each part is looked at in "
     "pieces "
     "of 2 to 4 KiB that end at a line end where there is one.",
     "rawbody  HTML_FONT_ZERO  /font-size:\\s*0/i"},
    {"uri", read_uri, "NAME /PATTERN/FLAGS",
     "Looks for a pattern in each URL of the message: of text, of HTML, and of signatures; as "
     "written, and with what hides its host undone.",
     "uri      LOGIN_PHP       m{/login\\.php(?:\\?|$)}"},
    {"full", read_full, "NAME /PATTERN/FLAGS",
     "Looks for a pattern in the whole message as it came, header and all, nothing decoded.",
     "full     PGP_BLOCK       /^-----BEGIN PGP MESSAGE-----/m"},
    {"mimeheader", read_mimeheader, "NAME FIELD[:raw] =~ /PATTERN/FLAGS [if-unset: TEXT]",
     "Looks for a pattern in a header field of each part of the message. `ALL` is all fields of "
     "the part. See `range=` and `concat` of `tflags`.",
     "mimeheader  ATTACHED_EXE  Content-Disposition =~ /filename=\\S+\\.exe\\b/i"},
    {"uri_detail", read_uri_detail, "NAME KEY =~ /PATTERN/FLAGS [KEY =~ /PATTERN/FLAGS...]",
     "Hits if one URL meets all conditions, `!~` being the opposite of `=~`. Keys: `raw` as "
     "written, `cleaned` with what hides its host undone, `text` of the anchor, `type` (`a`, "
     "`img`, "
     "`parsed`, ...), `domain`, `host`.",
     "uri_detail  TEXT_IS_OTHER  text =~ /\\bbank\\.example/  domain !~ /^bank\\.example$/"},
    {"defect", read_defect, "NAME DEFECT[|DEFECT...]",
     "Hits if the message is odd in one of the named ways; `ingest/mime/defects.h` lists them.",
     "defect   BAD_BASE64      bad_base64|base64_after_padding"},
    {"map", read_map, "NAME KIND file:PATH",
     "Names a file of entries for `lookup` rules; PATH is seen from the folder of the rule file. "
     "An "
     "entry stands on a line of its own; behind `#` or `;`, at the front of a line or after a "
     "blank, stands a comment. Names of hosts and domains may be in any letter case, and "
     "international; they are kept as DNS has them. A map may have millions of entries. A file "
     "that changes is read again without the rules; one bad line refuses it, and the map stays as "
     "it was.",
     "map      EVIL            domains   file:maps/evil.txt\n"
     "map      BAD_FILES       hashes    file:/var/lib/sluice/bad_files.txt",
     map_kinds_reference},
    {"lookup", read_lookup, "NAME TEXT in MAP",
     "Hits if a text of the message is in a map. With `multiple` it counts the distinct texts that "
     "are. A host is in a map of `domains` if it, or what it is below of, is; an address is looked "
     "up in `hosts` and `domains` by what follows its `@`, and a host in `ips` if it is an IP "
     "address.",
     "lookup   LINKS_TO_EVIL   uri:host in EVIL\n"
     "lookup   FROM_EVIL       From:addr in EVIL\n"
     "lookup   BAD_FILE        attachment:sha256 in BAD_FILES\n"
     "test     LINKS_TO_EVIL   fail  good.example",
     lookup_texts_reference},
    {"envelope", read_envelope, "NAME FIELD OPERATOR VALUE",
     "Compares a field of the envelope. A number is compared by `==` `!=` `<` `<=` `>` `>=`, a "
     "text "
     "by `==` `!=`, letter case ignored, or by `=~` `!~` and a pattern. Of several texts one must "
     "meet the condition, with `!=` and `!~` none may. Of a field that is not known no condition "
     "holds.",
     "envelope MANY_RECIPIENTS recipients > 100\n"
     "envelope NEW_ACCOUNT     account_age_h < 24\n"
     "envelope __SCRIPT        origin == script\n"
     "envelope __TRIAL         attribute:plan =~ /^trial/",
     envelope_reference},
    {"structure", read_structure, "NAME FIELD OPERATOR NUMBER",
     "Compares what a message is made of, as `ingest/mime` reads it, with a number.",
     "structure MANY_HOSTS     hosts > 40\n"
     "structure __EMPTY        text_bytes == 0",
     structure_reference},
    {"auth", read_auth, "NAME FIELD OPERATOR VALUE",
     "Compares what a message says of its own authentication, like `envelope`. The DNS is not "
     "asked: a signature may be invalid, but one that is not aligned cannot pass DMARC.",
     "auth     NOT_ALIGNED     dkim_aligned == no\n"
     "auth     TWO_FROM        from_domains > 1",
     auth_reference},
    {"meta", read_meta, "NAME EXPRESSION",
     "Hits if the expression over other rules is not 0. A rule's name stands for the number of its "
     "hits. Operators, the tightest first: `!` and `-` before one operand, `*` `/`, `+` `-`, `<` "
     "`<=` `>` `>=`, `==` `!=`, `^`, `&&`, `||`, `?:`; and parentheses. `&&` and `||` give the "
     "operand that decided; a division by 0 gives 0. Numbers count in thousandths. "
     "`rules_matching(GLOB)` is the sum of all rules whose names match; `local_tests_only` is 1.",
     "meta     PHISHY          ACT_NOW && (LOGIN_PHP + HTML_FONT_ZERO > 1)"},
    {"sender", read_sender, "NAME CONDITION", kSenderMeaning,
     "sender   SENDER_BURST    rate_1h > 500\n"
     "sender   __NEW_AND_MANY  standing == new && recipients_24h > 200 && age_days < 2\n"
     "meta     NEW_AND_PHISHY  __NEW_AND_MANY && PHISHY",
     sender_reference},
    {"score", read_score, "NAME NUMBER",
     "What a hit adds to the message's score; `(NUMBER)` changes an earlier score by so much. "
     "Without one it is 1, for names that begin with `T_` 0.01. A score of 0 switches the rule "
     "off. Of four numbers the first counts.",
     "score    ACT_NOW         0.8"},
    {"group", read_group, "NAME RULE...",
     "Rules that say much the same, by name or glob. Several lines add up. With a `groupcap` the "
     "group adds at most that to the score: of the hits of its rules, the sum of the positive "
     "scores counts up to the cap; negative ones count as they are. A rule counts in one group: "
     "of those with a cap that name it, the one that was named first. The hits in a verdict keep "
     "their own scores.",
     "group    PHISHING        PHISHY LOGIN_PHP TEXT_IS_*"},
    {"groupcap", read_groupcap, "NAME NUMBER", "What a group adds to the score at most.",
     "groupcap PHISHING        3.5"},
    {"action", read_action, "NAME accept|throttle|hold|defer|reject",
     "What is done at least with a message that the rule hits, whatever its score; from `throttle` "
     "to `reject` each is stricter than the one before. Of the score's action and those of all "
     "hits the strictest wins. `accept` takes back what the score alone would do, not another "
     "rule's action, nor that a message which could not be read whole is held; the message still "
     "counts for its sender by its score. Shadow rules do nothing, sub-rules have no actions. "
     "A rule that is to act without adding anything has a score of 0.001.",
     "action   ATTACHED_EXE    reject"},
    {"describe", read_describe, "NAME TEXT", "What the rule finds, in a few words for people.",
     "describe ACT_NOW         Presses the reader to act at once"},
    {"tflags", read_tflags, "NAME FLAG...", "", "tflags   ACT_NOW         multiple maxhits=3"},
    {"priority", read_priority, "NAME NUMBER",
     "Accepted, without meaning here: all rules are looked at for each message.",
     "priority ACT_NOW         -10"},
    {"test", read_test, "NAME ok|fail TEXT",
     "A text on which the rule must hit (`ok`) or must not (`fail`). The text stands for what the "
     "rule looks at: a paragraph, a field's value, a URL, the name of a defect, what is looked up "
     "or "
     "compared. A test of a meta "
     "or of `exists:` describes a small message, its parts separated by ` || `: `body: TEXT`, "
     "`rawbody: TEXT`, `uri: TEXT`, `full: TEXT`, `defect: NAME`, or a header field. Terms of "
     "`sender` stand there too: `rate_1h: 501`; a test of a sender rule has only these.",
     "test     ACT_NOW         ok    You must act now!\n"
     "test     ACT_NOW         fail  React nowhere.\n"
     "test     PHISHY          ok    Subject: Hello || body: act now || uri: "
     "http://a.example/login.php\n"
     "test     SENDER_BURST    ok    rate_1h: 501 || age_days: 3"},
}};

constexpr std::string_view kIntroduction =
    "# The rule language\n\n"
    "Written from the tables in `rules/language`; a test keeps it so.\n\n"
    "The language is SpamAssassin's, as of 4.0.1. A file has one statement a line: a keyword, the "
    "name of a rule, and what is said of it. `#` begins a comment (`\\#` is the character itself); "
    "a line is never continued on the next. Statements about one rule may stand in any order and "
    "in several files; a rule that is defined again replaces the earlier one. Rules whose name "
    "begins with `__` are sub-rules: metas can name them, they have no score and are never "
    "reported. `DIFFERENCES.md` says what is knowingly done otherwise.\n\n"
    "A pattern is a Perl regular expression, `/.../` or `m{...}` with any delimiter, and the "
    "flags `i` `m` `s` `x`. It sees bytes: UTF-8 text is the bytes it is made of, letter case "
    "and `\\w` know ASCII only. No match reaches from one paragraph, piece or URL into the next; "
    "`^` and `$` are its begin and end.\n";

constexpr std::string_view kLinesReference =
    "\n## Lines around rules\n\n"
    "- `if EXPRESSION`, `ifplugin NAME`, `else`, `endif`: the lines between count if the condition "
    "holds. It may ask for `version`, `perl_version`, `local_tests_only`, `plugin(NAME)`, "
    "`can(NAME)` and `has(NAME)`. The answers are those of SpamAssassin 4.0.1 with the plugins "
    "that "
    "it loads by default.\n"
    "- `lang XX STATEMENT`: counts if XX is `en`.\n"
    "- `include FILE`: the lines of another file, in the folder of this one.\n"
    "- `require_version N`: the rest of the file counts if N is 4.0.1.\n";

std::string settings_reference() {
  std::string out =
      "\n## Settings\n\n"
      "All settings of SpamAssassin are known, by today's names and by the old ones "
      "(`whitelist_from` for `welcomelist_from`).\n";
  for (const SettingGroup& group : setting_groups()) {
    out += fmt::format("\n{}\n", group.meaning);
    for (const std::string_view name : group.names) out += fmt::format("`{}` ", name);
    out.back() = '\n';
  }
  return out;
}

}  // namespace

std::span<const Keyword> keywords() {
  return kKeywords;
}

std::string language_reference() {
  std::string out(kIntroduction);
  for (const Keyword& keyword : kKeywords) {
    const std::string meaning =
        keyword.meaning.empty() ? flags_reference() : std::string(keyword.meaning) + "\n";
    const std::string more = keyword.more == nullptr ? "" : "\n" + keyword.more();
    out += fmt::format("\n## {0}\n\n    {0} {1}\n\n{2}{4}\n```\n{3}\n```\n", keyword.name,
                       keyword.usage, meaning, keyword.example, more);
  }
  out += kLinesReference;
  return out + settings_reference();
}

}  // namespace sluice::rules
