//! Reading of catalogues and orders.

use std::path::Path;

use keywright_issue::Catalog;

use crate::new::refused;
use crate::{CliError, Console, Exit, files};

/// Maximum size of a catalogue or order file, in bytes.
pub(super) const MAX_INPUT: usize = keywright_syntax::source::MAX_FILE_BYTES;

pub(crate) fn text(path: &Path, io: &mut Console<'_>) -> Result<String, CliError> {
    let bytes = files::read_up_to(path, MAX_INPUT, io)?;
    into_text(path, bytes)
}

/// Returns the bytes of a file as text.
pub(super) fn into_text(path: &Path, bytes: Vec<u8>) -> Result<String, CliError> {
    String::from_utf8(bytes).map_err(|_| {
        CliError::new(Exit::Unreadable, format!("`{}` is not UTF-8 text", files::display_name(path)))
    })
}

pub(crate) fn read_catalog(path: &Path, text: &str) -> Result<Catalog, CliError> {
    Catalog::parse(&files::display_name(path), text).map_err(|fault| refused(&fault))
}
