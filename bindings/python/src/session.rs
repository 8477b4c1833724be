//! Local checkouts.

use std::sync::Arc;

use keywright_license::Version;
use keywright_resolve::{Role, Usable};
use keywright_verify::application::{CheckedFiles, Checkout, Session as Checkouts};
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;

use crate::arguments::time;
use crate::errors;

/// The checkouts of one process.
#[pyclass(module = "keywright")]
pub(crate) struct Session {
    session: Checkouts,
    checked: Arc<CheckedFiles>,
}

impl Session {
    pub(crate) fn new(session: Checkouts, checked: Arc<CheckedFiles>) -> Self {
        Self { session, checked }
    }
}

#[pymethods]
impl Session {
    #[getter]
    fn features(&self) -> Vec<String> {
        self.session.features().map(str::to_owned).collect()
    }

    fn entitlements(&self) -> Vec<Entitlement> {
        let entitlements = self.session.entitlements();
        let granted = entitlements.features().iter();
        granted
            .map(|granted| Entitlement {
                feature: self.session.name(granted.feature).to_owned(),
                vendor: granted.vendor.as_ref().map(ToString::to_string),
                usable: number(granted.usable),
                is_exact: !matches!(granted.usable, Usable::AtLeast(_) | Usable::Undetermined),
            })
            .collect()
    }

    fn available(&self, feature: &str) -> Option<u64> {
        number(self.session.available(feature))
    }

    fn role(&self, file: usize, block: usize) -> PyResult<Option<&'static str>> {
        let found = self.checked.files.get(file).and_then(|found| found.blocks.get(block));
        let found = found.ok_or_else(|| PyIndexError::new_err("no such block"))?;
        Ok(self.session.role(file, found).map(Role::as_str))
    }

    #[pyo3(signature = (feature, count = 1, *, version = None, user = "", host = "", custom = ""))]
    fn checkout(
        &mut self,
        feature: &str,
        count: u32,
        version: Option<&str>,
        user: &str,
        host: &str,
        custom: &str,
    ) -> PyResult<u64> {
        if count == 0 {
            return Err(PyValueError::new_err("`count` is 0"));
        }
        let parse = |text: &str| {
            text.parse::<Version>().map_err(|_| PyValueError::new_err(format!("`{text}` is not a version")))
        };
        let version = version.map(parse).transpose()?;
        let request = Checkout { feature, count, version, user, host, custom };
        self.session.checkout(&request).map_err(errors::denied)
    }

    fn checkin(&mut self, checkout: u64) -> PyResult<()> {
        self.session.checkin(checkout).map_err(errors::denied)
    }

    fn consume(&mut self, feature: &str, tokens: u64) -> PyResult<()> {
        self.session.consume(feature, tokens).map_err(errors::denied)
    }

    fn advance(&mut self, py: Python<'_>, now: Bound<'_, PyAny>) -> PyResult<()> {
        self.session.advance(time(py, Some(now))?).map_err(errors::denied)
    }
}

/// What the licenses grant of a feature of a vendor.
#[pyclass(module = "keywright", frozen, get_all)]
pub(crate) struct Entitlement {
    feature: String,
    vendor: Option<String>,
    usable: Option<u64>,
    is_exact: bool,
}

fn number(usable: Usable) -> Option<u64> {
    match usable {
        Usable::Exactly(number) | Usable::AtLeast(number) | Usable::Devices(number) => Some(number),
        Usable::Undetermined => Some(0),
        Usable::Unlimited => None,
    }
}
