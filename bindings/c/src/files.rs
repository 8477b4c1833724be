//! Verified license files.

use std::collections::BTreeSet;
use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};

use keywright_verify::Outcome;
use keywright_verify::application::{CheckError, CheckedBlock, CheckedFiles, HostIds};

use crate::application::kw_application;
use crate::border::{Fault, date, free, item, run, shared, slice, store, store_handle, string};
use crate::hosts::kw_hosts;
use crate::message::kw_message;
use crate::status::kw_status;
use crate::text::{kw_bytes, kw_date, kw_text};

/// Verified license files. Several threads may use them at the same time.
pub struct kw_files {
    pub(crate) checked: CheckedFiles,
    /// The values that `kw_block_directive` returned live as long as the files.
    values: Mutex<BTreeSet<Box<str>>>,
}

/// The outcome for a file, from best to worst.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum kw_outcome {
    /// There is a block, and all blocks are valid.
    KW_VALID = 0,
    /// The signatures match, but a block has expired or is not valid yet.
    KW_NOT_NOW = 1,
    /// The signatures match, but a policy is not met.
    KW_POLICY = 2,
    /// A signature is missing, untrusted, wrong or revoked.
    KW_NOT_VALID = 3,
    /// A block cannot be read.
    KW_UNREADABLE = 4,
}

/// What is known about a block. The strings belong to the files.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct kw_block {
    /// The name; empty if it could not be read.
    pub feature: kw_text,
    /// The verdict, as `keywright verify` prints it: for example `VALID`.
    pub verdict: kw_text,
    /// The reason of the verdict. It contains text of the file: do not print it to a terminal as it is.
    pub reason: kw_text,
    /// The comparison of HOSTID with the computer: `not-locked`, `matches` or `differs`.
    pub host: kw_text,
    /// The line where the block begins, from 1.
    pub line: usize,
    /// True if the block grants something: its signature matches, the computer matches, and it is no duplicate. Its
    /// dates are not considered.
    pub grants: bool,
}

/// A policy that a file does not meet. The strings belong to the files.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct kw_policy {
    /// The name of the policy, as `keywright verify` prints it.
    pub name: kw_text,
    /// The reason. It contains text of the file: do not print it to a terminal as it is.
    pub reason: kw_text,
}

/// Verifies license files of one customer. Free the result with `kw_files_free`. `hosts` may be null: no host ids.
///
/// # Safety
/// `application` was not freed. `files` has `count` items, each with its bytes. `hosts` is null or was not freed. `out`
/// can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_check(
    application: *const kw_application,
    files: *const kw_bytes,
    count: usize,
    hosts: *const kw_hosts,
    at: kw_date,
    out: *mut *mut kw_files,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let application = unsafe { shared(application, "application") }?;
        // SAFETY: see above.
        let files = unsafe { slice(files, count, "files") }?;
        // SAFETY: see above.
        let bytes = |file: &kw_bytes| unsafe { slice(file.data, file.len, "files") };
        let files: Vec<&[u8]> = files.iter().map(bytes).collect::<Result<_, Fault>>()?;
        let none = HostIds::default();
        // SAFETY: see above.
        let hosts = unsafe { hosts.as_ref() }.map_or(&none, |hosts| &hosts.ids);
        let checked = application.keys.check(files, hosts, date(at)?).map_err(|error| {
            let status = match error {
                CheckError::TooLarge(_) => kw_status::KW_TOO_LARGE,
                _ => kw_status::KW_INTERNAL,
            };
            Fault::new(status, error)
        })?;
        // SAFETY: see above.
        unsafe { store_handle(out, kw_files { checked, values: Mutex::default() }, "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Frees verified files and all strings that were asked from them. A null pointer is ignored. Sessions remain usable.
///
/// # Safety
/// `files` is null, or was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_files_free(files: *mut kw_files) {
    // SAFETY: see above.
    unsafe { free(files) };
}

/// Stores the worst outcome of all files.
///
/// # Safety
/// `files` was not freed. `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_files_outcome(
    files: *const kw_files,
    out: *mut kw_outcome,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let files = unsafe { shared(files, "files") }?;
        // SAFETY: see above.
        unsafe { store(out, outcome(files.checked.outcome()), "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Stores the number of blocks of a file, counted from 0, and the outcome for the file.
///
/// # Safety
/// As for `kw_files_outcome`; both results can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_file_blocks(
    files: *const kw_files,
    file: usize,
    count: *mut usize,
    result: *mut kw_outcome,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let files = unsafe { shared(files, "files") }?;
        let file = item(&files.checked.files, file, "file")?;
        // SAFETY: see above.
        unsafe {
            store(count, file.blocks.len(), "count")?;
            store(result, outcome(file.outcome), "result")
        }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Stores what is known about a block. File and block are counted from 0.
///
/// # Safety
/// `files` was not freed. `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_file_block(
    files: *const kw_files,
    file: usize,
    block: usize,
    out: *mut kw_block,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let files = unsafe { shared(files, "files") }?;
        let block = find(files, file, block)?;
        let info = kw_block {
            feature: kw_text::of(block.feature.as_deref().unwrap_or_default()),
            verdict: kw_text::of(block.verdict.as_str()),
            reason: kw_text::of(&block.reason),
            host: kw_text::of(block.host.as_str()),
            line: block.line,
            grants: block.grants(),
        };
        // SAFETY: see above.
        unsafe { store(out, info, "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Stores the number of policies that a file does not meet.
///
/// # Safety
/// As for `kw_files_outcome`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_file_policy_count(
    files: *const kw_files,
    file: usize,
    out: *mut usize,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let file = item(&unsafe { shared(files, "files") }?.checked.files, file, "file")?;
        // SAFETY: see above.
        unsafe { store(out, file.policies.len(), "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Stores a policy that a file does not meet, counted from 0.
///
/// # Safety
/// As for `kw_files_outcome`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_file_policy(
    files: *const kw_files,
    file: usize,
    policy: usize,
    out: *mut kw_policy,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let file = item(&unsafe { shared(files, "files") }?.checked.files, file, "file")?;
        let (policy, reason) = item(&file.policies, policy, "policy")?;
        let policy = kw_policy { name: kw_text::of(policy.as_str()), reason: kw_text::of(reason) };
        // SAFETY: see above.
        unsafe { store(out, policy, "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Stores the value of a directive of a block with a matching signature: for example LICENSEE. Empty if the block does
/// not have it, or if its signature does not match.
///
/// # Safety
/// `files` was not freed. `name` has `name_len` bytes. `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_block_directive(
    files: *const kw_files,
    file: usize,
    block: usize,
    name: *const c_char,
    name_len: usize,
    out: *mut kw_text,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let files = unsafe { shared(files, "files") }?;
        // SAFETY: see above.
        let name = unsafe { string(name, name_len, "name") }?;
        let value = files.checked.directive(file, find(files, file, block)?, name).unwrap_or_default();
        // SAFETY: see above.
        unsafe { store(out, files.keep(value), "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

impl kw_files {
    /// Stores a value, so that it lives as long as the files.
    fn keep(&self, value: String) -> kw_text {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = values.get(value.as_str()) {
            return kw_text::of(kept);
        }
        let value = value.into_boxed_str();
        // The text of a boxed string does not move when the set grows.
        let text = kw_text::of(&value);
        values.insert(value);
        text
    }
}

pub(crate) fn find(files: &kw_files, file: usize, block: usize) -> Result<&CheckedBlock, Fault> {
    item(&item(&files.checked.files, file, "file")?.blocks, block, "block")
}

fn outcome(outcome: Outcome) -> kw_outcome {
    match outcome {
        Outcome::Valid => kw_outcome::KW_VALID,
        Outcome::NotNow => kw_outcome::KW_NOT_NOW,
        Outcome::Policy => kw_outcome::KW_POLICY,
        Outcome::NotValid => kw_outcome::KW_NOT_VALID,
        Outcome::Unreadable => kw_outcome::KW_UNREADABLE,
    }
}
