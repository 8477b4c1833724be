//! One step chart: the number of the first feature on the horizontal axis, the most of the second on the vertical axis.

use std::fmt::Write as _;

use keywright_analysis::Amount;
use keywright_analysis::capacity::{Frontier, Row};

use crate::xml::xml;

/// The size of a chart with its labels.
pub(super) const WIDTH: u32 = 400;
pub(super) const HEIGHT: u32 = 300;

/// The plot within the chart: left, top, width, height.
const PLOT: (f64, f64, f64, f64) = (58.0, 40.0, 322.0, 206.0);

/// Maximum number of marks on an axis.
const MOST_MARKS: u64 = 8;

/// Scales numbers to the plot.
struct Scale {
    columns: u64,
    largest: u64,
    /// True if a number without a limit is drawn at the top.
    has_unlimited: bool,
}

/// Draws a chart at a place of the picture.
pub(super) fn draw(out: &mut String, frontier: &Frontier, (x, y): (u32, u32)) {
    let [first, second] = frontier.features.each_ref().map(|name| xml(name));
    let numbers = |row: &Row| [row.always.and_then(Amount::number), row.sometimes.number()];
    let largest = frontier.rows.iter().flat_map(numbers).flatten().max().unwrap_or(0);
    let has_unlimited = frontier.rows.iter().any(|row| row.sometimes == Amount::Unlimited);
    let columns = frontier.rows.last().map_or(0, |row| row.first);
    let scale = Scale { columns, largest: largest.max(1), has_unlimited };
    let _ = writeln!(out, "<g transform=\"translate({x} {y})\">");
    let _ = writeln!(out, "<title>{second} next to {first}</title>");
    let _ = writeln!(out, "<text class=\"h\" x=\"{}\" y=\"22\">{second} next to {first}</text>", PLOT.0);
    scale.area(out, "s", &frontier.rows, |row| Some(row.sometimes));
    scale.area(out, "a", &frontier.rows, |row| row.always);
    scale.axes(out);
    let (middle, bottom) = (PLOT.0 + PLOT.2 / 2.0, PLOT.1 + PLOT.3);
    let _ = writeln!(
        out,
        "<text class=\"l\" x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">number of {first}</text>",
        bottom + 36.0
    );
    if !frontier.is_complete {
        let _ = writeln!(
            out,
            "<text class=\"l\" x=\"{}\" y=\"{}\" text-anchor=\"end\">cut off at a limit</text>",
            PLOT.0 + PLOT.2,
            PLOT.1 - 4.0
        );
    }
    out.push_str("</g>\n");
}

impl Scale {
    /// The left edge of a column.
    fn x(&self, column: u64) -> f64 {
        PLOT.0 + PLOT.2 * ratio(column, self.columns.saturating_add(1))
    }

    fn y(&self, amount: Amount) -> f64 {
        let top = if self.has_unlimited { 0.12 } else { 0.0 };
        let part = amount.number().map_or(1.0, |number| (1.0 - top) * ratio(number, self.largest));
        PLOT.1 + PLOT.3 * (1.0 - part)
    }

    /// Draws the area below the steps of some rows.
    fn area(&self, out: &mut String, class: &str, rows: &[Row], amount: impl Fn(&Row) -> Option<Amount>) {
        let bottom = PLOT.1 + PLOT.3;
        let mut path = String::new();
        let mut right = PLOT.0;
        let steps = rows.chunk_by(|one, other| amount(one) == amount(other));
        for (step, height) in steps.filter_map(|step| Some((step, amount(step.first()?)?))) {
            let (Some(from), Some(to)) = (step.first(), step.last()) else { continue };
            let (left, y) = (self.x(from.first), self.y(height));
            right = self.x(to.first.saturating_add(1));
            let begin = if path.is_empty() { format!("M{left:.1} {bottom:.1}") } else { String::new() };
            let _ = write!(path, "{begin}V{y:.1}H{right:.1}");
        }
        if right > PLOT.0 {
            let _ = writeln!(out, "<path class=\"{class}\" d=\"{path}V{bottom:.1}Z\"/>");
        }
    }

    fn axes(&self, out: &mut String) {
        let (left, top, width, height) = PLOT;
        let bottom = top + height;
        let _ = writeln!(out, "<path class=\"x\" d=\"M{left} {top}V{bottom}H{}\"/>", left + width);
        for number in marks(self.columns) {
            let x = (self.x(number) + self.x(number.saturating_add(1))) / 2.0;
            let _ = writeln!(
                out,
                "<text class=\"m\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{number}</text>",
                bottom + 16.0
            );
        }
        for number in marks(self.largest) {
            let y = self.y(Amount::Exactly(number));
            let _ = writeln!(out, "<path class=\"g\" d=\"M{left} {y:.1}H{}\"/>", left + width);
            let _ = writeln!(
                out,
                "<text class=\"m\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{number}</text>",
                left - 6.0,
                y + 4.0
            );
        }
        if self.has_unlimited {
            let _ = writeln!(
                out,
                "<text class=\"m\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">unlimited</text>",
                left - 6.0,
                top + 4.0
            );
        }
    }
}

/// Round numbers from 0 to `largest`.
fn marks(largest: u64) -> Vec<u64> {
    let mut step = 1_u64;
    for factor in [2, 5, 10].into_iter().cycle() {
        if largest / step <= MOST_MARKS {
            break;
        }
        let decade = step
            / if factor == 2 {
                1
            } else if factor == 5 {
                2
            } else {
                5
            };
        step = decade.saturating_mul(factor);
    }
    (0..=largest / step).map(|mark| mark * step).collect()
}

/// The ratio of two numbers. The digits of a `u32` are enough for a picture.
fn ratio(number: u64, of: u64) -> f64 {
    let shift = (64 - of.leading_zeros()).saturating_sub(31);
    let small = |number: u64| f64::from(u32::try_from(number >> shift).unwrap_or(u32::MAX));
    small(number) / small(of).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::marks;

    #[test]
    fn marks_are_round_and_few() {
        assert_eq!(marks(4), [0, 1, 2, 3, 4]);
        assert_eq!(marks(20), [0, 5, 10, 15, 20]);
        assert_eq!(marks(70), [0, 10, 20, 30, 40, 50, 60, 70]);
        for largest in [1, 9, 17, 81, 999, 123_456, u64::MAX] {
            assert!(marks(largest).len() <= 9, "{largest}");
        }
    }
}
