//! Verified license files.

use std::sync::Arc;

use keywright_verify::application::{CheckedBlock, CheckedFiles};
use pyo3::prelude::*;

use crate::arguments::{time, to_python};
use crate::errors;
use crate::session::Session;

/// The verified license files of one customer.
#[pyclass(module = "keywright", frozen)]
pub(crate) struct License {
    checked: Arc<CheckedFiles>,
}

impl License {
    pub(crate) fn new(checked: CheckedFiles) -> Self {
        Self { checked: Arc::new(checked) }
    }
}

#[pymethods]
impl License {
    #[getter]
    fn outcome(&self) -> &'static str {
        self.checked.outcome().as_str()
    }

    #[getter]
    fn files(&self) -> Vec<LicenseFile> {
        (0..self.checked.files.len())
            .map(|file| LicenseFile { checked: Arc::clone(&self.checked), file })
            .collect()
    }

    #[getter]
    fn at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, self.checked.at)
    }

    #[pyo3(signature = (now = None))]
    fn session(&self, py: Python<'_>, now: Option<Bound<'_, PyAny>>) -> PyResult<Session> {
        let session = self.checked.session(time(py, now)?).map_err(errors::model)?;
        Ok(Session::new(session, Arc::clone(&self.checked)))
    }
}

/// A verified license file.
#[pyclass(module = "keywright", frozen)]
pub(crate) struct LicenseFile {
    checked: Arc<CheckedFiles>,
    file: usize,
}

#[pymethods]
impl LicenseFile {
    #[getter]
    fn outcome(&self) -> &'static str {
        self.checked.files.get(self.file).map_or("NOT-VALID", |file| file.outcome.as_str())
    }

    #[getter]
    fn policies(&self) -> Vec<(&'static str, String)> {
        let file = self.checked.files.get(self.file);
        let policies = file.map(|file| file.policies.as_slice()).unwrap_or_default();
        policies.iter().map(|(policy, reason)| (policy.as_str(), reason.clone())).collect()
    }

    #[getter]
    fn blocks(&self) -> Vec<Block> {
        let blocks = self.checked.files.get(self.file).map(|file| file.blocks.as_slice()).unwrap_or_default();
        let block = |block: &CheckedBlock| Block {
            checked: Arc::clone(&self.checked),
            file: self.file,
            block: block.clone(),
        };
        blocks.iter().map(block).collect()
    }
}

/// A verified block.
#[pyclass(module = "keywright", frozen)]
pub(crate) struct Block {
    checked: Arc<CheckedFiles>,
    file: usize,
    block: CheckedBlock,
}

#[pymethods]
impl Block {
    #[getter]
    fn feature(&self) -> Option<&str> {
        self.block.feature.as_deref()
    }

    #[getter]
    fn verdict(&self) -> &'static str {
        self.block.verdict.as_str()
    }

    #[getter]
    fn reason(&self) -> &str {
        &self.block.reason
    }

    #[getter]
    fn host(&self) -> &'static str {
        self.block.host.as_str()
    }

    #[getter]
    fn line(&self) -> usize {
        self.block.line
    }

    #[getter]
    fn grants(&self) -> bool {
        self.block.grants()
    }

    fn directive(&self, name: &str) -> Option<String> {
        self.checked.directive(self.file, &self.block, name)
    }
}
