#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keywright_fuzz::c_border::c_border(data));
