//! The graph as a picture, for light and dark pages. Its text can be selected.

use std::fmt::Write as _;

use keywright_analysis::graph::Fault;

use super::layout::{self, LayoutLine, Link, Places};
use super::shapes::{self, Arrow, FRAME, Shape, number};
use super::{MOST_BOXES, Pictured};
use crate::counted;
use crate::xml::xml;

/// Colours and fonts.
const STYLE: &str = "<style>.page{fill:#fff}text{fill:#1f2328;font:13px system-ui,sans-serif}.t{font-size:16px;font-weight:600}\
.h{font-weight:600}.l,.n{font-size:12px;fill:#57606a}\
.token rect{fill:#f6f8fa;stroke:#57606a}.pool rect{fill:#ddf4ff;stroke:#0969da}.missing rect,.rest rect{fill:none;stroke:#57606a;\
stroke-dasharray:4 3}.frame{fill:none;stroke:#8250df;stroke-dasharray:6 3}.share{font-size:11px;fill:#8250df}\
.e{fill:none;stroke:#57606a}.head{fill:#57606a}.d{stroke-dasharray:6 4}.bad rect,.bad .e{stroke:#cf222e;stroke-width:2}.bad rect.page{stroke:none}\
.bad .n,.fault{fill:#cf222e}.bad .head{fill:#cf222e}\
@media(prefers-color-scheme:dark){.page{fill:#0d1117}text{fill:#e6edf3}.l,.n{fill:#9da7b1}\
.token rect{fill:#161b22;stroke:#8b949e}.pool rect{fill:#0c2d4d;stroke:#58a6ff}.missing rect,.rest rect{fill:none;stroke:#8b949e}\
.frame{stroke:#bc8cff}.share{fill:#bc8cff}.e{stroke:#8b949e}.head{fill:#8b949e}.bad rect,.bad .e{stroke:#ff7b72}\
.bad .n,.fault,.bad .head{fill:#ff7b72}}</style>\n";

/// Height of the heading.
const HEAD: f64 = 48.0;
/// Maximum number of faults that are listed below the picture.
const MOST_FAULTS: usize = 12;
/// Longest text of a fault in the list.
const LONGEST: usize = 110;

/// Renders a graph as SVG.
#[must_use]
pub fn render(pictured: &Pictured<'_>) -> String {
    let graph = pictured.graph;
    let (boxes, arrows) = shapes::shapes(graph);
    let sizes: Vec<_> = boxes.iter().map(framed).collect();
    let links: Vec<Link> = arrows
        .iter()
        .map(|arrow| Link {
            from: arrow.from,
            to: arrow.to,
            label: number(arrow.label.chars().count()) * 8.0 + 6.0,
        })
        .collect();
    let places = layout::place(&sizes, &links);
    let title = format!("Features of {} on {}", xml(pictured.files), graph.at);
    let notes = notes(pictured);
    let widest = notes.iter().map(|(_, note)| note.chars().count()).chain([title.chars().count() + 8]).max();
    let width = places.width.max(number(widest.unwrap_or_default()) * 7.0 + 32.0).ceil();
    let height = (HEAD + places.height + number(notes.len()) * 18.0 + 12.0).ceil();
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{title}\">\n{STYLE}\
         <rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n<text class=\"t\" x=\"16\" y=\"30\">{title}</text>\n\
         <g transform=\"translate(0 {HEAD})\">\n"
    );
    draw(&mut out, &boxes, &arrows, &places);
    out.push_str("</g>\n");
    for (at, (class, note)) in notes.iter().enumerate() {
        let y = HEAD + places.height + number(at) * 18.0 + 12.0;
        // Writing to a string cannot fail.
        let _ = writeln!(out, "<text class=\"l {class}\" x=\"16\" y=\"{y:.0}\">{}</text>", xml(note));
    }
    out.push_str("</svg>\n");
    out
}

/// Returns the size of a box with its frame.
fn framed(shape: &Shape) -> layout::BoxSize {
    let frame = if shape.share.is_some() { 2.0 * FRAME } else { 0.0 };
    let label = if shape.share.is_some() { 12.0 } else { 0.0 };
    layout::BoxSize { width: shape.size.width + frame, height: shape.size.height + frame + label }
}

fn draw(out: &mut String, boxes: &[Shape], arrows: &[Arrow], places: &Places) {
    for (arrow, line) in arrows.iter().zip(&places.lines) {
        draw_line(out, arrow, line);
    }
    for (shape, (x, y)) in boxes.iter().zip(&places.boxes) {
        draw_box(out, shape, *x, *y);
    }
    // Labels last, so that no line crosses them.
    for (arrow, line) in arrows.iter().zip(&places.lines).filter(|(arrow, _)| !arrow.label.is_empty()) {
        let bad = if arrow.is_faulty { " class=\"bad\"" } else { "" };
        let (x, y) = (line.label.0, line.label.1 + 4.0);
        let width = number(arrow.label.chars().count()) * 7.0 + 2.0;
        let left = x - width / 2.0;
        let _ = writeln!(
            out,
            "<g{bad}><rect class=\"page\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"14\"/><text class=\"n\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{}</text></g>",
            y - 11.0,
            xml(&arrow.label)
        );
    }
}

fn draw_box(out: &mut String, shape: &Shape, x: f64, y: f64) {
    let (width, height) = (shape.size.width, shape.size.height);
    let label = if shape.share.is_some() { 6.0 } else { 0.0 };
    let (left, top) = (x - width / 2.0, y - height / 2.0 + label);
    let bad = if shape.is_faulty { " bad" } else { "" };
    let _ = writeln!(out, "<g class=\"{}{bad}\"><title>{}</title>", shape.class, xml(&shape.title));
    let radius = if shape.class == "token" { 8 } else { 2 };
    let _ = writeln!(
        out,
        "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{radius}\"/>"
    );
    let first = top + height / 2.0 - (number(shape.lines.len()) - 1.0) * 8.5 + 4.5;
    for (at, line) in shape.lines.iter().enumerate() {
        let class = if at == 0 { "h" } else { "l" };
        let y = first + number(at) * 17.0;
        let _ = writeln!(
            out,
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{}</text>",
            xml(line)
        );
    }
    out.push_str("</g>\n");
    if let Some(share) = &shape.share {
        let (left, top) = (left - FRAME, top - FRAME - 12.0);
        let (width, height) = (width + 2.0 * FRAME, height + 2.0 * FRAME + 12.0);
        let _ = writeln!(
            out,
            "<path class=\"frame\" d=\"M{left:.1} {top:.1}h{width:.1}v{height:.1}h{:.1}z\"/>\n<text class=\"share\" \
             x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            -width,
            top + 14.0,
            xml(share)
        );
    }
}

fn draw_line(out: &mut String, arrow: &Arrow, line: &LayoutLine) {
    let [.., before, end] = line.points.as_slice() else { return };
    let mut path = String::new();
    for (at, (x, y)) in line.points.iter().enumerate() {
        let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
    }
    let dashed = if arrow.is_dashed { " d" } else { "" };
    let bad = if arrow.is_faulty { " class=\"bad\"" } else { "" };
    let _ = writeln!(
        out,
        "<g{bad}><title>{}</title><path class=\"e{dashed}\" d=\"{path}\"/><path class=\"head\" d=\"{}\"/></g>",
        xml(&arrow.title),
        head(*before, *end)
    );
}

/// Returns the triangle at the end of a line.
fn head(before: (f64, f64), end: (f64, f64)) -> String {
    let (dx, dy) = (end.0 - before.0, end.1 - before.1);
    let length = dx.hypot(dy).max(0.001);
    let (dx, dy) = (dx / length * 8.0, dy / length * 8.0);
    let (back_x, back_y) = (end.0 - dx, end.1 - dy);
    format!(
        "M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}z",
        end.0,
        end.1,
        back_x - dy / 2.0,
        back_y + dx / 2.0,
        back_x + dy / 2.0,
        back_y - dx / 2.0
    )
}

/// Returns the lines below the picture, each with its class.
fn notes(pictured: &Pictured<'_>) -> Vec<(&'static str, String)> {
    let graph = pictured.graph;
    let mut notes: Vec<(&'static str, String)> = Vec::new();
    if graph.nodes.is_empty() {
        notes.push(("", "no features".to_owned()));
    }
    if graph.nodes.len() > MOST_BOXES {
        let features = counted(graph.nodes.len(), "feature");
        notes.push((
            "",
            format!(
                "{features}, grouped by the pools that they draw on; `--feature` shows one with all details"
            ),
        ));
    } else {
        notes.push(("", "numbers: licenses for one checkout".to_owned()));
        if graph.edges.iter().any(|edge| edge.alternative.is_some()) {
            notes.push((
                "",
                "dashed: alternatives, tried in the order of the numbers before the colon".to_owned(),
            ));
        }
    }
    let mut faults: Vec<&Fault> = Vec::new();
    let all = graph
        .nodes
        .iter()
        .flat_map(|node| &node.faults)
        .chain(graph.edges.iter().flat_map(|edge| &edge.faults));
    for fault in all {
        if faults.len() <= MOST_FAULTS && !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    for fault in faults.iter().take(MOST_FAULTS) {
        let text = format!("{} {}", fault.code, fault.message);
        let short = text
            .char_indices()
            .nth(LONGEST)
            .map(|(end, _)| format!("{}…", text.get(..end).unwrap_or_default()));
        notes.push(("fault", short.unwrap_or(text)));
    }
    if faults.len() > MOST_FAULTS {
        notes.push(("fault", "and more; `keywright lint` shows all".to_owned()));
    }
    notes
}
