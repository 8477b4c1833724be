//! Conversion of the syntax tree to the typed model, driven by the table of directives.

use std::collections::HashMap;
use std::sync::Arc;

use keywright_syntax::diagnostic::{Diagnostic, Findings, MOST_OF_A_CODE, is_slip, nearest};
use keywright_syntax::effort;
use keywright_syntax::jobs::{self, InOrder, Jobs};
use keywright_syntax::limits::MAX_SUGGESTIONS;
use keywright_syntax::source::{FileId, SourceFile, Span, Spanned};
use keywright_syntax::{self as syntax, Block, Item, Tree};

use super::block_rules::{self, Seen};
use super::check_value::is_near;
use super::codes;
use super::directive::{DIRECTIVES, Directive, numbered, numbered_from};
use super::model::{BrokenBlock, Condition, Feature, License, read_value};
use super::problem::{Problem, RawValue};
use super::times::{Times, duplicate, too_many};
use super::value::{KeyType, Kind, Name};
use super::value_chars;
use super::value_parser::parse_name;

impl License {
    /// Parses a license. Never fails: problems are reported in [`License::diagnostics`].
    #[must_use]
    pub fn parse(source: Arc<SourceFile>) -> Self {
        Self::parse_with(source, MOST_OF_A_CODE, &InOrder)
    }

    /// Like [`Self::parse`], but keeps up to `most` findings of each code in full, and reads the parts of a large file as
    /// `jobs`.
    #[must_use]
    pub fn parse_with(source: Arc<SourceFile>, most: usize, jobs: &dyn Jobs) -> Self {
        Self::from_tree(syntax::parse_with(source, most, jobs), jobs)
    }

    fn from_tree(tree: Tree, jobs: &dyn Jobs) -> Self {
        // The exact capacity, because unused capacity would multiply in a file with 100,000 blocks.
        let readable = tree.blocks().filter(|(_, block)| block.is_readable()).count();
        let mut lowering = Lowering::new(tree.findings().carry_on(), readable);
        let chunks: Vec<Chunk<'_>> = Chunk::all(&tree).collect();
        for chunks in chunks.chunks(AT_ONCE) {
            // Findings have a limit for the whole file, so text that causes any is lowered in order.
            let done =
                jobs::map(
                    jobs,
                    chunks,
                    |chunk| {
                        if chunks.len() > 1 { chunk.without_findings(&tree) } else { None }
                    },
                );
            for (chunk, done) in chunks.iter().zip(done) {
                match done {
                    Some(done) => lowering.append(done),
                    None => lowering.items(&tree, chunk),
                }
            }
        }
        let Lowering { features, broken, findings: mut found, .. } = lowering;
        found.sort();
        let source = Arc::clone(tree.source());
        Self { source, tree, features, broken, diagnostics: found.kept, more: found.more }
    }

    /// Reads a license from text that is not in a file.
    #[must_use]
    pub fn from_text(name: &str, text: &str) -> Self {
        Self::parse(SourceFile::new(name, text))
    }
}

/// Number of items that are lowered as one job.
const CHUNK: usize = 256;

/// Number of chunks that are lowered at once. Their results are in memory twice for a moment.
const AT_ONCE: usize = 64;

/// Successive items of a tree.
struct Chunk<'t> {
    items: &'t [Item],
    /// The index of the first item.
    first: usize,
}

impl<'t> Chunk<'t> {
    fn all(tree: &'t Tree) -> impl Iterator<Item = Self> {
        tree.items().chunks(CHUNK).enumerate().map(|(at, items)| Self { items, first: at * CHUNK })
    }

    /// Lowers the items if none of them causes a finding.
    fn without_findings(&self, tree: &Tree) -> Option<Lowering> {
        let mut lowering = Lowering::new(Findings::new(1), self.items.len());
        for (index, item) in (self.first..).zip(self.items) {
            lowering.item(tree, index, item);
            if !lowering.findings.kept.is_empty() {
                return None;
            }
        }
        Some(lowering)
    }
}

/// The directive that each unknown name was probably meant to be. Each name is searched once.
type Suggestions = HashMap<String, Option<(usize, &'static Directive)>>;

struct Lowering {
    features: Vec<Feature>,
    broken: Vec<BrokenBlock>,
    findings: Findings,
    suggestions: Suggestions,
    /// The directives of the current block.
    seen: Vec<Seen>,
    times: Times,
}

impl Lowering {
    fn new(findings: Findings, blocks: usize) -> Self {
        Self {
            features: Vec::with_capacity(blocks),
            broken: Vec::new(),
            findings,
            suggestions: Suggestions::new(),
            seen: Vec::new(),
            times: Times::default(),
        }
    }

    /// Adds the result for the next items.
    fn append(&mut self, mut other: Self) {
        self.features.append(&mut other.features);
        self.broken.append(&mut other.broken);
    }

    fn items(&mut self, tree: &Tree, chunk: &Chunk<'_>) {
        for (index, item) in (chunk.first..).zip(chunk.items) {
            self.item(tree, index, item);
        }
    }

    fn item(&mut self, tree: &Tree, index: usize, item: &Item) {
        match item {
            Item::Block(block) if block.is_readable() => self.feature(tree, index, block),
            Item::Block(block) => self.broken(tree, block.span, Some(block.name)),
            Item::Comments(_) => {}
            Item::Stray(span) => self.broken(tree, *span, None),
            Item::Lost { span, name } => self.broken(tree, *span, *name),
        }
    }

    fn broken(&mut self, tree: &Tree, span: Span, name: Option<Span>) {
        let name = name.and_then(|place| Some(Spanned::new(Name::new(tree.source().slice(place))?, place)));
        self.broken.push(BrokenBlock { name, span });
    }

    fn feature(&mut self, tree: &Tree, index: usize, block: &Block) {
        self.seen.clear();
        self.times.clear();
        let source = tree.source();
        let mut reader = BlockReader {
            source,
            feature: Feature::unread(index, block.span, block.name),
            times: &mut self.times,
            seen: &mut self.seen,
            findings: &mut self.findings,
            suggestions: &mut self.suggestions,
            malformed: false,
            unsupported: false,
            intended: Vec::new(),
        };
        reader.name(block.name);
        reader.directives(block);
        let BlockReader { malformed, unsupported, intended, mut feature, .. } = reader;
        feature.kind = kind(&feature);
        let faults = block_rules::block(source.id(), &feature, &self.seen, &intended, malformed);
        let malformed = malformed || faults.iter().any(Diagnostic::is_error);
        self.findings.extend(faults);
        feature.condition = match (malformed, unsupported) {
            (true, _) => Condition::Malformed,
            (false, true) => Condition::Unsupported,
            (false, false) => Condition::Sound,
        };
        feature.dependencies.shrink_to_fit();
        self.features.push(feature);
    }
}

/// Returns the kind of a block from its KEYTYPE and the presence of COUNT and TOKEN_DEPENDENCY.
fn kind(feature: &Feature) -> Kind {
    match feature.keytype.map(|keytype| keytype.value) {
        Some(KeyType::Exclusive) => Kind::Exclusive,
        Some(KeyType::Additive) => Kind::Additive,
        Some(KeyType::Upgrade) => Kind::Upgrade,
        Some(KeyType::Token) => Kind::Token,
        Some(KeyType::Activation) => Kind::Activation,
        Some(KeyType::Metered) => Kind::Metered,
        None if feature.count.is_some() => Kind::Exclusive,
        None => Kind::Local,
    }
}

struct BlockReader<'a> {
    source: &'a SourceFile,
    feature: Feature,
    times: &'a mut Times,
    seen: &'a mut Vec<Seen>,
    /// The known directives that were probably meant by unknown ones.
    intended: Vec<&'static str>,
    findings: &'a mut Findings,
    suggestions: &'a mut Suggestions,
    malformed: bool,
    unsupported: bool,
}

impl BlockReader<'_> {
    fn file(&self) -> FileId {
        self.source.id()
    }

    fn name(&mut self, place: Span) {
        let text = self.source.slice(place);
        match parse_name(text) {
            Ok(name) => self.feature.name = Spanned::new(name, place),
            Err(problem) => {
                self.feature.name = Spanned::new(Name::unchecked(text), place);
                self.problem(problem, place, false);
            }
        }
    }

    fn directives(&mut self, block: &Block) {
        let mut last = 0;
        for read in block.directives() {
            effort::spend(1);
            let name = self.source.slice(read.name);
            let Some((number, row)) = numbered_from(last, name) else {
                self.unknown(name, read, block);
                continue;
            };
            last = number;
            let whole = read.span();
            let (times, first) = self.times.count(number, whole);
            if times <= row.most {
                self.seen.push(Seen { row, name: read.name, whole });
                self.value(row, *read);
                continue;
            }
            self.malformed = true;
            if !row.repeats() {
                self.findings.push(duplicate(self.source, row, first, whole));
            }
        }
        for beyond in self.times.beyond() {
            self.findings.push(too_many(self.file(), &self.feature, &beyond));
        }
    }

    fn value(&mut self, row: &'static Directive, read: syntax::Directive) {
        let place = read.value.inner();
        let raw = self.source.slice(place);
        let value = read_value(row.name, read.value.folded(self.source));
        let is_plain = value_chars::is_plain(raw);
        let reading = RawValue { directive: row.name, text: &value, raw, is_plain, span: place };
        if let Err(problem) =
            value_chars::check(&reading, row).and_then(|()| (row.set)(&mut self.feature, reading))
        {
            let part = problem.part.and_then(|part| place_of(raw, place, part));
            // A correction of one part must not replace the whole value.
            let fixable = problem.part.is_none() || part.is_some();
            self.problem(problem, part.unwrap_or(place), fixable);
        } else {
            self.findings.extend(value_chars::warn(self.file(), &reading, row, read.value));
        }
        self.malformed |= value_chars::has_control(&reading);
    }

    fn problem(&mut self, problem: Problem, place: Span, fixable: bool) {
        let mut found = Diagnostic::new(problem.code, self.file(), place, problem.message).help(problem.help);
        if let Some(intended) = problem.intended.filter(|_| fixable) {
            found = found.fix(format!("write `{intended}`"), place, intended, problem.sure);
        }
        self.findings.push(found);
        self.malformed = true;
    }

    fn unknown(&mut self, name: &str, read: &syntax::Directive, block: &Block) {
        let place = read.name;
        self.unsupported = true;
        let value = read_value(name, read.value.folded(self.source));
        if let Err(problem) = value_chars::check_unknown(name, &value) {
            let found = Diagnostic::new(problem.code, self.file(), read.value.inner(), problem.message);
            self.findings.push(found.help(problem.help));
        }
        let message = format!("unknown directive `{}`", syntax::excerpt(name));
        let found = Diagnostic::new(&codes::UNKNOWN_DIRECTIVE, self.file(), place, message);
        let found = match self.suggestion(name) {
            Some((number, known)) => {
                self.intended.push(known.name);
                let is_present = self.times.is_in(number, self.source, block);
                let found = found.did_you_mean(known.name);
                // A value that does not fit shows that the name is similar by chance.
                let fits = is_near(known.name, &read_value(known.name, read.value.folded(self.source)));
                // Adding or removing a KEY changes which signature the block has, so it is never fixed automatically.
                if is_present && !known.repeats() || known.name == "KEY" || !fits {
                    found
                } else {
                    let title = format!("write `{}`", known.name);
                    found.fix(title, place, known.name, is_slip(name, known.name))
                }
            }
            None => found.help("blocks with unknown directives are not supported; comments start with `#`"),
        };
        self.findings.push(found);
    }

    /// Returns the directive that was probably meant. The number of searches in a file is limited.
    fn suggestion(&mut self, name: &str) -> Option<(usize, &'static Directive)> {
        if let Some(known) = self.suggestions.get(name) {
            return *known;
        }
        if self.suggestions.len() >= MAX_SUGGESTIONS {
            return None;
        }
        let found = nearest(name, DIRECTIVES.iter().map(|row| row.name)).and_then(numbered);
        self.suggestions.insert(name.to_owned(), found);
        found
    }
}

/// Returns the span of the text after `prefix` in a value, up to the next whitespace.
fn place_of(raw: &str, value: Span, prefix: &str) -> Option<Span> {
    let start = raw.find(prefix)? + prefix.len();
    let len = raw.get(start..)?.find([' ', '\t', '\r', '\n']).unwrap_or(raw.len() - start);
    let start = value.start as usize + start;
    (len > 0).then(|| Span::new(start, start + len))
}
