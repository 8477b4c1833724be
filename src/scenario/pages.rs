//! The pages of the codes in scenario files, for `keywright explain`.

use keywright_syntax::diagnostic::Code;

use super::codes;

/// The page of a code. The examples are scenario files for the license of [`EXAMPLE_LICENSE`].
#[derive(Debug, Clone, Copy)]
pub struct CodePage {
    /// The code.
    pub code: &'static Code,
    /// The subject of the finding: a phrase after "Checks for".
    pub summary: &'static str,
    /// The reason why it is a problem.
    pub rationale: &'static str,
    /// A file with this finding; empty if it would be too long.
    pub bad: &'static str,
    /// The corrected file.
    pub good: &'static str,
    /// The correction.
    pub how_to_fix: &'static str,
}

/// The license `a.lic` of the examples.
pub const EXAMPLE_LICENSE: &str = "FEATURE Pool { VENDOR=abc KEYTYPE=EXCLUSIVE COUNT=4 END=2026-12-31 }\n";

const GOOD: &str = "license: a.lic\nat: 2026-01-15\nscenarios:\n  - name: all licenses\n    steps:\n      \
    - { checkout: Pool, count: 4, consumes: { Pool: 4 } }\n      \
    - { checkout: Pool, denied: not-enough-licenses }\n";

/// The pages of all codes, in their order.
pub static PAGES: [CodePage; 12] = [
    CodePage {
        code: &codes::BAD_YAML,
        summary: "text that is not YAML, or uses anchors, aliases, tags, merge keys or several documents",
        rationale: "a file that could be read in two ways does not describe the required behaviour",
        bad: "license: a.lic\nscenarios: [\n",
        good: GOOD,
        how_to_fix: "Correct the line that the message names: indent with spaces, and close all brackets and quotes.",
    },
    CodePage {
        code: &codes::UNKNOWN_KEY,
        summary: "keys that scenario files do not have",
        rationale: "a misspelled key would check nothing",
        bad: "license: a.lic\nat: 2026-01-15\nscenario:\n  - name: a\n    steps: [ { checkout: Pool } ]\n",
        good: GOOD,
        how_to_fix: "Use the key that the message suggests. docs/scenarios.md lists all keys.",
    },
    CodePage {
        code: &codes::DUPLICATE_KEY,
        summary: "keys that are given twice",
        rationale: "only one of the two values could apply",
        bad: "license: a.lic\nlicense: a.lic\nat: 2026-01-15\nscenarios:\n  - name: a\n    steps: [ { checkout: Pool } ]\n",
        good: GOOD,
        how_to_fix: "Remove one of them. For several licenses write a list: `license: [a.lic, b.lic]`.",
    },
    CodePage {
        code: &codes::MISSING_KEY,
        summary: "required keys that are missing",
        rationale: "without it the scenario cannot run",
        bad: "license: a.lic\nat: 2026-01-15\nscenarios:\n  - steps: [ { checkout: Pool } ]\n",
        good: GOOD,
        how_to_fix: "Add the key that the message names.",
    },
    CodePage {
        code: &codes::BAD_VALUE,
        summary: "values that their key does not accept",
        rationale: "the value has another type, or is out of range",
        bad: "license: a.lic\nat: 2026-01-15\nscenarios:\n  - name: a\n    steps: [ { checkout: Pool, count: many } ]\n",
        good: GOOD,
        how_to_fix: "Write a value of the form that the message describes.",
    },
    CodePage {
        code: &codes::BAD_STEP,
        summary: "steps without a verb, with several verbs, or with a key that the verb does not have",
        rationale: "a step is one event, such as `checkout` or `advance`",
        bad: "license: a.lic\nat: 2026-01-15\nscenarios:\n  - name: a\n    steps: [ { checkout: Pool, checkin: Pool } ]\n",
        good: GOOD,
        how_to_fix: "Write one step for each event.",
    },
    CodePage {
        code: &codes::BAD_LICENSE,
        summary: "licenses that cannot be read or have lint errors",
        rationale: "scenarios run only on a license that could be shipped",
        bad: "license: missing.lic\nat: 2026-01-15\nscenarios:\n  - name: a\n    steps: [ { checkout: Pool } ]\n",
        good: GOOD,
        how_to_fix: "Correct the path, which is relative to the scenario file, or the findings that `keywright lint` shows.",
    },
    CodePage {
        code: &codes::PATH_LEAVES,
        summary: "licenses outside of the project",
        rationale: "a scenario file that was received from outside must not read other files of your computer",
        bad: "license: /etc/hostname\nat: 2026-01-15\nscenarios:\n  - name: a\n    steps: [ { checkout: Pool } ]\n",
        good: GOOD,
        how_to_fix: "Use a relative path to a file below the directory that has `keywright.toml` or `.git`. Without such a \
                 directory, the license must be below the directory of the scenario file.",
    },
    CodePage {
        code: &codes::UNKNOWN_POOL,
        summary: "pools that are not in the licenses",
        rationale: "a misspelled pool would always be unused",
        bad: "license: a.lic\nat: 2026-01-15\nscenarios:\n  - name: a\n    steps: [ { checkout: Pool, consumes: { Pol: 1 } } ]\n",
        good: GOOD,
        how_to_fix: "Use the name of a FEATURE block. `Name#2` is the second block of a name.",
    },
    CodePage {
        code: &codes::NO_TIME,
        summary: "scenarios without a time, for licenses with dates",
        rationale: "the result would depend on the day on which you run the test",
        bad: "license: a.lic\nscenarios:\n  - name: a\n    steps: [ { checkout: Pool } ]\n",
        good: GOOD,
        how_to_fix: "Add `at: 2026-01-15` to the file or to the scenario.",
    },
    CodePage {
        code: &codes::TOO_LARGE,
        summary: "files that exceed a size limit",
        rationale: "the limits keep the memory and the time of a run small",
        bad: "",
        good: GOOD,
        how_to_fix: "Split the file.",
    },
    CodePage {
        code: &codes::SAME_NAME,
        summary: "scenarios with the same name in one file",
        rationale: "reports could not tell which of them failed",
        bad: "license: a.lic\nat: 2026-01-15\nscenarios:\n  - { name: a, steps: [ { checkout: Pool } ] }\n  \
              - { name: a, steps: [ { checkout: Pool } ] }\n",
        good: GOOD,
        how_to_fix: "Rename one of them.",
    },
];
