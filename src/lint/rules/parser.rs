//! The rules of all findings that the parser reports while it reads a file.

use keywright_license::{MAX_VALUE_BYTES, codes as license_codes};
use keywright_syntax::limits::{MAX_DEPENDENCIES, MAX_HOST_IDS};
use keywright_syntax::source::MAX_FILE_BYTES;
use keywright_syntax::{MAX_BLOCK_BYTES, MAX_BLOCKS, codes};

use crate::{Check, Example, Rule};

/// One row for each code that the parser reports. The codes are declared where the parser uses them, in
/// `src/syntax/codes.rs` and `src/license/codes.rs`.
pub(crate) static RULES: &[Rule] = &[
    Rule {
        code: &codes::NOT_UTF8,
        summary: "bytes that are not valid UTF-8",
        rationale: "License files are UTF-8, so that names and other values read the same everywhere. A block that \
          contains such a byte cannot be read. After 1,000 places with such bytes, the rest of the file is \
          skipped.",
        bad: Example::Bytes(b"FEATURE Draw { VENDOR=Acme COUNT=5 }\n# caf\xe9\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n# café\n"),
        how_to_fix: "Save the file as UTF-8. Older editors often use Latin-1 or Windows-1252.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::UTF16,
        summary: "a file that is encoded in UTF-16",
        rationale: "Some editors call UTF-16 \"Unicode\". License servers read bytes and find no block in such a file.",
        bad: Example::Bytes(b"\xff\xfeF\0E\0A\0T\0U\0R\0E\0"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Save the file again as UTF-8, or run `keywright lint --fix`.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::CONTROL_CHARACTER,
        summary: "control characters other than tab and line breaks, and carriage returns without a line feed",
        rationale: "They are invisible, programs interpret them differently, and a terminal can use them to hide text.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme\u{c} COUNT=5 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Remove the character. In files with classic Mac OS line endings, add a line feed after each \
             carriage return.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::UNCLOSED_QUOTE,
        summary: "a value whose opening quote has no closing quote",
        rationale: "The end of the value is unknown. This block cannot be read; reading continues at the next block.",
        bad: Example::Text("FEATURE Draw\n{\n  VENDOR=Acme COUNT=5\n  COMMENT=\"for tests\n}\n"),
        good: Example::Text("FEATURE Draw\n{\n  VENDOR=Acme COUNT=5\n  COMMENT=\"for tests\"\n}\n"),
        how_to_fix: "Close the quote. A value cannot contain a quote.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::UNCLOSED_BLOCK,
        summary: "a block without a closing brace",
        rationale: "The file was truncated or a brace was deleted, so the end of the block is unknown.",
        bad: Example::Text("FEATURE Draw\n{\n  VENDOR=Acme COUNT=5\n"),
        good: Example::Text("FEATURE Draw\n{\n  VENDOR=Acme COUNT=5\n}\n"),
        how_to_fix: "Add the brace, or get a complete copy of the file.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::STRAY_TEXT,
        summary: "text that is not part of a block, a directive or a comment",
        rationale: "A block with such text cannot be relied on, because its intended meaning is unknown.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT 5 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Write `NAME=value`. Put values that contain spaces in quotes; start comments with `#`.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::BYTE_ORDER_MARK,
        summary: "a byte order mark at the start of the file",
        rationale: "keywright ignores it, but other programs that read the file may not.",
        bad: Example::Text("\u{feff}FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Save the file as UTF-8 without a byte order mark, or run `keywright fmt`.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::NO_BREAK_SPACE,
        summary: "a no-break space (U+00A0) between directives",
        rationale: "Text copied from web pages often contains it. keywright reads it as a space, but other programs may \
          not.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme\u{a0}COUNT=5 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Replace it with a space, or run `keywright fmt`.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::WRAPPED_STRING,
        summary: "a quoted value that contains a line break",
        rationale: "Mail programs wrap long lines. The line break counts as a single space, so the signature still \
          matches, but the file no longer shows the value as it is.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"for\n  tests\" }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"for tests\" }\n"),
        how_to_fix: "Write the value on one line, or run `keywright fmt`.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::CURLY_QUOTES,
        summary: "typographic quotes in place of straight quotes",
        rationale: "Word processors and mail programs replace straight quotes with typographic ones, which do not start \
          a quoted value.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=“tests” }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"tests\" }\n"),
        how_to_fix: "Type straight quotes.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::MISSING_VALUE,
        summary: "a directive without a value after `=` on the same line",
        rationale: "A value cannot start on the next line, so the intended value is unknown.",
        bad: Example::Text("FEATURE Draw\n{\n  VENDOR=Acme COUNT=\n}\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Write the value, or remove the directive.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::NO_BREAK_SPACE_INSIDE,
        summary: "a no-break space (U+00A0) inside a name or an unquoted value",
        rationale: "It looks like a space, so one word looks like two, and it is unclear which is intended.",
        bad: Example::Text("FEATURE Draw { VENDOR=Ac\u{a0}me COUNT=5 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Remove it, or put the value in quotes.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::FILE_TOO_LARGE,
        summary: "a file larger than 64 MiB",
        rationale: "A file of this size is not a license file, and reading it would waste time and memory.",
        bad: Example::Generated {
            shown: "a file that is one byte larger than 64 MiB",
            make: || vec![b'#'; MAX_FILE_BYTES + 1],
        },
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Split the file: a license may consist of any number of files.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::TOO_MANY_BLOCKS,
        summary: "a file with more than 100,000 blocks",
        rationale: "Blocks after the limit are not read.",
        bad: Example::Generated {
            shown: "a file with 100,001 blocks",
            make: || {
                (0..=MAX_BLOCKS)
                    .map(|at| format!("FEATURE A{at}_{{VENDOR=V}}"))
                    .collect::<String>()
                    .into_bytes()
            },
        },
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Split the file: a license may consist of any number of files.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::BLOCK_TOO_LARGE,
        summary: "a block larger than 8 MiB, comments included",
        rationale: "A real block is never this large, so the file probably contains something else. The block is not \
          read.",
        bad: Example::Generated { shown: "a block with a comment of 8 MiB", make: long_block },
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Remove the text that does not belong to the block.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::MAIL_DAMAGE,
        summary: "a license that was changed by a mail program: a KEY split over several lines, `>` before every \
           line, or `=3D` for every `=`; or a saved email",
        rationale: "The signed text is complete, but the file can no longer be read as a license. The damage happened in \
          transit; it is not the vendor's mistake.",
        bad: Example::Text(
            "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
}
",
        ),
        good: Example::Text(
            "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=\"AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"
}
",
        ),
        how_to_fix: "Send license files as attachments. `keywright lint --fix` repairs such files. With KEYs it needs the \
             vendor's trust store (`--trust`), because the result must verify.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::HIDDEN_IN_COMMENT,
        summary: "a character in a comment that cannot be seen, or that changes the reading direction",
        rationale: "A comment is not signed, and is read by people. With such characters it can look like a directive, or make \
          what follows it look like something else. Joiners that a script needs are not reported.",
        bad: Example::Text("# \u{202e}000002=TNUOC\u{2066}\nFEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        good: Example::Text("# COUNT=200000\nFEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Remove the characters that the message names; typing the comment again is easiest.",
        check: Check::Parser,
    },
    Rule {
        code: &codes::FOREIGN_FORMAT,
        summary: "a file in another format: a license file of FlexNet, RLM or Sentinel, an XML template, a document, an \
           archive, a picture, or text copied from the source of a web page",
        rationale: "No block can be read in such a file. One finding names the format instead of many syntax errors.",
        bad: Example::Text(
            "SERVER lichost 001122334455 27000
VENDOR acmed
INCREMENT draw acmed 2026.0 31-dec-2027 5 SIGN=\"0000 0000\"
",
        ),
        good: Example::Text("FEATURE draw { VENDOR=acmed COUNT=5 VERSION=2026.0 END=2027-12-31 }\n"),
        how_to_fix: "Use the license file as it was issued. `keywright convert` converts files of FlexNet and RLM, and templates \
             of xmllicgen. Unpack archives, and save documents as plain text.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::UNKNOWN_DIRECTIVE,
        summary: "a directive that the license language does not have",
        rationale: "A block with an unknown directive cannot be relied on: the directive may limit the license.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme COUTN=5 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Correct the name. Start notes with `#`, or use COMMENT if they must be signed.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::DUPLICATE_DIRECTIVE,
        summary: "a repeated directive that may appear only once",
        rationale: "Programs differ in which of the two values they use.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 COUNT=6 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Remove one of them.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::MISSING_VENDOR,
        summary: "a block without VENDOR",
        rationale: "Every signing key belongs to one vendor, and dependencies are resolved within one vendor. Without \
          VENDOR, a block cannot be signed and no token can draw on it.",
        bad: Example::Text("FEATURE Draw { COUNT=5 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Add `VENDOR=name`.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::BAD_VERSION,
        summary: "a version that is not `major.minor`, each from 0 to 9999 without leading zeros",
        rationale: "Versions are compared as pairs of numbers. If one version had several spellings, two blocks could \
          look different and mean the same.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme VERSION=2 COUNT=5 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme VERSION=2.0 COUNT=5 }\n"),
        how_to_fix: "Write both parts: `2.0`.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::BAD_DATE,
        summary: "a date that is not a valid calendar date in the form YYYY-MM-DD",
        rationale: "`01-06-2021` is June 1 to some readers and January 6 to others.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 END=01-06-2027 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 END=2027-06-01 }\n"),
        how_to_fix: "Write the year first: `2027-06-01`.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::BAD_NUMBER,
        summary: "a number that is out of range, or has a sign or leading zeros",
        rationale: "A number has exactly one spelling, so the signed text is unambiguous.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=05 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Write a plain number within the range shown in the help.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::BAD_NAME,
        summary: "a feature, vendor or set name that is not 1 to 64 letters, digits, `_` and `-`",
        rationale: "Names are compared byte for byte, and are used in file names, logs and command lines.",
        bad: Example::Text("FEATURE Draw { VENDOR=\"Acme Inc\" COUNT=5 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme_Inc COUNT=5 }\n"),
        how_to_fix: "Use letters, digits, `_` and `-`. LICENSEE and COMMENT accept any text.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::VALUE_TOO_LONG,
        summary: "a value longer than 8192 bytes",
        rationale: "License servers limit the length of a value.",
        bad: Example::Generated { shown: "a COMMENT of 8193 bytes", make: long_comment },
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"short\" }\n"),
        how_to_fix: "Shorten the value.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::HIDDEN_CHARACTER,
        summary: "an invisible or private-use character, or one that changes the reading direction, in a value",
        rationale: "Values that look the same can differ, and a value can look like another one. Attackers use this to \
          disguise a license.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"Example\u{200b} Ltd\" }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"Example Ltd\" }\n"),
        how_to_fix: "Remove the character. Retyping the value is easiest.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::VERSION_SPELLINGS,
        summary: "VERSION together with MAJOR_VERSION or MINOR_VERSION, or only one of the latter two",
        rationale: "They could contradict each other. keywright does not convert one form into the other, because the \
          signature covers the directives as written.",
        bad: Example::Text(
            "FEATURE Draw { VENDOR=Acme COUNT=5 VERSION=2.0 MAJOR_VERSION=2 MINOR_VERSION=0 }\n",
        ),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 VERSION=2.0 }\n"),
        how_to_fix: "Use either VERSION or the pair MAJOR_VERSION and MINOR_VERSION.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::MISPLACED_DIRECTIVE,
        summary: "a directive that has no effect on this kind of block, or without COUNT",
        rationale: "It would be ignored although the vendor relies on it. TOKEN blocks are always unlimited, so \
          directives that limit a count cannot be used on them.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 HOSTID=\"ETHERNET=0050569E1A2B\" }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Remove the directive, or change the KEYTYPE.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::MISSING_COUNT,
        summary: "a block without the COUNT that its KEYTYPE requires, and a METERED block without COUNT, FUNDS or a \
           postpaid PRICE",
        rationale: "The block does not say how many licenses it grants.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=5 }\n"),
        how_to_fix: "Add `COUNT=n` or `COUNT=UNLIMITED`.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::MISSING_DEPENDENCY,
        summary: "a TOKEN block without TOKEN_DEPENDENCY",
        rationale: "A token costs the licenses that it draws. Without a dependency it would be free and unlimited.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN }\n"),
        good: Example::Text(
            "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=5 }
",
        ),
        how_to_fix: "Add `TOKEN_DEPENDENCY=\"FEATURE=name VERSION=1.0 COUNT=1\"`.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::STRAY_DEPENDENCY,
        summary: "TOKEN_DEPENDENCY on a block that is not a TOKEN block",
        rationale: "Only tokens draw on other licenses, so the dependency would be ignored.",
        bad: Example::Text(
            "FEATURE Draw { VENDOR=Acme COUNT=5 TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=5 }
",
        ),
        good: Example::Text(
            "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=5 }
",
        ),
        how_to_fix: "Write `KEYTYPE=TOKEN` without COUNT, or remove the dependency.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::SOFTLIMIT_TOO_HIGH,
        summary: "a SOFTLIMIT that is not lower than COUNT",
        rationale: "Checkouts above SOFTLIMIT are granted with a warning. If SOFTLIMIT is not lower than COUNT, the \
          warning is never shown.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 SOFTLIMIT=5 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 SOFTLIMIT=4 }\n"),
        how_to_fix: "Lower SOFTLIMIT, or raise COUNT.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::SHARE_COMMA,
        summary: "values of SHARE separated by commas",
        rationale: "The separator is `|`.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 SHARE=HOST,USER }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 SHARE=HOST|USER }\n"),
        how_to_fix: "Write `|` between the values.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::BAD_CHOICE,
        summary: "a value that is not one of the words that its directive accepts",
        rationale: "The intended value is unknown.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIV COUNT=5 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=5 }\n"),
        how_to_fix: "Write one of the words shown in the help, in upper case.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::BAD_DEPENDENCY,
        summary: "a TOKEN_DEPENDENCY that is not FEATURE, VERSION and COUNT, in this order",
        rationale: "It is unclear which licenses the token draws.",
        bad: Example::Text(
            "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=5 }
",
        ),
        good: Example::Text(
            "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=5 }
",
        ),
        how_to_fix: "Write `\"FEATURE=name VERSION=1.0 COUNT=1\"`.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::BAD_VALUE,
        summary: "an invalid amount of money, price tier, host ID, REPLACES or list of time zones",
        rationale: "The intended value is unknown.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 TIME_ZONES=25 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 TIME_ZONES=-5,0,1 }\n"),
        how_to_fix: "Write the value in the form shown in the help.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::JOINER,
        summary: "a zero-width joiner or non-joiner between letters, or a variation selector after a character that has variants",
        rationale: "Some scripts need it. Elsewhere it makes two values different that look the same.",
        bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"क्\u{200d}ष\" }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"क्ष\" }\n"),
        how_to_fix: "Keep it and allow the finding if the script needs it. Otherwise remove it.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::METERED_CONFLICT,
        summary: "COUNT together with FUNDS, FUNDS without PRICE, a PRICE of 0, or two currencies in one METERED \
           block",
        rationale: "The price of a token and the number of remaining tokens would be ambiguous.",
        bad: Example::Text(
            "FEATURE Pages { VENDOR=Acme KEYTYPE=METERED COUNT=100 FUNDS=\"5.00 USD\" PRICE=\"0.05 USD\" }\n",
        ),
        good: Example::Text(
            "FEATURE Pages { VENDOR=Acme KEYTYPE=METERED FUNDS=\"5.00 USD\" PRICE=\"0.05 USD\" }\n",
        ),
        how_to_fix: "Use either COUNT, or FUNDS and PRICE in one currency.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::EMPTY_VALUE,
        summary: "an empty value of a directive that needs one",
        rationale: "An empty value has no meaning there.",
        bad: Example::Text("FEATURE Draw { VENDOR=\"\" COUNT=5 }\n"),
        good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        how_to_fix: "Write a value, or remove the directive.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::ENDS_LIKE_DIRECTIVE,
        summary: "a text value with spaces that ends in `NAME=` or `NAME =`",
        rationale: "If a mail program wraps the value, it looks like a value whose closing quote is missing, and the license can \
          no longer be read.",
        bad: Example::Text(
            "FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"please set the variable LICENSE_FILE =\" }\n",
        ),
        good: Example::Text(
            "FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"please set the variable LICENSE_FILE\" }\n",
        ),
        how_to_fix: "End the value with another word, or remove the equals sign.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::TOO_MANY_DIRECTIVES,
        summary: "a block with more than 512 HOSTID or more than 128 TIER directives",
        rationale: "No license needs more, and the limit bounds the work that a hostile file can cause.",
        bad: Example::Generated {
            shown: "a local license with 513 HOSTID directives",
            make: || local(MAX_HOST_IDS + 1),
        },
        good: Example::Generated {
            shown: "a local license with 512 HOSTID directives",
            make: || local(MAX_HOST_IDS),
        },
        how_to_fix: "Put some of them into a second block.",
        check: Check::Parser,
    },
    Rule {
        code: &license_codes::TOO_MANY_DEPENDENCIES,
        summary: "a TOKEN block with more than 512 dependencies",
        rationale: "License servers accept at most 512 dependencies for one token.",
        bad: Example::Generated {
            shown: "a token with 513 dependencies, each on a pool of its own",
            make: || token(MAX_DEPENDENCIES + 1),
        },
        good: Example::Generated {
            shown: "a token with 512 dependencies, each on a pool of its own",
            make: || token(MAX_DEPENDENCIES),
        },
        how_to_fix: "Move some of them to a second token, and let the first depend on it.",
        check: Check::Parser,
    },
];

fn long_block() -> Vec<u8> {
    format!("FEATURE Draw {{ VENDOR=Acme COUNT=5 # {}\n}}\n", "x".repeat(MAX_BLOCK_BYTES)).into_bytes()
}

fn long_comment() -> Vec<u8> {
    let comment = "x".repeat(MAX_VALUE_BYTES + 1);
    format!("FEATURE Draw {{ VENDOR=Acme COUNT=5 COMMENT={comment} }}\n").into_bytes()
}

fn local(hosts: usize) -> Vec<u8> {
    let hosts = (0..hosts).map(|at| format!("  HOSTID=\"ETHERNET=0050{at:08X}\"\n"));
    format!("FEATURE Draw\n{{\n  VENDOR=Acme\n{}}}\n", hosts.collect::<String>()).into_bytes()
}

fn token(needs: usize) -> Vec<u8> {
    let mut text = "FEATURE Suite\n{\n  VENDOR=Acme KEYTYPE=TOKEN\n".to_owned();
    for at in 0..needs {
        text += &format!("  TOKEN_DEPENDENCY=\"FEATURE=Part_{at:x}_ VERSION=1.0 COUNT=1\"\n");
    }
    text += "}\n";
    for at in 0..needs {
        text += &format!("FEATURE Part_{at:x}_ {{ VENDOR=Acme COUNT=1 }}\n");
    }
    text.into_bytes()
}
