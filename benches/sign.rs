//! Cost of signing and verifying compared with bare signatures, in one run on the same input.
//!
//! Run `cargo bench --bench sign`. Prints medians and the ratio to ed25519-dalek's own `sign` and `verify_strict`, where
//! 1.00 means no overhead. The last part parses and verifies a file of 100,000 blocks.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its results and panics on errors"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use ed25519_dalek::{Signature, Signer as _, SigningKey};
use jiff::civil::date;
use keywright::license::License;
use keywright::sign::{AllCores, SecretKey, sign_file, sign_payload};
use keywright::verify::{
    KeyState, Mode, Outcome, Payload, Revocations, Trust, TrustEntry, TrustedKey, Usage, Verifier,
};

const SEED: [u8; 32] = [7; 32];
const BLOCKS: usize = 2000;
const ROUNDS: usize = 9;
const LARGE: usize = 100_000;

fn main() {
    let secret = SecretKey::from_seed(&SEED);
    let trusted = trusted(&secret);
    let (trust, revocations) = (Trust::from_key(trusted.clone()), Revocations::default());
    let draft = License::from_text("bench.lic", &text(BLOCKS));
    let signed = sign_file(&draft, &secret, &trusted).unwrap();
    let license = License::from_text("bench.lic", &signed.text);
    let alone = Verifier::new(&trust, &revocations, date(2026, 3, 1), Mode::Production);
    let all = Verifier { jobs: &AllCores, ..alone };
    let bare = SigningKey::from_bytes(&SEED);
    // As many different messages as blocks: with a single one, the processor predicts every branch.
    let messages: Vec<[u8; 95]> = (0..BLOCKS).map(message).collect();
    let signatures: Vec<Signature> = messages.iter().map(|message| bare.sign(message)).collect();
    let public = bare.verifying_key();

    let times = interleaved(&mut [
        &mut || {
            for message in &messages {
                let signature = bare.sign(black_box(message));
                public.verify_strict(black_box(message), &signature).unwrap();
            }
        },
        &mut || {
            for feature in &draft.features {
                let digest = Payload::from_block(&draft, feature).digest();
                black_box(sign_payload(&secret, &trusted, "ABC_Software", &digest).unwrap().encode());
            }
        },
        &mut || {
            for (message, signature) in messages.iter().zip(&signatures) {
                public.verify_strict(black_box(message), signature).unwrap();
            }
        },
        &mut || assert!(alone.file(black_box(&license)).outcome() == Outcome::Valid),
        &mut || assert!(all.file(black_box(&license)).outcome() == Outcome::Valid),
        &mut || {
            black_box(sign_file(&draft, &secret, &trusted).unwrap());
        },
    ]);
    let [bare_both, ours_sign, bare_verify, ours_verify, verify_all, sign_all] = times.try_into().unwrap();
    let block = |seconds: f64| seconds * 1e6 / f64::from(u32::try_from(BLOCKS).unwrap());
    println!("microseconds per block, median of {ROUNDS}; {} threads", rayon::current_num_threads());
    println!("  bare sign + verify_strict      {:7.1}", block(bare_both));
    println!(
        "  sign a block, checked          {:7.1}   ratio {:.2}",
        block(ours_sign),
        bare_both / ours_sign
    );
    println!("  bare verify_strict             {:7.1}", block(bare_verify));
    println!(
        "  verdict of a block, one core   {:7.1}   ratio {:.2}",
        block(ours_verify),
        bare_verify / ours_verify
    );
    println!(
        "  verdict of a block, all cores  {:7.1}   {:.2} times one core",
        block(verify_all),
        ours_verify / verify_all
    );
    println!(
        "  sign a whole file, all cores   {:7.1}   (including the check of the result)",
        block(sign_all)
    );
    large(&secret, &trusted, &all);
}

fn message(number: usize) -> [u8; 95] {
    let mut message = [1; 95];
    message.iter_mut().zip(number.to_le_bytes()).for_each(|(byte, digit)| *byte = digit);
    message
}

/// Measures the time from text to verdicts of a file of 100,000 blocks.
fn large(secret: &SecretKey, trusted: &TrustedKey, verifier: &Verifier<'_>) {
    let signed = sign_file(&License::from_text("large.lic", &text(LARGE)), secret, trusted).unwrap().text;
    let start = Instant::now();
    let license = License::from_text("large.lic", &signed);
    let read = start.elapsed();
    let report = verifier.file(&license);
    assert!(report.outcome() == Outcome::Valid && report.verified().count() == LARGE);
    let all = start.elapsed();
    println!(
        "{LARGE} blocks, {} MB: read in {read:.2?}, verified after {all:.2?} in all",
        signed.len() / 1_000_000
    );
}

/// Returns the median time of each function. They run in turn, so that a slow moment of the machine affects all of them.
fn interleaved(works: &mut [&mut dyn FnMut()]) -> Vec<f64> {
    let mut times = vec![Vec::with_capacity(ROUNDS); works.len()];
    for _ in 0..ROUNDS {
        for (work, times) in works.iter_mut().zip(&mut times) {
            let start = Instant::now();
            work();
            times.push(start.elapsed().as_secs_f64());
        }
    }
    times
        .into_iter()
        .map(|mut times| {
            times.sort_by(f64::total_cmp);
            times.get(ROUNDS / 2).copied().unwrap()
        })
        .collect()
}

fn text(blocks: usize) -> String {
    let mut text = String::new();
    for number in 0..blocks {
        write!(
            text,
            "FEATURE MyDraw{number}\n{{\n  VENDOR=ABC_Software KEYTYPE=ADDITIVE VERSION=1.0 COUNT=20 SN=S-1\n  \
             START=2026-01-01 END=2030-12-31 LICENSEE=\"ABC Corp\"\n}}\n\n"
        )
        .unwrap();
    }
    text
}

fn trusted(secret: &SecretKey) -> TrustedKey {
    let entry = TrustEntry {
        vendor: "ABC_Software".to_owned(),
        id: secret.public_key().id(),
        file: String::new(),
        usage: Usage::Production,
        not_before: date(2020, 1, 1),
        not_after: date(2040, 1, 1),
        state: KeyState::Active,
        lists: None,
        line: 1,
    };
    TrustedKey { entry, key: *secret.public_key() }
}
