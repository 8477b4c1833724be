//! Signing of a file: KEYs are added or replaced, and no other byte changes.

use std::fmt;

use keywright_license::{Feature, License};
use keywright_syntax::diagnostic::{Diagnostic, Edit};
use keywright_syntax::source::{SourceFile, Span};
use keywright_syntax::{self as syntax, Block, Element, Tree};
use keywright_verify::jobs::{InOrder, Jobs, map_many};
use keywright_verify::{Digest, KeyText, Payload, SignedObject, TrustedKey, outside_key_validity};

use super::all_cores::AllCores;
use super::signer::{SignError, Signer, sign_payload};

/// The result for a signed block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBlock {
    /// The name.
    pub feature: String,
    /// The line where the block begins, in both texts: signing only adds lines after it.
    pub line: usize,
    /// The signed payload.
    pub payload: Payload,
    /// The digest of the payload.
    pub digest: Digest,
    /// The new KEY.
    pub key: KeyText,
    /// True if an existing KEY was replaced.
    pub replaced: bool,
}

/// A signed file.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The signed text.
    pub text: String,
    /// The edits from the old text to the signed text.
    pub edits: Vec<Edit>,
    /// The blocks in file order.
    pub blocks: Vec<SignedBlock>,
}

/// The reason why a file was not signed. Messages contain text of the file: escape them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignFileError {
    /// The file contains no block.
    NothingToSign,
    /// The file has an error in this line.
    Faulty(usize, String),
    /// The key may not sign the block in this line.
    Untimely(usize, String),
    /// The block in this line could not be signed.
    Block(usize, SignError),
    /// The signed text does not match what was signed.
    NotReadBack(usize),
}

impl SignFileError {
    /// Returns true if the signer failed, which says nothing about the file.
    #[must_use]
    pub fn is_signer_fault(&self) -> bool {
        matches!(self, Self::NotReadBack(_) | Self::Block(_, SignError::BadSignature | SignError::Signer(_)))
    }
}

impl fmt::Display for SignFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToSign => f.write_str("the file contains no FEATURE block"),
            Self::Faulty(line, why) => write!(f, "the file has an error in line {line}: {why}"),
            Self::Untimely(line, why) => write!(f, "the block in line {line} cannot be signed: {why}"),
            Self::Block(line, error) => write!(f, "the block in line {line} cannot be signed: {error}"),
            Self::NotReadBack(line) => {
                write!(f, "the block in line {line} failed verification after signing")
            }
        }
    }
}

impl std::error::Error for SignFileError {}

/// Signs every block of a license.
///
/// The new text is parsed and verified before it is returned: payloads are unchanged, and each KEY matches.
///
/// # Errors
/// Returns an error if the license has an error or no block, if a block has another vendor or a date on which the key may
/// not sign, or if the signer fails. No block is signed in this case.
pub fn sign_file(
    license: &License,
    signer: &dyn Signer,
    trusted: &TrustedKey,
) -> Result<Signed, SignFileError> {
    refuse_faulty(license)?;
    let sign = |feature: &Feature| sign_block(license, feature, signer, trusted);
    let jobs: &dyn Jobs = if signer.is_concurrent() { &AllCores } else { &InOrder };
    let signed: Result<Vec<(Edit, SignedBlock)>, SignFileError> =
        map_many(jobs, &license.features, sign).into_iter().collect();
    let (edits, blocks): (Vec<Edit>, Vec<SignedBlock>) = signed?.into_iter().unzip();
    let text = apply(license.source.text(), &edits);
    read_back(license, &text, &blocks)?;
    Ok(Signed { text, edits, blocks })
}

/// Signs one block and checks its signature.
fn sign_block(
    license: &License,
    feature: &Feature,
    signer: &dyn Signer,
    trusted: &TrustedKey,
) -> Result<(Edit, SignedBlock), SignFileError> {
    let line = line_of(license, feature);
    if let Some(reason) = outside_key_validity(feature.issued.map(|issued| issued.value), trusted) {
        let reason = reason.describe(&trusted.key.id(), SignedObject::Block);
        return Err(SignFileError::Untimely(line, reason));
    }
    let payload = Payload::from_block(license, feature);
    let digest = payload.digest();
    let key = sign_payload(signer, trusted, feature.vendor_name(), &digest)
        .map_err(|error| SignFileError::Block(line, error))?;
    let block = license
        .block(feature)
        .ok_or_else(|| SignFileError::Faulty(line, "the block cannot be read".to_owned()))?;
    let old = key_value(license, block);
    let signed = SignedBlock {
        feature: feature.name.value.as_str().to_owned(),
        line,
        payload,
        digest,
        key,
        replaced: old.is_some(),
    };
    Ok((key_edit(license, block, old, &key.encode()), signed))
}

fn line_of(license: &License, feature: &Feature) -> usize {
    license.source.position(feature.span.start as usize).line
}

/// Rejects a file with errors, except for errors in a KEY, which is replaced.
fn refuse_faulty(license: &License) -> Result<(), SignFileError> {
    let keys: Vec<Span> = license
        .features
        .iter()
        .filter_map(|feature| license.block(feature))
        .filter_map(|block| key_directive(license, block))
        .collect();
    let about_key = |span: Span| {
        let at = keys.partition_point(|key| key.end < span.end);
        keys.get(at).is_some_and(|key| key.start <= span.start && !span.is_empty())
    };
    let error =
        license.diagnostics.iter().find(|finding| finding.is_error() && !about_key(finding.primary.span));
    if let Some(error) = error {
        let line = license.source.position(error.primary.span.start as usize).line;
        return Err(SignFileError::Faulty(line, error.message.clone()));
    }
    if let Some(brief) = license.more().find(|brief| brief.is_error() && !about_key(brief.span)) {
        let line = license.source.position(brief.span.start as usize).line;
        return Err(SignFileError::Faulty(line, brief.code.title()));
    }
    if let Some(broken) = license.broken.first() {
        let line = license.source.position(broken.span.start as usize).line;
        return Err(SignFileError::Faulty(line, "this part cannot be read".to_owned()));
    }
    if license.source.fault().is_some() {
        let line = license.source.line_count();
        return Err(SignFileError::Faulty(line, "the file is not UTF-8 from here on".to_owned()));
    }
    if license.features.is_empty() {
        return Err(SignFileError::NothingToSign);
    }
    Ok(())
}

/// Returns the value of the only KEY of a block, or `None` if there are two, which is an error reported elsewhere.
fn key_directive(license: &License, block: &Block) -> Option<Span> {
    let mut keys = block.directives().filter(|directive| license.source.slice(directive.name) == "KEY");
    match (keys.next(), keys.next()) {
        (Some(key), None) => Some(key.span()),
        _ => None,
    }
}

fn key_value(license: &License, block: &Block) -> Option<Span> {
    block
        .directives()
        .find(|directive| license.source.slice(directive.name) == "KEY")
        .map(|directive| directive.value.span)
}

/// Returns the edit that sets the KEY of a block: it replaces the old value, or adds a line before the `}`, or adds the
/// KEY before the `}` on the same line if that line contains other text.
fn key_edit(license: &License, block: &Block, old: Option<Span>, key: &str) -> Edit {
    if let Some(span) = old {
        return Edit { span, replacement: key.to_owned() };
    }
    let text = license.source.text();
    let close = block.close.start as usize;
    let before = text.get(..close).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let lead = before.get(line_start..).unwrap_or_default();
    if lead.bytes().all(|byte| byte == b' ' || byte == b'\t') && line_start > 0 {
        let line_break =
            if before.get(..line_start).is_some_and(|text| text.ends_with("\r\n")) { "\r\n" } else { "\n" };
        let indent = indent_of(text, block).map_or_else(|| format!("{lead}  "), str::to_owned);
        return Edit { span: Span::at(line_start), replacement: format!("{indent}KEY={key}{line_break}") };
    }
    let gap = if before.ends_with([' ', '\t']) { "" } else { " " };
    Edit { span: Span::at(close), replacement: format!("{gap}KEY={key} ") }
}

/// Returns the indentation of the last directive that begins a line.
fn indent_of<'a>(text: &'a str, block: &Block) -> Option<&'a str> {
    block.elements.iter().rev().filter(|element| matches!(element, Element::Directive(_))).find_map(
        |element| {
            let before = text.get(..element.span().start as usize)?;
            let lead = before.get(before.rfind('\n')? + 1..)?;
            lead.bytes().all(|byte| byte == b' ' || byte == b'\t').then_some(lead)
        },
    )
}

/// Applies the edits, which are in file order and do not overlap.
fn apply(text: &str, edits: &[Edit]) -> String {
    let added: usize = edits.iter().map(|edit| edit.replacement.len()).sum();
    let mut result = String::with_capacity(text.len() + added);
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        result.push_str(text.get(at..range.start).unwrap_or_default());
        result.push_str(&edit.replacement);
        at = range.end;
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

/// Parses the signed text and compares every block with the original. The KEY must be the one that was verified with the
/// trusted key when signing, and the name and all other directives must be unchanged, so that the payload is the one that
/// was signed. Therefore the signature need not be verified again.
fn read_back(license: &License, text: &str, blocks: &[SignedBlock]) -> Result<(), SignFileError> {
    let again = syntax::parse(SourceFile::new(license.source.name(), text));
    if again.blocks().count() != blocks.len() || again.errors().iter().any(Diagnostic::is_error) {
        return Err(SignFileError::NotReadBack(1));
    }
    let signed = license.features.iter().zip(blocks);
    let mut pairs = again.blocks().map(|(_, block)| block).zip(signed);
    match pairs.find(|(block, (feature, signed))| !is_read_back(license, feature, signed, &again, block)) {
        Some((_, (_, signed))) => Err(SignFileError::NotReadBack(signed.line)),
        None => Ok(()),
    }
}

fn is_read_back(
    license: &License,
    feature: &Feature,
    signed: &SignedBlock,
    again: &Tree,
    block: &Block,
) -> bool {
    let source = again.source();
    let mut keys = block.directives().filter(|directive| source.slice(directive.name) == "KEY");
    let has_key = keys.next().is_some_and(|key| source.slice(key.value.span) == signed.key.encode());
    let same = license.block(feature).is_some_and(|before| {
        license.source.slice(before.name) == source.slice(block.name)
            && written(&license.source, before).eq(written(source, block))
    });
    has_key && keys.next().is_none() && same
}

/// Returns the directives of a block except KEY, as written.
fn written<'a>(source: &'a SourceFile, block: &'a Block) -> impl Iterator<Item = (&'a str, &'a str)> {
    let all = block.directives();
    all.map(|directive| (source.slice(directive.name), source.slice(directive.value.span)))
        .filter(|(name, _)| *name != "KEY")
}

#[cfg(test)]
mod tests {
    use super::*;
    use keywright_verify::KeyId;

    const TEXT: &str =
        "FEATURE A\n{\n  VENDOR=V COUNT=5 DATA=\"a b\"\n}\nFEATURE B\n{\n  VENDOR=V COUNT=5\n}\n";

    #[test]
    fn sign_rejects_output_that_reads_back_differently() {
        let license = License::from_text("a.lic", TEXT);
        let key = |at: u8| KeyText { key: KeyId::from_bytes([at; 8]), signature: [at; 64] };
        let (edits, blocks): (Vec<Edit>, Vec<SignedBlock>) = (1..)
            .zip(&license.features)
            .map(|(at, feature)| {
                let payload = Payload::from_block(&license, feature);
                let block = license.block(feature).unwrap();
                let edit = key_edit(&license, block, None, &key(at).encode());
                let (feature, line) = (feature.name.value.to_string(), line_of(&license, feature));
                let digest = payload.digest();
                (edit, SignedBlock { feature, line, payload, digest, key: key(at), replaced: false })
            })
            .unzip();
        let text = apply(TEXT, &edits);
        assert_eq!(read_back(&license, &text, &blocks), Ok(()));
        let (one, other) = (key(1).encode(), key(2).encode());
        for (wrong, line) in [
            (text.replacen("COUNT=5", "COUNT=50", 1), 1),
            (text.replace("FEATURE B", "FEATURE C"), 5),
            (text.replace("DATA", "OPTIONS"), 1),
            (text.replace(" DATA=\"a b\"", ""), 1),
            (text.replace("COUNT=5 DATA", "COUNT=5 SN=1 DATA"), 1),
            (text.replace(&other, &one), 5),
            (text.replace(&format!("  KEY={other}\n"), ""), 5),
            (text.replace(&other, &format!("{other} KEY={other}")), 5),
            (format!("{text}{text}"), 1),
            (text.replace("FEATURE B", "FEATURE"), 1),
        ] {
            assert_ne!(wrong, text);
            assert_eq!(
                read_back(&license, &wrong, &blocks),
                Err(SignFileError::NotReadBack(line)),
                "{wrong}"
            );
        }
    }
}
