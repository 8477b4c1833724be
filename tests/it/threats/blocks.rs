//! A signed block, and changes of its `KEY`.

use keywright::verify::KeyText;

pub(crate) const SIGNED_BLOCK: &str = "FEATURE MyDraw { VENDOR=ABC_Software KEYTYPE=ADDITIVE VERSION=1.0 COUNT=5 SN=S-1 ISSUED=2026-02-01 COMMENT=\"as agreed\" }";

pub(crate) fn key_of(text: &str) -> &str {
    let at = text.find("KEY=AQEA").unwrap() + 4;
    &text[at..at + 100]
}

pub(crate) fn with_key(text: &str, parts: KeyText) -> String {
    text.replace(key_of(text), &parts.encode())
}
