//! Small random licenses for property tests: pools with UPGRADE and ADDITIVE blocks, tokens with alternatives and tokens
//! below them, SHARE, METERED balances, and two vendors. Wide ones have every other directive that decides about a request.

use std::fmt::Write as _;

/// A generator of random numbers with a fixed sequence for each seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    /// Returns a number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// Returns true once in `n` times.
    pub(crate) fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

/// A block: its name, and its directives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) lines: Vec<String>,
}

impl Draft {
    fn new(name: &str, lines: &[&str]) -> Self {
        Self { name: name.to_owned(), lines: lines.iter().map(|line| (*line).to_owned()).collect() }
    }
}

/// The text of a license.
pub(crate) fn text(blocks: &[Draft]) -> String {
    let mut text = String::new();
    for Draft { name, lines } in blocks {
        writeln!(text, "FEATURE {name} {{\n  {}\n}}", lines.join("\n  ")).unwrap();
    }
    text
}

/// A random license of which each pool has at most `most` licenses.
pub(crate) fn blocks(random: &mut Random, most: u64) -> Vec<Draft> {
    let mut blocks = Vec::new();
    let shares = random.below(4);
    let pools: Vec<String> = (0..1 + random.below(3)).map(|at| format!("P{at}")).collect();
    for pool in &pools {
        let count = |random: &mut Random| format!("COUNT={}", 1 + random.below(most));
        let share =
            if shares == 1 && random.once_in(2) { *random.pick(&["SHARE=HOST", "SHARE=USER"]) } else { "" };
        let kind = *random.pick(&["EXCLUSIVE", "EXCLUSIVE", "EXCLUSIVE", "ADDITIVE", "METERED"]);
        let share = if kind == "METERED" { "" } else { share };
        let count_of = if random.once_in(12) && kind != "METERED" {
            "COUNT=UNLIMITED".to_owned()
        } else {
            count(random)
        };
        blocks.push(Draft::new(pool, &["VENDOR=v SN=a", &format!("KEYTYPE={kind}"), &count_of, share]));
        if kind == "EXCLUSIVE" && random.once_in(4) && count_of != "COUNT=UNLIMITED" {
            blocks.push(Draft::new(pool, &["VENDOR=v SN=b KEYTYPE=UPGRADE", &count(random)]));
        }
        if random.once_in(4) && kind != "METERED" {
            blocks.push(Draft::new(pool, &["VENDOR=v SN=c KEYTYPE=ADDITIVE", &count(random), share]));
        }
        if random.once_in(8) && kind != "METERED" {
            blocks.push(Draft::new(pool, &["VENDOR=w KEYTYPE=EXCLUSIVE", &count(random)]));
        }
    }
    let mut names = pools;
    for at in 0..1 + random.below(3) {
        let name = format!("T{at}");
        for alternative in 0..1 + random.below(2) {
            let share = if shares == 2 && random.once_in(2) { "SHARE=HOST" } else { "" };
            let mut lines = vec![format!("VENDOR=v KEYTYPE=TOKEN SN=t{alternative} {share}")];
            for _ in 0..1 + random.below(2) {
                let need = random.pick(&names);
                lines.push(format!(
                    "TOKEN_DEPENDENCY=\"FEATURE={need} VERSION=1.0 COUNT={}\"",
                    1 + random.below(3)
                ));
            }
            lines.sort();
            lines.dedup_by_key(|line| line.split("COUNT=").next().unwrap_or_default().to_owned());
            blocks.push(Draft { name: name.clone(), lines });
        }
        // With SHARE on tokens, no token is below another: shared tokens below shared tokens are an error.
        if shares != 2 {
            names.push(name);
        }
    }
    blocks
}

/// A random license as [`blocks`] makes it, with ACTIVATION, USERBASED and HOSTBASED, SHARE=CUSTOM, REPLACES, and several METERED lots
/// of a name.
pub(crate) fn wide_blocks(random: &mut Random, most: u64) -> Vec<Draft> {
    let mut blocks = blocks(random, most);
    for _ in 0..1 + random.below(3) {
        widen(random, &mut blocks, most);
    }
    blocks
}

/// Changes a license as [`changed`] does, or adds or removes one of the directives of [`wide_blocks`].
pub(crate) fn widely_changed(random: &mut Random, blocks: &[Draft], most: u64) -> Vec<Draft> {
    if random.once_in(2) {
        return changed(random, blocks);
    }
    let mut blocks = blocks.to_vec();
    if random.once_in(2) {
        widen(random, &mut blocks, most);
        return blocks;
    }
    let at = usize::try_from(random.below(blocks.len() as u64)).unwrap();
    let name = *random.pick(&["USERBASED", "HOSTBASED", "REPLACES", "SHARE", "END", "START", "PRICE"]);
    blocks[at].lines.retain(|line| !line.starts_with(name));
    let before = *random.pick(&["COUNT=", "USERBASED=", "HOSTBASED=", "FUNDS=\""]);
    change_number(random, &mut blocks[at], before);
    blocks
}

/// Adds a block or a directive that [`blocks`] does not use.
fn widen(random: &mut Random, blocks: &mut Vec<Draft>, most: u64) {
    let at = usize::try_from(random.below(blocks.len() as u64)).unwrap();
    let has = |block: &Draft, text: &str| block.lines.iter().any(|line| line.contains(text));
    let count = 1 + random.below(most);
    let is_pool = has(&blocks[at], "=EXCLUSIVE") || has(&blocks[at], "=ADDITIVE");
    match random.below(5) {
        0 => {
            let line = format!("VENDOR=v KEYTYPE=ACTIVATION SN=d{count} COUNT={count}");
            blocks.push(Draft { name: "Device".to_owned(), lines: vec![line] });
        }
        1 if is_pool && !has(&blocks[at], "BASED=") => {
            let amount = if random.once_in(3) { "ALL".to_owned() } else { (1 + random.below(2)).to_string() };
            let name = *random.pick(&["USERBASED", "HOSTBASED"]);
            blocks[at].lines.push(format!("{name}={amount}"));
        }
        2 if is_pool && !has(&blocks[at], "SHARE=") => {
            let share = *random.pick(&["CUSTOM", "USER|CUSTOM", "HOST|USER"]);
            blocks[at].lines.push(format!("SHARE={share}"));
        }
        3 if is_pool => {
            let start = *random.pick(&["", "START=2026-07-01", "END=2026-12-31"]);
            let line = format!(
                "VENDOR=v KEYTYPE=EXCLUSIVE SN=r{count} COUNT={count} REPLACES=\"FEATURE={}\"",
                blocks[at].name
            );
            let name = if random.once_in(4) { "Successor".to_owned() } else { blocks[at].name.clone() };
            blocks.push(Draft { name, lines: vec![line, start.to_owned()] });
        }
        _ => {
            let metered = blocks.iter().find(|block| has(block, "=METERED"));
            let name = metered.map_or_else(|| "Meter".to_owned(), |block| block.name.clone());
            let lots = 1 + random.below(2);
            for lot in 0..lots {
                let dates = *random.pick(&["", "END=2026-06-30", "START=2026-07-01", "END=2026-12-31"]);
                let price = if random.once_in(4) {
                    format!("FUNDS=\"{count}.00 USD\" PRICE=\"0.50 USD\"")
                } else {
                    format!("COUNT={count}")
                };
                let line = format!("VENDOR=v KEYTYPE=METERED SN=m{lot}{count} {price}");
                blocks.push(Draft { name: name.clone(), lines: vec![line, dates.to_owned()] });
            }
        }
    }
}

/// Changes a license at random, as a vendor or a customer might: counts, dates, versions, SHARE, HOLD, order, blocks.
pub(crate) fn changed(random: &mut Random, blocks: &[Draft]) -> Vec<Draft> {
    let mut blocks = blocks.to_vec();
    for _ in 0..1 + random.below(2) {
        let at = usize::try_from(random.below(blocks.len() as u64)).unwrap();
        match random.below(9) {
            0 | 1 => change_number(random, &mut blocks[at], "COUNT="),
            2 => {
                blocks.remove(at);
            }
            3 => {
                let directive = *random.pick(&["HOLD=60", "MIN_CHECKOUT=3600", "BORROW=24", "VERSION=2.0"]);
                let name = directive.split('=').next().unwrap();
                blocks[at].lines.retain(|line| !line.starts_with(name));
                blocks[at].lines.push(directive.to_owned());
            }
            4 => {
                let day = *random.pick(&["END=2026-06-30", "START=2026-07-01", "END=2026-12-31"]);
                let name = day.split('=').next().unwrap();
                blocks[at].lines.retain(|line| !line.starts_with(name));
                blocks[at].lines.push(day.to_owned());
            }
            5 => blocks[at].lines.retain(|line| !line.starts_with("SHARE")),
            6 => {
                let other = usize::try_from(random.below(blocks.len() as u64)).unwrap();
                blocks.swap(at, other);
            }
            7 => {
                let name = blocks[at].name.clone();
                let kind = *random.pick(&["ADDITIVE", "UPGRADE"]);
                let count = format!("COUNT={}", 1 + random.below(4));
                let lines = ["VENDOR=v SN=new".to_owned(), format!("KEYTYPE={kind}"), count];
                blocks.push(Draft { name, lines: lines.to_vec() });
            }
            _ => {
                let lines = vec!["VENDOR=v KEYTYPE=EXCLUSIVE COUNT=3".to_owned()];
                blocks.push(Draft { name: "New".to_owned(), lines });
            }
        }
        if blocks.is_empty() {
            blocks.push(Draft::new("New", &["VENDOR=v KEYTYPE=EXCLUSIVE COUNT=3"]));
        }
    }
    blocks
}

/// Changes the number after a text in one of the lines by one.
fn change_number(random: &mut Random, block: &mut Draft, before: &str) {
    let found: Vec<usize> = (0..block.lines.len()).filter(|at| block.lines[*at].contains(before)).collect();
    if found.is_empty() {
        return;
    }
    let line = &mut block.lines[*random.pick(&found)];
    let (head, tail) = line.split_once(before).unwrap();
    let digits: String = tail.chars().take_while(char::is_ascii_digit).collect();
    let Ok(number) = digits.parse::<u64>() else { return };
    let number = if random.once_in(2) { number + 1 } else { (number - 1).max(1) };
    *line = format!("{head}{before}{number}{}", &tail[digits.len()..]);
}
