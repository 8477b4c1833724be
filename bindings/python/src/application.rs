//! The keys of the application.

use keywright_verify::application::{Application as Keys, CheckError, CheckedFiles, HostIds};
use keywright_verify::jiff::civil::Date;
use pyo3::prelude::*;

use crate::arguments::{TextOrBytes, day};
use crate::errors;
use crate::license::License;

/// The keys that an application accepts licenses of.
#[pyclass(module = "keywright")]
pub(crate) struct Application {
    keys: Keys,
}

#[pymethods]
impl Application {
    #[new]
    #[pyo3(signature = (keys, *, development = false))]
    fn new(keys: TextOrBytes<'_>, development: bool) -> PyResult<Self> {
        let keys = Keys::new(keys.as_bytes()).map_err(errors::keys)?;
        Ok(Self { keys: if development { keys.with_development_keys() } else { keys } })
    }

    #[getter]
    fn vendor(&self) -> &str {
        self.keys.vendor()
    }

    #[getter]
    fn version(&self) -> u64 {
        self.keys.version()
    }

    #[pyo3(signature = (bundle, *, today = None))]
    fn install_bundle(
        &mut self,
        py: Python<'_>,
        bundle: &[u8],
        today: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.keys.install_bundle(bundle, day(py, today)?).map_err(errors::list)
    }

    #[pyo3(signature = (revocations, *, today = None))]
    fn install_revocations(
        &mut self,
        py: Python<'_>,
        revocations: &[u8],
        today: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.keys.install_revocations(revocations, day(py, today)?).map_err(errors::list)
    }

    #[pyo3(signature = (files, *, at = None, hosts = Vec::new()))]
    fn check(
        &self,
        py: Python<'_>,
        files: Vec<TextOrBytes<'_>>,
        at: Option<Bound<'_, PyAny>>,
        hosts: Vec<(String, String)>,
    ) -> PyResult<License> {
        let mut licenses = self.check_many(py, vec![files], at, hosts)?;
        licenses.pop().ok_or_else(|| errors::model("no license"))
    }

    #[pyo3(signature = (customers, *, at = None, hosts = Vec::new()))]
    fn check_many(
        &self,
        py: Python<'_>,
        customers: Vec<Vec<TextOrBytes<'_>>>,
        at: Option<Bound<'_, PyAny>>,
        hosts: Vec<(String, String)>,
    ) -> PyResult<Vec<License>> {
        let at = day(py, at)?;
        let hosts: HostIds = hosts.iter().map(|(kind, value)| (kind.as_str(), value.as_str())).collect();
        // Python may change or move its objects while other threads run, so the bytes are copied first.
        let customers: Vec<Vec<Vec<u8>>> = customers
            .iter()
            .map(|files| files.iter().map(|file| file.as_bytes().to_vec()).collect())
            .collect();
        let checked = py.detach(|| self.check_all(&customers, &hosts, at)).map_err(errors::too_large)?;
        Ok(checked.into_iter().map(License::new).collect())
    }
}

impl Application {
    fn check_all(
        &self,
        customers: &[Vec<Vec<u8>>],
        hosts: &HostIds,
        at: Date,
    ) -> Result<Vec<CheckedFiles>, CheckError> {
        customers.iter().map(|files| self.keys.check(files.iter().map(Vec::as_slice), hosts, at)).collect()
    }
}

/// Verifies license files with embedded keys.
#[pyfunction]
#[pyo3(signature = (keys, files, *, at = None, hosts = Vec::new()))]
pub(crate) fn verify(
    py: Python<'_>,
    keys: TextOrBytes<'_>,
    files: Vec<TextOrBytes<'_>>,
    at: Option<Bound<'_, PyAny>>,
    hosts: Vec<(String, String)>,
) -> PyResult<License> {
    Application::new(keys, false)?.check(py, files, at, hosts)
}
