//! The local time.

use std::ffi::OsString;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use keywright_files::input;
use keywright_syntax::limits::MIB;

/// The time zone of the machine where `TZ` is not set.
const SYSTEM_ZONE: &str = "/etc/localtime";
/// The usual directory of the time zone database, where `TZDIR` is not set.
const ZONES: &str = "/usr/share/zoneinfo";
/// Maximum size of the file of a time zone. The largest ones have 4 KiB.
const MAX_ZONE_BYTES: u64 = MIB as u64;

/// Returns the current local time.
///
/// [`Zoned::now`] lists the complete time zone database before it reads one file of it, which takes longer than all that
/// most commands do. So the file is read directly. Where there is none, as for POSIX rules in `TZ`, jiff decides.
pub(super) fn now() -> Zoned {
    Timestamp::now().to_zoned(zone(std::env::var_os("TZ")).unwrap_or_else(TimeZone::system))
}

/// Reads the file of a time zone by its name, or that of the machine.
fn zone(name: Option<OsString>) -> Option<TimeZone> {
    let path = match name {
        None => PathBuf::from(SYSTEM_ZONE),
        Some(name) => std::env::var_os("TZDIR").map_or_else(|| ZONES.into(), PathBuf::from).join(name),
    };
    let bytes = input::read_over(&path, MAX_ZONE_BYTES).ok()?;
    TimeZone::tzif("local", &bytes).ok()
}
