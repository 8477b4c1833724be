//! X002: names that look alike.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::{Check, Context, DuplicateKind, Example, Rule, Sink};
use keywright_resolve::graph::{DependencyTarget, FeatureGroup, GraphBlock};
use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::source::FileId;

/// Names that look alike.
static CODE: Code = Code::error("X002", "similar-names");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "two features of one vendor, or two vendors, whose names look alike: they differ only in case, in \
           `-` and `_`, in characters that look alike (`0` and `O`, or `1`, `l` and `I`, or `rn` and `m`, `vv` \
           and `w`, `cl` and `d`), or in a combination of these",
    rationale: "Names are compared byte for byte, so these are different features. People overlook the difference: a \
          token depends on one while the customer buys the other.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
FEATURE DRAW { VENDOR=Acme COUNT=9 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
FEATURE Print { VENDOR=Acme COUNT=9 }
",
    ),
    how_to_fix: "Use one spelling, or choose names that are clearly different.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // Keyed by hash to save memory: a file may have 100,000 names with three keys each.
    let hasher = RandomState::default();
    let mut met: HashMap<u64, &FeatureGroup<'_>> = HashMap::new();
    let mut reported = HashSet::new();
    for named in candidates(cx.graph.names(), &hasher) {
        let vendor = named.vendor.as_str();
        let own = keys(named.name.as_str());
        let hashes = [0, 1, 2].map(|at: usize| hasher.hash_one((vendor, own.get(at))));
        let alike = hashes.iter().filter_map(|hash| met.get(hash).copied());
        let alike = alike.into_iter().find(|other| {
            other.vendor.as_str() == vendor && keys(other.name.as_str()).iter().any(|key| own.contains(key))
        });
        match (alike, first(cx, named)) {
            (Some(other), Some(block)) => {
                let message =
                    format!("similar names: `{}` and `{}` are different features", named.name, other.name);
                let place =
                    first(cx, other).map(|other| (other.license.source.id(), other.feature.name.span));
                let mut found = cx.found(&CODE, block, block.feature.name.span, message).help(HELP);
                if let Some((file, span)) = place {
                    found = found.also_in(file, span, "the other name");
                }
                reported.insert((block.license.source.id(), block.feature.block));
                sink.push(found);
            }
            _ => met.extend(hashes.map(|hash| (hash, named))),
        }
    }
    apart(cx, sink, &reported);
    // D007 reports dependencies that fail because of the vendor.
    if !cx.graph.unserved().iter().any(|fault| fault.target == DependencyTarget::OtherVendor) {
        vendors(cx, sink);
    }
}

/// Returns the names that share their outline with another name of their vendor. Others are not similar to any name.
fn candidates<'g>(names: &'g [FeatureGroup<'g>], hasher: &RandomState) -> Vec<&'g FeatureGroup<'g>> {
    let hash = |named: &FeatureGroup<'_>| outline_hash(hasher, named.vendor.as_str(), named.name.as_str());
    let hashes: Vec<u64> = names.iter().map(hash).collect();
    let mut sorted = hashes.clone();
    sorted.sort_unstable();
    let pairs = sorted.iter().zip(sorted.iter().skip(1));
    let shared: Vec<u64> = pairs.filter(|(one, next)| one == next).map(|(one, _)| *one).collect();
    let names = names.iter().zip(hashes);
    names.filter(|(_, hash)| shared.binary_search(hash).is_ok()).map(|(named, _)| named).collect()
}

const HELP: &str =
    "use one spelling, or choose names that are clearly different; names are compared byte for byte";

/// Compares with names of earlier files that are separate licenses. Names already reported within the file are skipped.
fn apart(cx: &Context<'_>, sink: &mut Sink<'_>, reported: &HashSet<(FileId, usize)>) {
    for one in cx.options.elsewhere.iter().filter(|one| !reported.contains(&(one.file, one.block))) {
        let DuplicateKind::Name(other) = &one.twin else { continue };
        let Some(feature) = cx.feature(one.file, one.block) else { continue };
        let (name, place) = (&feature.name.value, &one.place);
        let message = format!("similar names: `{name}` and `{other}` in `{place}` are different features");
        sink.push(Diagnostic::new(&CODE, one.file, feature.name.span, message).help(HELP));
    }
}

fn vendors(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut met: HashMap<String, &str> = HashMap::new();
    let mut done: HashSet<&str> = HashSet::new();
    for named in cx.graph.names() {
        let vendor = named.vendor.as_str();
        if done.contains(vendor) {
            continue;
        }
        let alike = keys(vendor).into_iter().find_map(|key| met.get(&key).copied());
        let place = first(cx, named).and_then(|block| Some((block, block.feature.vendor.as_ref()?)));
        match (alike, place) {
            (Some(other), Some((block, name))) => {
                let message = format!("similar names: `{vendor}` and `{other}` are different vendors");
                sink.push(cx.found(&CODE, block, name.span, message).help(HELP));
                done.insert(vendor);
            }
            (None, _) => {
                met.extend(keys(vendor).map(|key| (key, vendor)));
                done.insert(vendor);
            }
            (Some(_), None) => {}
        }
    }
}

fn first<'g, 'a>(cx: &Context<'a>, named: &FeatureGroup<'_>) -> Option<&'g GraphBlock<'a>>
where
    'a: 'g,
{
    cx.graph.block(*named.blocks.first()?)
}

/// Keys of a name. Names that look alike share one: the letters without case, the shapes of the characters, or both
/// combined.
pub(crate) fn keys(name: &str) -> [String; 3] {
    let folded = name.to_lowercase().replace('-', "_");
    let shapes: String = name.chars().map(shape).collect();
    // A prefix separates the kinds of keys.
    [format!("c{folded}"), format!("s{shapes}"), format!("k{}", skeleton(name))]
}

/// The hash of the vendor and the outline of a name.
pub(crate) fn outline_hash(hasher: &impl BuildHasher, vendor: &str, name: &str) -> u64 {
    hasher.hash_one((vendor, outline(name)))
}

/// A text that names have in common if they share a key; other names may have it in common, too. It is cheaper than the
/// keys, because each character is replaced independently: a letter that looks like a pair by that pair.
fn outline(name: &str) -> String {
    let mut outline = String::with_capacity(2 * name.len());
    for c in name.chars() {
        match c.to_ascii_lowercase() {
            'm' => outline.push_str("rn"),
            'w' => outline.push_str("vv"),
            'd' => outline.push_str("cl"),
            '1' | 'i' => outline.push('l'),
            '0' => outline.push('o'),
            '-' => outline.push('_'),
            c => outline.push(c),
        }
    }
    outline
}

fn shape(c: char) -> char {
    match c {
        '1' | 'l' | 'I' => 'l',
        '0' | 'O' => 'O',
        '-' => '_',
        c => c,
    }
}

/// DECISION: pairs of letters that look like a single letter, in lower case only: `Modern` and `Modem`.
const PAIRS: [(&str, &str); 3] = [("rn", "m"), ("vv", "w"), ("cl", "d")];

/// The shapes of a name without case, like the skeletons of UTS 39 limited to ASCII: `Pool0` and `poolo`, `Modern` and
/// `Modem`.
///
/// DECISION: an `I` between upper-case letters is the upper case of `i`: `MAIL` is similar to `mail`, not to `mall`.
fn skeleton(name: &str) -> String {
    let small = |c: Option<&char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let joined = PAIRS.iter().fold(name.to_owned(), |text, (pair, one)| text.replace(pair, one));
    let all: Vec<char> = joined.chars().collect();
    let shapes = all.iter().enumerate().map(|(at, c)| {
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        let beside_small = small(before) || small(all.get(at + 1));
        if *c == 'I' && !beside_small { 'i' } else { shape(*c) }
    });
    shapes.collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{keys, outline};

    fn alike(one: &str, other: &str) -> bool {
        keys(one).iter().any(|key| keys(other).contains(key))
    }

    /// All names of up to three of these characters, which are in every pair and every class of characters.
    #[test]
    fn similar_names_have_same_outline() {
        let mut names = vec![String::new()];
        for length in 0..3 {
            let longest: Vec<String> = names.iter().filter(|name| name.len() == length).cloned().collect();
            for c in "rRnNmMvVwcCdDlLiI1oO0-_x".chars() {
                names.extend(longest.iter().map(|name| format!("{name}{c}")));
            }
        }
        let mut outlines: HashMap<String, String> = HashMap::new();
        for name in &names {
            for key in keys(name) {
                let known = outlines.entry(key).or_insert_with(|| outline(name));
                assert_eq!(*known, outline(name), "{name}");
            }
        }
        assert!(
            names.len() > 10_000 && outlines.len() > 1_000,
            "{} names, {} keys",
            names.len(),
            outlines.len()
        );
    }

    #[test]
    fn similar_names_match_by_case_and_shape() {
        for (one, other) in [
            ("Draw", "DRAW"),
            ("a-b", "A_B"),
            ("Pool0", "PoolO"),
            ("Pool0", "poolo"),
            ("Module1", "ModuleI"),
            ("module1", "ModuleI"),
            ("Modern", "Modem"),
            ("modern", "Modem"),
            ("corn", "com"),
            ("Savvy", "Sawy"),
            ("clip", "dip"),
            ("MAIL", "mail"),
        ] {
            assert!(alike(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("Draw1", "Draw2"),
            ("Draw", "Drawn"),
            ("Part_c1", "Part_d"),
            ("Mail", "Mall"),
            ("MAIL", "mall"),
            ("CORN", "COM"),
            ("Pool5", "PoolS"),
        ] {
            assert!(!alike(one, other), "{one} {other}");
        }
    }
}
