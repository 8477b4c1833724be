//! JSON of verdicts, version 1. These structs are the contract with programs: they change only by addition.

use serde::Serialize;

use crate::sign::{BlockReport, FileReport};

use super::VerifyReport;
use super::escape::escape;

#[derive(Debug, Serialize)]
struct Report {
    version: u32,
    files: Vec<File>,
    result: &'static str,
    exit_code: u8,
}

#[derive(Debug, Serialize)]
struct File {
    file: String,
    result: &'static str,
    blocks: Vec<Block>,
}

#[derive(Debug, Serialize)]
struct Block {
    feature: Option<String>,
    verdict: &'static str,
    reason: String,
    vendor: Option<String>,
    key_id: Option<String>,
    line: usize,
    digest: Option<String>,
}

/// The report as pretty JSON with a final line break.
///
/// # Errors
/// When serialisation fails, which the types rule out.
pub fn render(report: &VerifyReport<'_>) -> serde_json::Result<String> {
    let unread = report.unread.iter().map(|name| File {
        file: escape(name).into_owned(),
        result: VerifyReport::NOT_READ,
        blocks: Vec::new(),
    });
    let report = Report {
        version: 1,
        files: report.files.iter().map(file).chain(unread).collect(),
        result: report.result,
        exit_code: report.exit_code,
    };
    serde_json::to_string_pretty(&report).map(|json| json + "\n")
}

fn file(report: &FileReport<'_>) -> File {
    File {
        file: escape(&report.file).into_owned(),
        result: report.result(),
        blocks: report.blocks.iter().map(block).collect(),
    }
}

fn block(block: &BlockReport<'_>) -> Block {
    let escaped = |text: &str| escape(text).into_owned();
    Block {
        feature: block.feature.as_deref().map(escaped),
        verdict: block.verdict.word(),
        reason: escaped(&block.reason),
        vendor: block.vendor.as_deref().map(escaped),
        key_id: block.key.map(|key| key.to_string()),
        line: block.line,
        digest: block.digest.map(|digest| digest.to_string()),
    }
}
