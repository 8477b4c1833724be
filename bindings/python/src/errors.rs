//! Exceptions, each with a code.

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

create_exception!(keywright, KeywrightError, PyException);
create_exception!(keywright, KeysError, KeywrightError);
create_exception!(keywright, ListError, KeywrightError);
create_exception!(keywright, TooLargeError, KeywrightError);
create_exception!(keywright, ModelError, KeywrightError);
create_exception!(keywright, Denied, KeywrightError);

/// Sets the code of an exception.
pub(crate) fn with_code(error: PyErr, code: &str) -> PyErr {
    Python::attach(|py| match error.value(py).setattr("code", code) {
        Ok(()) => error,
        Err(failed) => failed,
    })
}

pub(crate) fn keys(error: impl ToString) -> PyErr {
    with_code(KeysError::new_err(error.to_string()), "keys")
}

pub(crate) fn list(error: impl ToString) -> PyErr {
    with_code(ListError::new_err(error.to_string()), "list")
}

pub(crate) fn too_large(error: impl ToString) -> PyErr {
    with_code(TooLargeError::new_err(error.to_string()), "too-large")
}

pub(crate) fn model(error: impl ToString) -> PyErr {
    with_code(ModelError::new_err(error.to_string()), "model")
}

pub(crate) fn denied(denial: keywright_verify::application::Denial) -> PyErr {
    with_code(Denied::new_err(denial.to_string()), denial.as_str())
}
