//! Capacity as a picture: a step chart for each pair, with the areas that are granted always and sometimes.

use std::fmt::Write as _;

use super::Analysed;
use super::chart::{self, HEIGHT, WIDTH};
use crate::xml::xml;

/// Maximum number of charts; a picture with more is not readable.
const MOST_CHARTS: usize = 60;
/// Charts of a row.
const COLUMNS: usize = 3;
/// The height of the heading and the legend.
const HEAD: u32 = 64;

/// Colours on light and dark pages.
const STYLE: &str = "<style>.p{fill:#ffffff}text{fill:#1f2328;font:13px system-ui,sans-serif}.h{font-weight:600}\
.t{font-size:16px;font-weight:600}.m{font-size:11px;fill:#57606a}.l{font-size:12px;fill:#57606a}\
.a{fill:#2f81f7;fill-opacity:.75;stroke:#1f6feb}.s{fill:#d29922;fill-opacity:.45;stroke:#bf8700}\
.x{fill:none;stroke:#57606a}.g{stroke:#8c959f;stroke-opacity:.35}\
@media(prefers-color-scheme:dark){.p{fill:#0d1117}text{fill:#e6edf3}.m,.l{fill:#9da7b1}.x{stroke:#9da7b1}\
.a{fill:#1f6feb;stroke:#58a6ff}.s{fill:#bb8009;stroke:#e3b341}}</style>\n";

/// Renders a result as SVG.
#[must_use]
pub fn render(analysed: &Analysed<'_>) -> String {
    let capacity = analysed.capacity;
    let pairs = analysed.pairs();
    let charts: Vec<_> = pairs.iter().filter(|pair| !pair.rows.is_empty()).take(MOST_CHARTS).collect();
    let columns = charts.len().clamp(1, COLUMNS);
    let rows = charts.len().div_ceil(columns);
    let width = WIDTH.max(440).max(small(columns) * WIDTH);
    let height = HEAD + small(rows) * HEIGHT + 8;
    let title = format!("Capacity of {} on {}", xml(analysed.files), capacity.at);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{title}\">\n{STYLE}\
         <rect class=\"p\" width=\"{width}\" height=\"{height}\"/>\n\
         <text class=\"t\" x=\"16\" y=\"28\">{title}</text>\n\
         <rect class=\"a\" x=\"16\" y=\"42\" width=\"12\" height=\"12\"/>\
         <text class=\"l\" x=\"34\" y=\"53\">granted in every order</text>\n\
         <rect class=\"s\" x=\"186\" y=\"42\" width=\"12\" height=\"12\"/>\
         <text class=\"l\" x=\"204\" y=\"53\">granted in some orders only</text>\n"
    );
    for (index, pair) in charts.iter().enumerate() {
        let (x, y) = (small(index % columns) * WIDTH, HEAD + small(index / columns) * HEIGHT);
        chart::draw(&mut out, pair, (x, y));
    }
    if charts.is_empty() {
        out.push_str("<text class=\"l\" x=\"16\" y=\"70\">no pair of features</text>\n");
    }
    if pairs.len() > charts.len() {
        let more = pairs.len() - charts.len();
        let _ = writeln!(
            out,
            "<text class=\"l\" x=\"{}\" y=\"28\" text-anchor=\"end\">{more} more pairs not drawn</text>",
            width - 16
        );
    }
    out.push_str("</svg>\n");
    out
}

/// The number of charts fits.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
