//! The C interface: calls in any order, with any arguments that can be made without breaking its contract.
//!
//! `bindings/c/tests/hostile.rs` replays the corpus and mutates it, without nightly.

use std::ffi::c_char;
use std::ptr::{null, null_mut};

use keywright_c::*;

const KEYS: &[u8] = include_bytes!("../../examples/application/license.keys");
const LICENSE: &[u8] = include_bytes!("../../examples/application/license.lic");

/// Calls that the input chooses. No call fails inside the library, and every string is UTF-8.
pub fn c_border(data: &[u8]) {
    let mut world = World::new(Input(data));
    while !world.input.0.is_empty() {
        let call = usize::from(world.input.byte());
        if let Some(call) = CALLS.get(call % CALLS.len()) {
            let mut message = null_mut();
            // SAFETY: handles come from the library and are freed once; lengths are those of the bytes, or impossible.
            unsafe {
                let status = call(&mut world, &mut message);
                assert_ne!(status, kw_status::KW_INTERNAL);
                assert_eq!(status == kw_status::KW_OK, message.is_null());
                check(kw_message_text(message));
                kw_message_free(message);
            }
        }
    }
}

type Call = unsafe fn(&mut World<'_>, *mut *mut kw_message) -> kw_status;

const CALLS: [Call; 21] = [
    new_application,
    install_bundle,
    install_revocations,
    add_host,
    check_files,
    check_license,
    file,
    block,
    directive,
    session,
    features,
    available,
    role,
    checkout,
    checkin,
    consume,
    advance,
    out_is_null,
    policy,
    entitlements,
    payloads,
];

/// The bytes of a run, as the arguments of its calls.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// A small number, or one of the largest.
    fn number(&mut self) -> usize {
        match self.byte() {
            byte @ 0..=250 => usize::from(byte),
            byte => usize::MAX - usize::from(255 - byte),
        }
    }

    /// Bytes, null with any length, or bytes with a length that no memory has.
    fn bytes(&mut self) -> (*const u8, usize) {
        let len = usize::from(self.byte());
        match len {
            254 => (null(), self.number()),
            255 => (self.0.as_ptr(), usize::MAX - self.number() / 2),
            _ => {
                let (bytes, rest) = self.0.split_at(len.min(self.0.len()));
                self.0 = rest;
                (bytes.as_ptr(), bytes.len())
            }
        }
    }

    fn text(&mut self) -> (*const c_char, usize) {
        let (data, len) = self.bytes();
        (data.cast(), len)
    }

    fn date(&mut self) -> kw_date {
        let (year, month, day) = (2020 + i16::from(self.byte() as i8), self.byte() as i8, self.byte() as i8);
        kw_date { year, month, day }
    }

    fn time(&mut self) -> kw_time {
        let date = self.date();
        let (hour, minute, second) = (self.byte() as i8, self.byte() as i8, self.byte() as i8);
        kw_time { date, hour, minute, second }
    }
}

/// The handles of a run; null before their first call.
struct World<'a> {
    input: Input<'a>,
    application: *mut kw_application,
    hosts: *mut kw_hosts,
    files: *mut kw_files,
    session: *mut kw_session,
}

impl<'a> World<'a> {
    fn new(input: Input<'a>) -> Self {
        let (mut application, mut hosts) = (null_mut(), null_mut());
        // SAFETY: the arguments are complete.
        unsafe {
            let made = kw_application_new(KEYS.as_ptr(), KEYS.len(), &mut application, null_mut());
            assert_eq!(made, kw_status::KW_OK);
            assert_eq!(kw_hosts_new(&mut hosts, null_mut()), kw_status::KW_OK);
        }
        Self { input, application, hosts, files: null_mut(), session: null_mut() }
    }

    unsafe fn verify(&mut self, files: &[kw_bytes], message: *mut *mut kw_message) -> kw_status {
        let (mut new, at) = (null_mut(), self.input.date());
        let hosts = if at.day % 2 == 0 { null() } else { self.hosts.cast_const() };
        let (first, count) = (files.as_ptr(), files.len());
        let status = unsafe { kw_check(self.application, first, count, hosts, at, &mut new, message) };
        if status == kw_status::KW_OK {
            unsafe { kw_files_free(self.files) };
            self.files = new;
        }
        status
    }
}

impl Drop for World<'_> {
    fn drop(&mut self) {
        // SAFETY: each is null, or was not freed.
        unsafe {
            kw_session_free(self.session);
            kw_files_free(self.files);
            kw_hosts_free(self.hosts);
            kw_application_free(self.application);
        }
    }
}

/// Reads a string of the library.
unsafe fn check(text: kw_text) {
    assert!(!text.data.is_null());
    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
    assert!(std::str::from_utf8(bytes).is_ok());
}

unsafe fn new_application(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let ((keys, len), mut new) = (world.input.bytes(), null_mut());
    let status = unsafe { kw_application_new(keys, len, &mut new, message) };
    unsafe { kw_application_free(new) };
    status
}

unsafe fn install_bundle(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let ((list, len), today) = (world.input.bytes(), world.input.date());
    unsafe { kw_application_install_bundle(world.application, list, len, today, message) }
}

unsafe fn install_revocations(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let ((list, len), today) = (world.input.bytes(), world.input.date());
    unsafe { kw_application_install_revocations(world.application, list, len, today, message) }
}

unsafe fn add_host(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let ((kind, kind_len), (value, value_len)) = (world.input.text(), world.input.text());
    unsafe { kw_hosts_add(world.hosts, kind, kind_len, value, value_len, message) }
}

unsafe fn check_files(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let count = world.input.byte() % 4;
    let mut file = || {
        let (data, len) = world.input.bytes();
        kw_bytes { data, len }
    };
    let files: Vec<kw_bytes> = (0..count).map(|_| file()).collect();
    unsafe { world.verify(&files, message) }
}

unsafe fn check_license(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let license = kw_bytes { data: LICENSE.as_ptr(), len: LICENSE.len() };
    unsafe { world.verify(&[license], message) }
}

unsafe fn file(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let (mut count, mut outcome) = (0, kw_outcome::KW_VALID);
    let _ = unsafe { kw_files_outcome(world.files, &mut outcome, null_mut()) };
    unsafe { kw_file_blocks(world.files, world.input.number(), &mut count, &mut outcome, message) }
}

unsafe fn block(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let ((file, at), mut block) = ((world.input.number(), world.input.number()), EMPTY_BLOCK);
    let status = unsafe { kw_file_block(world.files, file, at, &mut block, message) };
    for text in [block.feature, block.verdict, block.reason, block.host] {
        unsafe { check(text) };
    }
    status
}

unsafe fn directive(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let (file, block, mut value) = (world.input.number(), world.input.number(), EMPTY);
    let (name, len) = world.input.text();
    let status = unsafe { kw_block_directive(world.files, file, block, name, len, &mut value, message) };
    unsafe { check(value) };
    status
}

unsafe fn session(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let (now, mut new) = (world.input.time(), null_mut());
    let status = unsafe { kw_session_new(world.files, now, &mut new, message) };
    if status == kw_status::KW_OK {
        unsafe { kw_session_free(world.session) };
        world.session = new;
    }
    status
}

unsafe fn features(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let (mut count, mut name) = (0, EMPTY);
    let _ = unsafe { kw_session_feature_count(world.session, &mut count, null_mut()) };
    let status = unsafe { kw_session_feature(world.session, world.input.number(), &mut name, message) };
    unsafe { check(name) };
    status
}

unsafe fn available(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let (feature, len) = world.input.text();
    let mut amount = kw_amount { kind: kw_amount_kind::KW_UNDETERMINED, number: 0 };
    unsafe { kw_session_available(world.session, feature, len, &mut amount, message) }
}

unsafe fn role(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let (file, block, mut role) = (world.input.number(), world.input.number(), EMPTY);
    let status = unsafe { kw_session_role(world.session, world.files, file, block, &mut role, message) };
    unsafe { check(role) };
    status
}

unsafe fn checkout(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let input = &mut world.input;
    let ((feature, feature_len), (user, user_len)) = (input.text(), input.text());
    let ((host, host_len), (custom, custom_len)) = (input.text(), input.text());
    let count = input.number() as u32;
    let (version_major, version_minor) = (u16::from(input.byte()), u16::from(input.byte()));
    let request = kw_checkout {
        feature,
        feature_len,
        count,
        version_major,
        version_minor,
        user,
        user_len,
        host,
        host_len,
        custom,
        custom_len,
    };
    unsafe { kw_session_checkout(world.session, &request, &mut 0, message) }
}

unsafe fn checkin(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    unsafe { kw_session_checkin(world.session, world.input.number() as u64, message) }
}

unsafe fn consume(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let (feature, len) = world.input.text();
    unsafe { kw_session_consume(world.session, feature, len, world.input.number() as u64, message) }
}

unsafe fn advance(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    unsafe { kw_session_advance(world.session, world.input.time(), message) }
}

unsafe fn policy(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let ((file, at), mut count) = ((world.input.number(), world.input.number()), 0);
    let _ = unsafe { kw_file_policy_count(world.files, file, &mut count, null_mut()) };
    let mut policy = kw_policy { name: EMPTY, reason: EMPTY };
    let status = unsafe { kw_file_policy(world.files, file, at, &mut policy, message) };
    unsafe { check(policy.name) };
    unsafe { check(policy.reason) };
    status
}

unsafe fn entitlements(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let (mut list, mut count) = (null_mut(), 0);
    let status = unsafe { kw_session_entitlements(world.session, &mut list, message) };
    let _ = unsafe { kw_entitlement_count(list, &mut count, null_mut()) };
    for index in [0, count, world.input.number()] {
        let usable = kw_amount { kind: kw_amount_kind::KW_UNDETERMINED, number: 0 };
        let mut part = kw_entitlement { feature: EMPTY, vendor: EMPTY, usable };
        let found = unsafe { kw_entitlement_at(list, index, &mut part, null_mut()) };
        assert_eq!(found == kw_status::KW_OK, index < count);
        unsafe { check(part.feature) };
        unsafe { check(part.vendor) };
    }
    unsafe { kw_entitlements_free(list) };
    status
}

unsafe fn payloads(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let ((text, len), mut list, mut count) = (world.input.bytes(), null_mut(), 0);
    let status = unsafe { kw_payload(text, len, &mut list, message) };
    let _ = unsafe { kw_payload_count(list, &mut count, null_mut()) };
    for index in [0, count, world.input.number()] {
        let mut bytes = kw_bytes { data: null(), len: 0 };
        let found = unsafe { kw_payload_at(list, index, &mut bytes, null_mut()) };
        assert_eq!(found == kw_status::KW_OK, index < count);
        assert_eq!(found == kw_status::KW_OK, bytes.len > 0);
    }
    unsafe { kw_payloads_free(list) };
    status
}

/// No result has a place.
unsafe fn out_is_null(world: &mut World<'_>, message: *mut *mut kw_message) -> kw_status {
    let day = world.input.date();
    let of_files = unsafe { kw_files_outcome(world.files, null_mut(), null_mut()) };
    assert_eq!(of_files, kw_status::KW_NULL_POINTER);
    let of_check = unsafe { kw_check(world.application, null(), 0, null(), day, null_mut(), message) };
    assert!(matches!(of_check, kw_status::KW_NULL_POINTER | kw_status::KW_NO_SUCH_DATE));
    of_check
}

const EMPTY: kw_text = kw_text { data: c"".as_ptr(), len: 0 };
const EMPTY_BLOCK: kw_block =
    kw_block { feature: EMPTY, verdict: EMPTY, reason: EMPTY, host: EMPTY, line: 0, grants: false };
