//! Arguments from Python: text or bytes, days and times.

use keywright_verify::jiff::civil::{Date, DateTime};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Text or bytes.
#[derive(FromPyObject)]
pub(crate) enum TextOrBytes<'py> {
    /// `bytes`
    Bytes(Bound<'py, PyBytes>),
    /// `str`
    Text(String),
}

impl TextOrBytes<'_> {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes.as_bytes(),
            Self::Text(text) => text.as_bytes(),
        }
    }
}

/// Returns a day, by default today in local time.
pub(crate) fn day(py: Python<'_>, day: Option<Bound<'_, PyAny>>) -> PyResult<Date> {
    let day = match day {
        Some(day) => day,
        None => py.import("datetime")?.getattr("date")?.call_method0("today")?,
    };
    let part = |name: &str| day.getattr(name);
    Date::new(part("year")?.extract()?, part("month")?.extract()?, part("day")?.extract()?)
        .map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Returns a local time, by default now.
pub(crate) fn time(py: Python<'_>, time: Option<Bound<'_, PyAny>>) -> PyResult<DateTime> {
    let time = match time {
        Some(time) => time,
        None => py.import("datetime")?.getattr("datetime")?.call_method0("now")?,
    };
    let part = |name: &str| -> PyResult<i8> { time.getattr(name)?.extract() };
    let (hour, minute, second) = (part("hour")?, part("minute")?, part("second")?);
    let date = day(py, Some(time.clone()))?;
    DateTime::new(date.year(), date.month(), date.day(), hour, minute, second, 0)
        .map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Returns a day as `datetime.date`.
pub(crate) fn to_python(py: Python<'_>, day: Date) -> PyResult<Bound<'_, PyAny>> {
    py.import("datetime")?.getattr("date")?.call1((day.year(), day.month(), day.day()))
}
