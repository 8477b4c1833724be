//! The table of losses, in the order of their codes.

use keywright_syntax::diagnostic::{Code, Severity};

use super::kind::{Effect, Loss};

impl Loss {
    /// Returns the loss with this code or name, in any case.
    #[must_use]
    pub fn find(text: &str) -> Option<&'static Self> {
        LOSSES
            .iter()
            .copied()
            .find(|loss| loss.code.id.eq_ignore_ascii_case(text) || loss.code.name.eq_ignore_ascii_case(text))
    }
}

/// Declares the losses and the table of all of them.
macro_rules! losses {
    ($($name:ident $id:literal $kebab:literal $severity:ident $effect:ident
       says $source:literal does $result:literal advice $advice:literal;)*) => {
        $(
            #[doc = concat!("Loss ", $id, ": ", $source, ".")]
            pub(crate) static $name: Loss = Loss {
                code: Code::new($id, $kebab, Severity::$severity),
                effect: Effect::$effect,
                source: $source,
                result: $result,
                advice: $advice,
            };
        )*

        /// All losses.
        pub static LOSSES: &[&Loss] = &[$(&$name),*];
    };
}

losses! {
    SERVER_LOCK "L001" "server-lock" Error Grants
        says "the license server is locked to a host id"
        does "the license runs on any license server"
        advice "lock the server in the product that replaces it, or issue a license for each server";
    COUNTED_HOST_LOCK "L002" "counted-host-lock" Error Grants
        says "a counted license is locked to hosts"
        does "the license is counted, but any host may use it"
        advice "convert it to an uncounted license if the lock matters more than the count";
    HOST_ID_KIND "L003" "host-id-kind" Error Grants
        says "a host id of a kind that the license language does not have"
        does "the license is not locked to this host"
        advice "ask the customer for a host id of another kind, and add HOSTID";
    DUPLICATE_GROUPING "L004" "duplicate-grouping" Error Grants
        says "checkouts from one display, with one vendor-defined string or at one site count once"
        does "they count separately, unless they share the user or the host"
        advice "raise COUNT, or use SHARE=CUSTOM with a string that the application sets";
    SUITE_RESERVED "L005" "suite-reserved" Error Grants
        says "the first checkout of a component reserves the other components for the same user"
        does "nothing is reserved; the components draw on the suite like those of a plain suite"
        advice "use a plain suite, or USERBASED licenses";
    FLOATING_DONGLE "L006" "floating-dongle" Error Grants
        says "the license moves with a dongle"
        does "the license is not bound to the dongle"
        advice "add the HOSTID of the dongle to an uncounted license";
    CHECKOUT_SIZE "L007" "checkout-size" Error Grants
        says "the keyword changes how many licenses one checkout takes"
        does "a checkout takes the number of licenses that the application requests"
        advice "use a token whose TOKEN_DEPENDENCY has the number as COUNT";
    ENVIRONMENT "L008" "environment" Error Grants
        says "the license is limited to an environment, or excluded from one, in a way that SHARE cannot \
            state"
        does "the environment is not checked"
        advice "check the environment in the application";
    TIME_ZONE "L009" "time-zone" Error Grants
        says "the license is limited to time zones in a form that TIME_ZONES cannot state"
        does "clients of all time zones may use the license"
        advice "add TIME_ZONES with the hours from GMT";
    POOL_PERIODS "L010" "pool-periods" Error Grants
        says "the lines of one pool are valid in different periods, and none of them contains the others"
        does "each line becomes a pool of its own, so one request cannot draw from two of them"
        advice "accept this if applications request one license at a time";
    PADDED_VERSION "L011" "padded-version" Error Grants
        says "versions are decimal numbers with more than one digit after the point"
        does "all of them are written with the same number of digits after the point"
        advice "accept this if the application also requests versions with this number of digits, for \
            example 1.20 instead of 1.2";
    RENAMED_FEATURE "L012" "renamed-feature" Error Grants
        says "a name has characters that the license language does not allow"
        does "the name is written with `_` in their place"
        advice "accept this if the application requests the new name";
    SHARE_LIMIT "L013" "share-limit" Error Grants
        says "the number of checkouts that share one license is limited"
        does "any number of checkouts of the share group share the license"
        advice "accept this if the limit is not needed";
    VENDOR_SHARING "L014" "vendor-sharing" Error Grants
        says "checkouts with equal vendor-defined data share a license"
        does "checkouts with an equal custom string share a license (SHARE=CUSTOM)"
        advice "accept this if the application sets the custom string to the same data";
    PASSWORD "L015" "password" Error Grants
        says "a checkout needs a password"
        does "a checkout needs no password"
        advice "check the password in the application";
    METERED_LINE "L016" "metered-line" Error Grants
        says "the line counts consumption"
        does "the line is not converted"
        advice "write a METERED block by hand; docs/language.md describes it";
    LOCKED_TOKEN "L017" "locked-token" Error Grants
        says "the token definition is locked to the license server"
        does "the token is valid on any license server"
        advice "accept this if the pool that it draws on is enough protection";
    PARTIAL_UPGRADE "L018" "partial-upgrade" Error Grants
        says "an UPGRADE line raises the version of some of the licenses only"
        does "they become a pool of their own, which is tried after the pool with the old version"
        advice "accept this if the order of the two pools does not matter";
    ROAMING "L019" "roaming" Error Grants
        says "the time that a license may roam differs from what BORROW can state"
        does "BORROW has the nearest value that is not longer, or is omitted"
        advice "set BORROW by hand";
    UNKNOWN_KEYWORD "L020" "unknown-keyword" Error Grants
        says "an unknown keyword"
        does "the keyword has no effect"
        advice "accept this if you know that the keyword does not limit or grant anything";
    MIXED_POOL "L021" "mixed-pool" Error Grants
        says "the lines of one pool have different values of a keyword"
        does "the value of the first line applies to the whole pool"
        advice "accept this if the difference does not matter";
    OUT_OF_RANGE "L022" "out-of-range" Error Grants
        says "a value is outside of the range that the directive allows"
        does "the nearest allowed value is written"
        advice "accept this if the difference does not matter";
    NO_EQUIVALENT "L023" "no-equivalent" Error Grants
        says "a block or directive that the format of the result does not have"
        does "it is not written"
        advice "keep the license in the format that can state it";
    SHARED_POOLS "L025" "shared-pools" Error Grants
        says "a feature has several pools whose licenses are shared"
        does "a checkout first joins the pool in which its user or host already has a license, whichever pool \
            is tried first"
        advice "accept this if the order of the pools does not matter for users with several checkouts";
    SIGNATURE "L101" "signature" Note Cosmetic
        says "signatures of the source"
        does "the result is not signed"
        advice "sign the result with `keywright sign`";
    INFORMATION "L102" "information" Note Cosmetic
        says "information without an effect on checkouts"
        does "it is not carried over"
        advice "add a COMMENT if you need it";
    CUSTOMER_KEYWORD "L103" "customer-keyword" Note Cosmetic
        says "a lower-case keyword, which the customer may change"
        does "it is not carried over, because it grants and limits nothing"
        advice "add a comment to the result if you need it";
    SUPERSEDED "L104" "superseded" Note Cosmetic
        says "a newer line supersedes the line"
        does "the line is omitted, as the source's own server does"
        advice "nothing needs to be done";
    SECOND_FEATURE "L105" "second-feature" Note Cosmetic
        says "a second FEATURE line of a name"
        does "the line is omitted: FlexNet uses the first FEATURE line only"
        advice "write INCREMENT in the source if it was meant to add licenses";
    REPEATED_LINE "L106" "repeated-line" Note Cosmetic
        says "a line with the same signature as another one"
        does "it counts once"
        advice "nothing needs to be done";
    GRANTS_NOTHING "L107" "grants-nothing" Note Cosmetic
        says "a line that grants nothing in these files"
        does "it is omitted"
        advice "add the file that defines what the line refers to, if it was meant to grant something";
    SERVER_SETTINGS "L108" "server-settings" Note Cosmetic
        says "settings of the license server: host name, port, path, options file"
        does "they are not carried over"
        advice "configure the license server that replaces it";
    LATIN_1 "L109" "latin-1" Note Cosmetic
        says "the file is not UTF-8"
        does "it is read as Latin-1, and the result is UTF-8"
        advice "check names with accents in the result";
    NAME_SPELLING "L110" "name-spelling" Note Cosmetic
        says "one name is spelled with different upper and lower case"
        does "the first spelling is used everywhere"
        advice "let the application request the first spelling";
    TEXT_CHANGED "L111" "text-changed" Note Cosmetic
        says "a text that the license language cannot contain as it is"
        does "it is written in another form or as a COMMENT"
        advice "check the text in the result";
    TODAY "L112" "today" Note Cosmetic
        says "the day is the day of generation"
        does "the day of the conversion is written"
        advice "run the conversion on the day of issue, or use `--at`";
    NUMBER_SPELLING "L113" "number-spelling" Note Cosmetic
        says "a number with leading zeros"
        does "it is written without them"
        advice "nothing needs to be done";
    APPLICATION_DECIDES "L114" "application-decides" Note Cosmetic
        says "the source lets the application decide which checkouts share a license"
        does "the result does not state it either"
        advice "add SHARE if the application relied on it";
    PLATFORM_NAMES "L115" "platform-names" Note Cosmetic
        says "platform names of the source's own"
        does "PLATFORMS has the same names"
        advice "replace them by the names that your application compares";
    MERGED_LINES "L116" "merged-lines" Note Cosmetic
        says "several lines form one pool and have different information"
        does "the block has the information of the first line"
        advice "nothing needs to be done";
    SCENARIOS_CUT "L117" "scenarios-cut" Note Cosmetic
        says "the license has more features than a scenario file can cover"
        does "the scenario file covers the first of them"
        advice "split the source into several files to cover all";
    COMMENTS "L118" "comments" Note Cosmetic
        says "comments and layout"
        does "they are not carried over"
        advice "nothing needs to be done";
    SEATS_FEATURE "L119" "seats-feature" Note Cosmetic
        says "a limit on one feature that also draws on a shared pool"
        does "an additional feature counts it; its name ends in `_seats`"
        advice "nothing needs to be done; no application requests the name";
    VIRTUAL_MACHINES "L120" "virtual-machines" Note Cosmetic
        says "the license runs on virtual machines"
        does "the result does not state it"
        advice "add SHARE=VIRTUAL if clients run on virtual machines and the application checks it";
    VERSION_ORDER "L201" "version-order" Error Question
        says "a version that can be read in more than one way"
        does "nothing is written"
        advice "use `--versions pair` (1.10 is newer than 1.2), `--versions decimal` (1.10 is \
            1.1) or `--versions date` (20160610 is 2016.610)";
    DATE_ORDER "L202" "date-order" Error Question
        says "a date that can be read day first or month first"
        does "nothing is written"
        advice "use `--dates day-first` or `--dates month-first`";
    SUITE_COUNT "L203" "suite-count" Error Question
        says "a component of a suite has a number of licenses, which FlexNet does not allow"
        does "nothing is written"
        advice "use `--suite-counts ignore` (a checkout takes one of the suite) or \
            `--suite-counts draw` (it takes this number)";
    IDENTICAL_LINES "L204" "identical-lines" Error Question
        says "a line is repeated without any difference"
        does "nothing is written"
        advice "use `--duplicates once` (a pasted copy) or `--duplicates sum` (two purchases)";
    UNDATED_LINE "L205" "undated-line" Error Question
        says "a line without ISSUED, and a line that supersedes older ones"
        does "nothing is written"
        advice "use `--undated superseded` (it is older) or `--undated kept`";
    VENDOR_STRING_POOLS "L206" "vendor-string-pools" Error Question
        says "lines that differ only in VENDOR_STRING"
        does "nothing is written"
        advice "use `--vendor-string pool` (they are separate pools) or `--vendor-string ignore` \
            (they are one pool)";
    TWO_VENDORS "L207" "two-vendors" Error Question
        says "two vendors define the same feature"
        does "nothing is written"
        advice "convert one vendor at a time with `--daemon NAME`";
    NO_VENDOR "L208" "no-vendor" Error Question
        says "the source does not name the vendor"
        does "nothing is written"
        advice "name it with `--vendor NAME`";
    HOLD_UNIT "L209" "hold-unit" Error Question
        says "a HOLD that can be minutes or seconds, depending on the version of LM-X"
        does "nothing is written"
        advice "use `--hold-unit seconds` (LM-X 4.8.1 and newer) or `--hold-unit minutes`";
    PARAMETER "L210" "parameter" Error Question
        says "a parameter of a generator's template without a value"
        does "nothing is written"
        advice "give the value with `--set NAME=VALUE`";
    UNCLEAR_FORMAT "L211" "unclear-format" Error Question
        says "a file that can be of more than one format, or of none that keywright reads"
        does "nothing is written"
        advice "name the format with `--from`";
    TOKEN_POOL "L212" "token-pool" Error Question
        says "a token cost without the pool that it draws on"
        does "nothing is written"
        advice "name the pool with `--token-pool NAME`, or put `{pool}` into `--token-cost`";
    BROKEN_LINE "L301" "broken-line" Error Broken
        says "a line that cannot be read"
        does "the line is omitted; all others are converted"
        advice "correct the line, or get the file again from the vendor";
    BAD_VALUE "L302" "bad-value" Error Broken
        says "a value that cannot be read"
        does "the line is omitted; all others are converted"
        advice "correct the value";
    JOINED_LINES "L303" "joined-lines" Error Broken
        says "two license lines on one line"
        does "both are converted"
        advice "put each license line on a line of its own; the source's own server may ignore the second";
    NOT_A_LICENSE "L304" "not-a-license" Error Unreadable
        says "a usage log, an options file or another file of a license server"
        does "nothing is written"
        advice "give the license file";
    BINARY_FILE "L305" "binary-file" Error Unreadable
        says "binary or encrypted data"
        does "nothing is written"
        advice "give the license file as text";
    MIXED_FORMATS "L306" "mixed-formats" Error Unreadable
        says "files or lines of different formats"
        does "nothing is written"
        advice "convert each format separately";
    BAD_XML "L307" "bad-xml" Error Unreadable
        says "XML that is not well-formed, or that declares a DTD or entities"
        does "nothing is written"
        advice "correct the XML; a template needs neither a DTD nor entities";
    TOO_LARGE "L308" "too-large" Error Broken
        says "a line or a value beyond a limit"
        does "the line is omitted; all others are converted"
        advice "split the line; docs/language.md lists the limits";
    UNSOUND_RESULT "L309" "unsound-result" Error Unreadable
        says "the source describes a license that keywright's linter rejects"
        does "nothing is written"
        advice "correct the source; `keywright explain CODE` describes the finding";
    NO_LICENSE "L310" "no-license" Error Unreadable
        says "a file without license lines"
        does "nothing is written"
        advice "give the file with the license lines";
}
