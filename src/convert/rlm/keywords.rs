//! The keywords of RLM license files.

use crate::keyword::Keyword;
use crate::loss::{
    COUNTED_HOST_LOCK, DATE_ORDER, ENVIRONMENT, GRANTS_NOTHING, HOST_ID_KIND, INFORMATION, LOCKED_TOKEN,
    METERED_LINE, OUT_OF_RANGE, PADDED_VERSION, PARTIAL_UPGRADE, PASSWORD, PLATFORM_NAMES, REPEATED_LINE,
    ROAMING, SERVER_LOCK, SERVER_SETTINGS, SHARE_LIMIT, SHARED_POOLS, SIGNATURE, SUPERSEDED, TEXT_CHANGED,
    TIME_ZONE, UNDATED_LINE, VENDOR_SHARING, VIRTUAL_MACHINES,
};

/// The statements, each at the beginning of a line; several have two names.
pub static STATEMENTS: &[Keyword] = &[
    Keyword::mapped("HOST", "file", "nothing", &[&SERVER_LOCK, &SERVER_SETTINGS]),
    Keyword::mapped("SERVER", "file", "nothing, like HOST", &[&SERVER_LOCK, &SERVER_SETTINGS]),
    Keyword::lost("ISV", "file", "nothing; VENDOR is taken from the license lines", &[&SERVER_SETTINGS]),
    Keyword::lost("DAEMON", "file", "nothing, like ISV", &[&SERVER_SETTINGS]),
    Keyword::lost("CUSTOMER", "file", "nothing", &[&SERVER_SETTINGS]),
    Keyword::mapped(
        "LICENSE",
        "file",
        "a block; lines with equal keywords are one pool",
        &[&PADDED_VERSION, &REPEATED_LINE],
    ),
    Keyword::mapped("FEATURE", "file", "a block, like LICENSE", &[&PADDED_VERSION]),
    Keyword::mapped(
        "UPGRADE",
        "file",
        "raises VERSION and adds nothing",
        &[&PARTIAL_UPGRADE, &GRANTS_NOTHING],
    ),
];

/// The kinds of license, in place of the number of licenses.
pub static COUNTS: &[Keyword] = &[
    Keyword::mapped("uncounted", "count", "a local block", &[]),
    Keyword::mapped("single", "count", "a local block with SHARE=SINGLE", &[]),
    Keyword::mapped(
        "token",
        "count",
        "KEYTYPE=TOKEN; several lines are alternatives in order",
        &[&GRANTS_NOTHING],
    ),
    Keyword::mapped("token_unlocked", "count", "KEYTYPE=TOKEN, like token", &[&GRANTS_NOTHING]),
    Keyword::lost("token_locked", "count", "KEYTYPE=TOKEN, like token", &[&LOCKED_TOKEN]),
    Keyword::lost("meter", "count", "nothing", &[&METERED_LINE]),
];

/// The keywords of license lines.
pub static ATTRIBUTES: &[Keyword] = &[
    Keyword::lost("akey", "line", "nothing", &[&INFORMATION]),
    Keyword::lost("contract", "line", "nothing", &[&INFORMATION]),
    Keyword::mapped("customer", "line", "LICENSEE", &[&TEXT_CHANGED]),
    Keyword::mapped(
        "disable",
        "line",
        "nothing: the result does not permit VM and TerminalServer either",
        &[&ENVIRONMENT, &VIRTUAL_MACHINES],
    ),
    Keyword::mapped("hold", "line", "HOLD, in seconds", &[&OUT_OF_RANGE]),
    Keyword::mapped("host-based", "line", "HOSTBASED", &[]),
    Keyword::mapped("host_based", "line", "HOSTBASED", &[]),
    Keyword::mapped(
        "hostid",
        "line",
        "HOSTID of a local block; ANY is omitted",
        &[&HOST_ID_KIND, &COUNTED_HOST_LOCK],
    ),
    Keyword::mapped("issued", "line", "ISSUED", &[&DATE_ORDER]),
    Keyword::lost("issuer", "line", "nothing", &[&INFORMATION]),
    Keyword::mapped("max_roam", "line", "BORROW: a day is 24 hours", &[&ROAMING]),
    Keyword::lost("meter_dec", "line", "nothing", &[&METERED_LINE]),
    Keyword::mapped("min_checkout", "line", "MIN_CHECKOUT, in seconds", &[&OUT_OF_RANGE]),
    Keyword::mapped("named_user", "line", "USERBASED", &[]),
    Keyword::mapped("options", "line", "OPTIONS", &[&TEXT_CHANGED]),
    Keyword::mapped("platforms", "line", "PLATFORMS", &[&PLATFORM_NAMES]),
    Keyword::mapped("replace", "line", "the older lines are omitted", &[&SUPERSEDED, &UNDATED_LINE]),
    Keyword::mapped(
        "share",
        "line",
        "SHARE: u is USER, h is HOST, i is CUSTOM",
        &[&SHARE_LIMIT, &VENDOR_SHARING, &SHARED_POOLS],
    ),
    Keyword::mapped("sig", "line", "nothing; sign the result", &[&SIGNATURE]),
    Keyword::mapped("soft_limit", "line", "SOFTLIMIT", &[&OUT_OF_RANGE]),
    Keyword::mapped("start", "line", "START", &[&DATE_ORDER]),
    Keyword::lost("timezone", "line", "nothing", &[&TIME_ZONE]),
    Keyword::mapped("token", "line", "a TOKEN_DEPENDENCY for each `<product version count>`", &[]),
    Keyword::mapped("user-based", "line", "USERBASED", &[]),
    Keyword::mapped("user_based", "line", "USERBASED", &[]),
    Keyword::lost("_ck", "line", "nothing", &[&INFORMATION]),
    Keyword::lost("_id", "line", "nothing", &[&INFORMATION]),
    Keyword::lost("_line_item", "line", "nothing", &[&INFORMATION]),
    Keyword::lost("_password", "line", "nothing", &[&PASSWORD]),
];

/// Keywords for named users and hosts, with their directives.
pub(crate) const NAMED: [(&str, &str); 5] = [
    ("named_user", "USERBASED"),
    ("user_based", "USERBASED"),
    ("user-based", "USERBASED"),
    ("host_based", "HOSTBASED"),
    ("host-based", "HOSTBASED"),
];
