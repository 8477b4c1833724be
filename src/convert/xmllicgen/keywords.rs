//! The elements and settings of XML templates of LM-X's generator.

use crate::keyword::Keyword;
use crate::loss::{
    BAD_VALUE, COUNTED_HOST_LOCK, DATE_ORDER, HOLD_UNIT, INFORMATION, NUMBER_SPELLING, PARAMETER,
    SERVER_LOCK, TEXT_CHANGED, TODAY, UNKNOWN_KEYWORD,
};

/// The elements.
pub static ELEMENTS: &[Keyword] = &[
    Keyword::mapped("LICENSEFILE", "document", "the license", &[]),
    Keyword::mapped("FEATURE", "LICENSEFILE", "a block", &[]),
    Keyword::mapped("SETTING", "FEATURE", "a directive for each attribute", &[&UNKNOWN_KEYWORD, &PARAMETER]),
    Keyword::mapped(
        "CLIENT_HOSTID",
        "FEATURE",
        "HOSTID of a local block; several of them become several blocks",
        &[&COUNTED_HOST_LOCK],
    ),
    Keyword::lost("SERVER_HOSTID", "FEATURE", "nothing", &[&SERVER_LOCK]),
];

/// The settings of a FEATURE. Settings of the same name as a directive become that directive.
pub static SETTINGS: &[Keyword] = &[
    Keyword::mapped("BORROW", "SETTING", "BORROW", &[&BAD_VALUE]),
    Keyword::mapped("COMMENT", "SETTING", "COMMENT", &[&TEXT_CHANGED]),
    Keyword::mapped("COUNT", "SETTING", "COUNT", &[&NUMBER_SPELLING]),
    Keyword::mapped("DATA", "SETTING", "DATA", &[&TEXT_CHANGED]),
    Keyword::mapped("END", "SETTING", "END", &[&DATE_ORDER]),
    Keyword::mapped("GRACE", "SETTING", "GRACE", &[&BAD_VALUE]),
    Keyword::mapped("HAL_SERVERS", "SETTING", "HAL_SERVERS", &[&BAD_VALUE]),
    Keyword::mapped("HOLD", "SETTING", "HOLD, in seconds", &[&HOLD_UNIT]),
    Keyword::mapped("HOSTBASED", "SETTING", "HOSTBASED", &[&BAD_VALUE]),
    Keyword::mapped("HOSTID_MATCH_RATE", "SETTING", "HOSTID_MATCH_RATE", &[&BAD_VALUE]),
    Keyword::mapped("ISSUED", "SETTING", "ISSUED", &[&TODAY, &DATE_ORDER]),
    Keyword::lost("KEY_COMMENT", "SETTING", "nothing", &[&INFORMATION]),
    Keyword::mapped("KEYTYPE", "SETTING", "KEYTYPE", &[&BAD_VALUE]),
    Keyword::mapped("LICENSEE", "SETTING", "LICENSEE", &[&TEXT_CHANGED]),
    Keyword::mapped("MAINTENANCE_END", "SETTING", "MAINTENANCE_END", &[&DATE_ORDER]),
    Keyword::mapped("MAINTENANCE_START", "SETTING", "MAINTENANCE_START", &[&DATE_ORDER]),
    Keyword::mapped("MAJOR_VERSION", "SETTING", "VERSION", &[&NUMBER_SPELLING]),
    Keyword::mapped("MIN_CHECKOUT", "SETTING", "MIN_CHECKOUT", &[&BAD_VALUE]),
    Keyword::mapped("MINOR_VERSION", "SETTING", "VERSION", &[&NUMBER_SPELLING]),
    Keyword::mapped("OPTIONS", "SETTING", "OPTIONS", &[&TEXT_CHANGED]),
    Keyword::mapped("PLATFORMS", "SETTING", "PLATFORMS", &[&TEXT_CHANGED]),
    Keyword::mapped("REPLACES", "SETTING", "REPLACES", &[&BAD_VALUE]),
    Keyword::mapped("SHARE", "SETTING", "SHARE; commas become `|`", &[&BAD_VALUE]),
    Keyword::mapped("SN", "SETTING", "SN", &[&TEXT_CHANGED]),
    Keyword::mapped("SOFTLIMIT", "SETTING", "SOFTLIMIT", &[&BAD_VALUE]),
    Keyword::mapped("START", "SETTING", "START", &[&DATE_ORDER]),
    Keyword::mapped("SYSTEMCLOCKCHECK", "SETTING", "SYSTEMCLOCKCHECK", &[&BAD_VALUE]),
    Keyword::mapped("TIME_ZONES", "SETTING", "TIME_ZONES", &[&BAD_VALUE]),
    Keyword::mapped("TOKEN_DEPENDENCY", "SETTING", "TOKEN_DEPENDENCY", &[&BAD_VALUE]),
    Keyword::mapped("USERBASED", "SETTING", "USERBASED", &[&BAD_VALUE]),
    Keyword::mapped("VENDOR", "SETTING", "VENDOR", &[]),
    Keyword::mapped("VERSION", "SETTING", "VERSION", &[&NUMBER_SPELLING]),
];
