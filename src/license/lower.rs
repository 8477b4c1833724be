//! Conversion of the syntax tree to the typed model, driven by the table of directives.

use std::collections::HashSet;
use std::sync::Arc;

use keywright_syntax::diagnostic::{Diagnostic, Findings, MOST_OF_A_CODE, is_slip, nearest};
use keywright_syntax::effort;
use keywright_syntax::limits::MAX_SUGGESTIONS;
use keywright_syntax::source::{FileId, SourceFile, Span, Spanned};
use keywright_syntax::{self as syntax, Block, Item, Tree};

use super::block_rules::{self, Seen};
use super::check_value::is_near;
use super::codes;
use super::directive::{DIRECTIVES, Directive, numbered};
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
        Self::parse_keeping(source, MOST_OF_A_CODE)
    }

    /// Like [`Self::parse`], but keeps up to `most` findings of each code in full.
    #[must_use]
    pub fn parse_keeping(source: Arc<SourceFile>, most: usize) -> Self {
        Self::from_tree(syntax::parse_keeping(source, most))
    }

    /// Parses text written by keywright itself: see [`syntax::parse_generated`].
    #[must_use]
    pub fn parse_generated(source: Arc<SourceFile>) -> Self {
        Self::from_tree(syntax::parse_generated(source))
    }

    fn from_tree(tree: Tree) -> Self {
        let source = Arc::clone(tree.source());
        let mut lowering = Lowering {
            names: HashSet::new(),
            diagnostics: tree.findings().carry_on(),
            suggestions: MAX_SUGGESTIONS,
        };
        // The exact capacity, because unused capacity would multiply in a file with 100,000 blocks.
        let mut features = Vec::with_capacity(tree.blocks().filter(|(_, block)| block.is_readable()).count());
        let mut broken = Vec::new();
        for (index, item) in tree.items().iter().enumerate() {
            match item {
                Item::Block(block) if block.is_readable() => {
                    features.push(lowering.feature(&tree, index, block));
                }
                Item::Block(block) => broken.push(lowering.broken(&source, block.span, Some(block.name))),
                Item::Comments(_) => {}
                Item::Stray(span) => broken.push(lowering.broken(&source, *span, None)),
                Item::Lost { span, name } => broken.push(lowering.broken(&source, *span, *name)),
            }
        }
        let mut found = lowering.diagnostics;
        found.sort();
        Self { source, tree, features, broken, diagnostics: found.kept, more: found.more }
    }

    /// Reads a license from text that is not in a file.
    #[must_use]
    pub fn from_text(name: &str, text: &str) -> Self {
        Self::parse(SourceFile::new(name, text))
    }
}

struct Lowering {
    /// All names seen so far. Equal names share one allocation.
    names: HashSet<Name>,
    diagnostics: Findings,
    /// The number of further unknown directives that get a suggestion.
    suggestions: usize,
}

impl Lowering {
    fn shared(&mut self, name: Name) -> Name {
        if let Some(known) = self.names.get(name.as_str()) {
            return known.clone();
        }
        self.names.insert(name.clone());
        name
    }

    fn broken(&mut self, source: &SourceFile, span: Span, name: Option<Span>) -> BrokenBlock {
        let name = name.and_then(|place| Some(Spanned::new(Name::new(source.slice(place))?, place)));
        BrokenBlock { name: name.map(|name| Spanned::new(self.shared(name.value), name.span)), span }
    }

    fn feature(&mut self, tree: &Tree, index: usize, block: &Block) -> Feature {
        let source = tree.source();
        let mut reader = BlockReader {
            source,
            feature: Feature::unread(index, block.span, block.name),
            times: Times::default(),
            seen: Vec::new(),
            diagnostics: &mut self.diagnostics,
            suggestions: &mut self.suggestions,
            malformed: false,
            unsupported: false,
            intended: Vec::new(),
        };
        reader.name(block.name);
        reader.directives(block);
        let malformed = reader.malformed;
        let unsupported = reader.unsupported;
        let seen = std::mem::take(&mut reader.seen);
        let intended = std::mem::take(&mut reader.intended);
        let mut feature = reader.feature;
        feature.kind = kind(&feature);
        let faults = block_rules::block(source.id(), &feature, &seen, &intended, malformed);
        let malformed = malformed || faults.iter().any(Diagnostic::is_error);
        self.diagnostics.extend(faults);
        feature.condition = match (malformed, unsupported) {
            (true, _) => Condition::Malformed,
            (false, true) => Condition::Unsupported,
            (false, false) => Condition::Sound,
        };
        feature.dependencies.shrink_to_fit();
        self.share_names(&mut feature);
        feature
    }

    fn share_names(&mut self, feature: &mut Feature) {
        feature.name.value = self.shared(feature.name.value.clone());
        for named in [&mut feature.vendor, &mut feature.sn].into_iter().flatten() {
            named.value = self.shared(named.value.clone());
        }
        for dependency in &mut feature.dependencies {
            dependency.feature.value = self.shared(dependency.feature.value.clone());
        }
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

/// Directives of a block that room is made for at once.
const MOST_RESERVED: usize = 64;

struct BlockReader<'a> {
    source: &'a SourceFile,
    feature: Feature,
    times: Times,
    seen: Vec<Seen>,
    /// The known directives that were probably meant by unknown ones.
    intended: Vec<&'static str>,
    diagnostics: &'a mut Findings,
    suggestions: &'a mut usize,
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
        self.seen.reserve(block.elements.len().min(MOST_RESERVED));
        for read in block.directives() {
            effort::spend(1);
            let name = self.source.slice(read.name);
            let Some((number, row)) = numbered(name) else {
                self.unknown(name, read, block);
                continue;
            };
            let whole = read.span();
            let (times, first) = self.times.count(number, whole);
            if times <= row.most {
                self.seen.push(Seen { row, name: read.name, whole });
                self.value(row, *read);
                continue;
            }
            self.malformed = true;
            if !row.repeats() {
                self.diagnostics.push(duplicate(self.source, row, first, whole));
            }
        }
        for beyond in self.times.beyond() {
            self.diagnostics.push(too_many(self.file(), &self.feature, &beyond));
        }
    }

    fn value(&mut self, row: &'static Directive, read: syntax::Directive) {
        let place = read.value.inner();
        let raw = self.source.slice(place);
        let value = read_value(row.name, read.value.folded(self.source));
        let reading = RawValue { directive: row.name, text: &value, raw, span: place };
        if let Err(problem) =
            value_chars::check(&reading, row).and_then(|()| (row.set)(&mut self.feature, reading))
        {
            let part = problem.part.and_then(|part| place_of(raw, place, part));
            // A correction of one part must not replace the whole value.
            let fixable = problem.part.is_none() || part.is_some();
            self.problem(problem, part.unwrap_or(place), fixable);
        } else {
            self.diagnostics.extend(value_chars::warn(self.file(), &reading, row, read.value));
        }
        self.malformed |= value_chars::has_control(raw);
    }

    fn problem(&mut self, problem: Problem, place: Span, fixable: bool) {
        let mut found = Diagnostic::new(problem.code, self.file(), place, problem.message).help(problem.help);
        if let Some(intended) = problem.intended.filter(|_| fixable) {
            found = found.fix(format!("write `{intended}`"), place, intended, problem.sure);
        }
        self.diagnostics.push(found);
        self.malformed = true;
    }

    fn unknown(&mut self, name: &str, read: &syntax::Directive, block: &Block) {
        let place = read.name;
        self.unsupported = true;
        let value = read_value(name, read.value.folded(self.source));
        if let Err(problem) = value_chars::check_unknown(name, &value) {
            let found = Diagnostic::new(problem.code, self.file(), read.value.inner(), problem.message);
            self.diagnostics.push(found.help(problem.help));
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
        self.diagnostics.push(found);
    }

    /// Returns the directive that was probably meant. The number of searches in a file is limited.
    fn suggestion(&mut self, name: &str) -> Option<(usize, &'static Directive)> {
        *self.suggestions = self.suggestions.checked_sub(1)?;
        nearest(name, DIRECTIVES.iter().map(|row| row.name)).and_then(numbered)
    }
}

/// Returns the span of the text after `prefix` in a value, up to the next whitespace.
fn place_of(raw: &str, value: Span, prefix: &str) -> Option<Span> {
    let start = raw.find(prefix)? + prefix.len();
    let len = raw.get(start..)?.find([' ', '\t', '\r', '\n']).unwrap_or(raw.len() - start);
    let start = value.start as usize + start;
    (len > 0).then(|| Span::new(start, start + len))
}
