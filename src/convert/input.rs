//! The source files of a conversion: bytes as text.

use std::sync::Arc;

use keywright_syntax::source::{EncodingFault, FileId, SourceFile};

/// Bytes at the beginning of a file that are checked for binary data.
const HEAD: usize = 64 * 1024;

/// A source file.
#[derive(Debug, Clone)]
pub struct Input {
    /// The text.
    pub source: Arc<SourceFile>,
    /// True if the bytes were not UTF-8 and were read as Latin-1.
    pub is_latin1: bool,
    /// True if the bytes are not text.
    pub is_binary: bool,
}

impl Input {
    /// Reads bytes: UTF-8, or else Latin-1.
    #[must_use]
    pub fn new(id: FileId, name: &str, bytes: Vec<u8>) -> Self {
        let is_binary = is_binary(&bytes);
        let is_latin1 = !is_binary && std::str::from_utf8(&bytes).is_err() && !is_utf16(&bytes);
        let bytes = if is_latin1 { latin1(&bytes) } else { bytes };
        let source = SourceFile::from_bytes(id, name, bytes);
        let is_binary = is_binary || matches!(source.fault(), Some(EncodingFault::Utf16));
        Self { source, is_latin1, is_binary }
    }
}

fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

/// Returns true if there is a zero byte, or if more than one byte in twenty is a control character.
fn is_binary(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
    let is_control = |byte: &&u8| **byte < 0x20 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0c);
    let controls = head.iter().filter(is_control).count();
    memchr::memchr(0, head).is_some() || controls * 20 > head.len()
}

fn latin1(bytes: &[u8]) -> Vec<u8> {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 16);
    text.extend(bytes.iter().map(|byte| char::from(*byte)));
    text.into_bytes()
}
