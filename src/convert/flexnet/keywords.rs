//! The keywords of FlexNet license files.

use crate::keyword::Keyword;
use crate::loss::{
    APPLICATION_DECIDES, CHECKOUT_SIZE, COUNTED_HOST_LOCK, CUSTOMER_KEYWORD, DATE_ORDER, DUPLICATE_GROUPING,
    ENVIRONMENT, FLOATING_DONGLE, GRANTS_NOTHING, HOST_ID_KIND, INFORMATION, MERGED_LINES, MIXED_POOL,
    OUT_OF_RANGE, PARTIAL_UPGRADE, PLATFORM_NAMES, POOL_PERIODS, SEATS_FEATURE, SECOND_FEATURE, SERVER_LOCK,
    SERVER_SETTINGS, SHARED_POOLS, SIGNATURE, SUITE_COUNT, SUITE_RESERVED, SUPERSEDED, TEXT_CHANGED,
    TIME_ZONE, TOKEN_POOL, UNDATED_LINE, VENDOR_STRING_POOLS, VERSION_ORDER, VIRTUAL_MACHINES,
};

/// The statements, each at the beginning of a line.
pub static STATEMENTS: &[Keyword] = &[
    Keyword::mapped("SERVER", "file", "three lines become HAL_SERVERS=3", &[&SERVER_LOCK, &SERVER_SETTINGS]),
    Keyword::lost("VENDOR", "file", "nothing; VENDOR is taken from the license lines", &[&SERVER_SETTINGS]),
    Keyword::lost("DAEMON", "file", "nothing, like VENDOR", &[&SERVER_SETTINGS]),
    Keyword::lost("USE_SERVER", "file", "nothing", &[&SERVER_SETTINGS]),
    Keyword::mapped(
        "FEATURE",
        "file",
        "a block with the COUNT of the first FEATURE line and all INCREMENT lines of its pool",
        &[&SECOND_FEATURE, &VERSION_ORDER],
    ),
    Keyword::mapped(
        "INCREMENT",
        "file",
        "adds to the COUNT of its pool: the lines with equal name, version and pool keywords",
        &[&POOL_PERIODS, &MERGED_LINES, &VERSION_ORDER],
    ),
    Keyword::mapped(
        "UPGRADE",
        "file",
        "raises VERSION and adds nothing",
        &[&PARTIAL_UPGRADE, &GRANTS_NOTHING],
    ),
    Keyword::mapped(
        "PACKAGE",
        "file",
        "without SUITE a block for each component; with SUITE a token for each component that draws on the suite",
        &[&GRANTS_NOTHING, &SEATS_FEATURE, &SUITE_COUNT],
    ),
];

/// The keywords of license lines.
pub static ATTRIBUTES: &[Keyword] = &[
    Keyword::lost("AUTH", "line", "nothing; sign the result", &[&SIGNATURE]),
    Keyword::mapped("BORROW", "line", "BORROW, in hours; 168 without a value", &[&OUT_OF_RANGE]),
    Keyword::lost("CAPACITY", "line", "nothing", &[&CHECKOUT_SIZE]),
    Keyword::mapped("COMPONENTS", "PACKAGE", "the components of the package", &[]),
    Keyword::mapped(
        "DUP_GROUP",
        "line",
        "SHARE: U is USER, H is HOST",
        &[&DUPLICATE_GROUPING, &APPLICATION_DECIDES, &SHARED_POOLS],
    ),
    Keyword::lost("FLOAT_OK", "line", "nothing", &[&FLOATING_DONGLE]),
    Keyword::mapped(
        "HOSTID",
        "line",
        "HOSTID of a local block; ANY is omitted",
        &[&HOST_ID_KIND, &COUNTED_HOST_LOCK],
    ),
    Keyword::mapped("HOST_BASED", "line", "HOSTBASED", &[]),
    Keyword::mapped("ISSUED", "line", "ISSUED", &[&DATE_ORDER]),
    Keyword::lost("ISSUER", "line", "nothing", &[&INFORMATION]),
    Keyword::mapped("LINGER", "line", "HOLD, in seconds", &[&OUT_OF_RANGE, &MIXED_POOL]),
    Keyword::lost("MINIMUM", "line", "nothing", &[&CHECKOUT_SIZE]),
    Keyword::mapped("NOTICE", "line", "COMMENT", &[&TEXT_CHANGED]),
    Keyword::mapped("OPTIONS", "PACKAGE", "SUITE: tokens that draw on the suite", &[&SUITE_RESERVED]),
    Keyword::mapped("OVERDRAFT", "line", "COUNT includes it, and SOFTLIMIT is the COUNT without it", &[]),
    Keyword::mapped("PLATFORMS", "line", "PLATFORMS", &[&PLATFORM_NAMES]),
    Keyword::mapped("SIGN", "line", "nothing; sign the result", &[&SIGNATURE]),
    Keyword::mapped("SIGN2", "line", "nothing; sign the result", &[&SIGNATURE]),
    Keyword::mapped("SN", "line", "SN", &[&TEXT_CHANGED]),
    Keyword::mapped("START", "line", "START", &[&DATE_ORDER]),
    Keyword::mapped("SUITE_DUP_GROUP", "line", "SHARE of the suite's block", &[&DUPLICATE_GROUPING]),
    Keyword::mapped("SUPERSEDE", "line", "the older lines are omitted", &[&SUPERSEDED, &UNDATED_LINE]),
    Keyword::mapped("TS_OK", "line", "SHARE=TERMINALSERVER of a local block", &[]),
    Keyword::mapped("TZ", "line", "TIME_ZONES", &[&TIME_ZONE]),
    Keyword::mapped("USER_BASED", "line", "USERBASED", &[]),
    Keyword::mapped(
        "VENDOR_STRING",
        "line",
        "DATA; with `--token-cost` a token that draws on the pool",
        &[&VENDOR_STRING_POOLS, &TOKEN_POOL, &TEXT_CHANGED],
    ),
    Keyword::mapped("VM_PLATFORMS", "line", "nothing for PHYSICAL", &[&ENVIRONMENT, &VIRTUAL_MACHINES]),
];

/// The keywords of the customer, in lower case: FlexNet does not sign them.
pub static CUSTOMER: &[Keyword] = &[
    Keyword::lost("asset_info", "line", "nothing", &[&CUSTOMER_KEYWORD]),
    Keyword::lost("ck", "line", "nothing", &[&CUSTOMER_KEYWORD]),
    Keyword::lost("dist_info", "line", "nothing", &[&CUSTOMER_KEYWORD]),
    Keyword::mapped("sort", "line", "the order of the blocks", &[]),
    Keyword::lost("user_info", "line", "nothing", &[&CUSTOMER_KEYWORD]),
    Keyword::lost("vendor_info", "line", "nothing", &[&CUSTOMER_KEYWORD]),
];
