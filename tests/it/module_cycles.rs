//! The files of a crate do not depend on each other in cycles.
//!
//! The test reads `use` declarations and paths, follows re-exports to the file that defines a name, and looks for cycles.
//! It ignores macros and method calls, which is sufficient here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::rust_text::{Kind, segments};
use crate::support::{files_below, root};

/// Cycles that are wanted, each with its reason. The files are module paths within their crate.
const ALLOWED: &[(&str, &[&str], &str)] = &[
    (
        "lint",
        &["context", "rules/capacity", "rules/capacity/anomaly_search", "rules/capacity/unservable"],
        "the context keeps what several rules compute, and computes it from itself when it is first used",
    ),
    (
        "verify",
        &["cross_checks", "hidden_text", "mixed_set", "repaired", "verdict", "verify"],
        "reports contain `Verified`, which only the file that verifies can create",
    ),
];

type Module = Vec<String>;

/// The production code of a file: without comments, strings and unit tests.
fn production(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap();
    segments(text).map(|(kind, text)| if kind == Kind::Code { text } else { " " }).collect()
}

/// The single paths of a `use` tree: `a::{b, c::d}` gives `a::b` and `a::c::d`.
fn leaves(prefix: &[String], tree: &str, found: &mut Vec<Module>) {
    let tree = tree.trim();
    if let Some((head, group)) = tree.split_once('{') {
        let parts = head.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned);
        let prefix: Module = prefix.iter().cloned().chain(parts).collect();
        let (mut depth, mut from) = (0, 0);
        let group = group.strip_suffix('}').unwrap_or(group);
        for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    if !group[from..at].trim().is_empty() {
                        leaves(&prefix, &group[from..at], found);
                    }
                    from = at + 1;
                }
                _ => {}
            }
        }
    } else {
        let path = tree.split(" as ").next().unwrap();
        found.push(
            prefix.iter().cloned().chain(path.split("::").map(|part| part.trim().to_owned())).collect(),
        );
    }
}

/// Splits code into the trees of its `use` declarations, those that re-export apart, and the rest.
fn split_uses(code: &str) -> (Vec<Module>, Vec<Module>, String) {
    let (mut exports, mut imports, mut rest) = (Vec::new(), Vec::new(), String::new());
    let mut text = code;
    while let Some(at) = text.find("use ") {
        let is_word = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let Some(end) = text[at..].find(';').filter(|_| is_word) else {
            rest.push_str(&text[..at + 4]);
            text = &text[at + 4..];
            continue;
        };
        let line = text[..at].rsplit('\n').next().unwrap();
        let target = if line.trim_start().starts_with("pub") { &mut exports } else { &mut imports };
        leaves(&[], &text[at + 4..at + end], target);
        rest.push_str(&text[..at]);
        text = &text[at + end + 1..];
    }
    rest.push_str(text);
    (exports, imports, rest)
}

/// The paths `a::b` in code.
fn paths(code: &str) -> Vec<Module> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    code.split(|c| !is_part(c))
        .filter(|path| path.contains("::"))
        .map(|path| path.split("::").map(str::to_owned).collect())
        .collect()
}

/// The file modules of one crate.
struct Files {
    modules: BTreeMap<Module, String>,
    exports: BTreeMap<(Module, String), (Module, String)>,
}

impl Files {
    fn read(name: &str) -> Self {
        let directory = root().join("src").join(name);
        let mut modules = BTreeMap::new();
        for path in files_below(&format!("src/{name}")) {
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let inside = path.strip_prefix(&directory).unwrap().with_extension("");
            let mut module: Module =
                inside.components().map(|part| part.as_os_str().to_str().unwrap().to_owned()).collect();
            if matches!(module.last().unwrap().as_str(), "lib" | "mod") {
                module.pop();
            }
            modules.insert(module, production(&fs::read_to_string(&path).unwrap()));
        }
        let mut files = Self { modules, exports: BTreeMap::new() };
        for (module, code) in &files.modules.clone() {
            for path in split_uses(code).0 {
                if let Some((target, Some(item))) = files.resolve(module, &path) {
                    files.exports.insert((module.clone(), item.clone()), (target, item));
                }
            }
        }
        files
    }

    /// The file that a path leads to, and the first name after it.
    fn resolve(&self, from: &Module, path: &Module) -> Option<(Module, Option<String>)> {
        let mut rest = path.as_slice();
        let mut at = from.clone();
        match rest.first()?.as_str() {
            "crate" => {
                at.clear();
                rest = &rest[1..];
            }
            "super" | "self" => {
                while let Some(part) = rest.first().filter(|part| matches!(part.as_str(), "super" | "self")) {
                    if part == "super" {
                        at.pop();
                    }
                    rest = &rest[1..];
                }
            }
            first => {
                let child: Module = from.iter().cloned().chain([first.to_owned()]).collect();
                self.modules.get(&child)?;
            }
        }
        while let Some(part) = rest.first() {
            let child: Module = at.iter().cloned().chain([part.clone()]).collect();
            if !self.modules.contains_key(&child) {
                break;
            }
            at = child;
            rest = &rest[1..];
        }
        Some((at, rest.first().cloned()))
    }

    /// Follows re-exports to the file that defines a name.
    fn definition(&self, mut module: Module, mut item: Option<String>) -> Module {
        let mut seen = BTreeSet::new();
        while let Some(name) = item.clone() {
            let key = (module.clone(), name);
            let Some((target, name)) = self.exports.get(&key).filter(|_| seen.insert(key.clone())) else {
                break;
            };
            (module, item) = (target.clone(), Some(name.clone()));
        }
        module
    }

    fn edges(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let mut edges = BTreeMap::new();
        for (module, code) in &self.modules {
            let (_, mut used, rest) = split_uses(code);
            used.extend(paths(&rest));
            let targets = used.iter().filter_map(|path| self.resolve(module, path));
            let targets = targets.map(|(target, item)| self.definition(target, item));
            edges.insert(module.clone(), targets.filter(|target| target != module).collect());
        }
        edges
    }
}

/// The files that `from` reaches over at least one edge.
fn reachable(edges: &BTreeMap<Module, BTreeSet<Module>>, from: &Module) -> BTreeSet<Module> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        for next in edges.get(module).into_iter().flatten() {
            if found.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    found
}

/// The cycles of a crate: sets of files that all reach each other.
fn cycles(edges: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<Vec<String>> {
    let reach: BTreeMap<&Module, BTreeSet<Module>> =
        edges.keys().map(|module| (module, reachable(edges, module))).collect();
    let name = |module: &Module| if module.is_empty() { "lib".to_owned() } else { module.join("/") };
    edges
        .keys()
        .filter(|module| reach[module].contains(*module))
        .map(|module| {
            edges
                .keys()
                .filter(|other| reach[module].contains(*other) && reach[other].contains(module))
                .map(name)
                .collect()
        })
        .collect()
}

#[test]
fn files_of_a_crate_do_not_depend_on_each_other_in_cycles() {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let entry = entry.unwrap();
        if !entry.path().is_dir() {
            continue;
        }
        let name = entry.file_name().into_string().unwrap();
        for cycle in cycles(&Files::read(&name).edges()) {
            let allowed = ALLOWED.iter().any(|(crate_name, files, _)| *crate_name == name && cycle == *files);
            if !allowed {
                found.push(format!("{name}: {}", cycle.join(", ")));
            }
        }
    }
    assert!(found.is_empty(), "cycles:\n{}", found.join("\n"));
}

#[test]
fn every_allowed_cycle_exists_and_has_a_reason() {
    for (name, files, reason) in ALLOWED {
        let cycles = cycles(&Files::read(name).edges());
        assert!(cycles.iter().any(|cycle| cycle == files), "{name}: {files:?} is not a cycle");
        assert!(reason.len() > 20);
    }
}

#[test]
fn a_cycle_is_found_through_a_re_export() {
    let module = |name: &str| vec![name.to_owned()];
    let modules = BTreeMap::from([
        (Vec::new(), "mod a;\nmod b;\npub use b::Thing;\n".to_owned()),
        (module("a"), "use super::Thing;\npub struct Other;\n".to_owned()),
        (module("b"), "pub struct Thing(super::a::Other);\n".to_owned()),
    ]);
    let exports = BTreeMap::from([((Vec::new(), "Thing".to_owned()), (module("b"), "Thing".to_owned()))]);
    let found = cycles(&Files { modules, exports }.edges());
    assert_eq!(found, BTreeSet::from([vec!["a".to_owned(), "b".to_owned()]]));
}
