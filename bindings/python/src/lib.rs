//! The Python package `keywright`. The types are documented in `python/keywright/__init__.pyi`.

mod application;
mod arguments;
mod errors;
mod license;
mod lint;
mod session;

use pyo3::prelude::*;

/// The extension module.
#[pymodule]
mod _keywright {
    #[pymodule_export]
    use super::application::{Application, verify};
    #[pymodule_export]
    use super::errors::{Denied, KeysError, KeywrightError, ListError, ModelError, TooLargeError};
    #[pymodule_export]
    use super::license::{Block, License, LicenseFile};
    #[pymodule_export]
    use super::lint::{Finding, lint, payload};
    #[pymodule_export]
    use super::session::{Entitlement, Session};
}
