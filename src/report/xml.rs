//! Text in XML: pictures and reports.

use super::escape::escape;

/// Escapes untrusted text for the content and the attributes of XML elements.
pub(crate) fn xml(text: &str) -> String {
    escape(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
