//! Cost of each part of the workflow, compared with a baseline: the least work possible on the same input.
//!
//! Run `cargo bench --bench pipeline`. Compare ratios only, because machines differ.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark panics on errors"
)]

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use keywright::license::License;
use keywright::source::SourceFile;

fn main() {
    divan::main();
}

/// Returns a file of realistic blocks: pools, tokens, quoted text, comments, KEYs of the real length.
fn large_file(blocks: usize) -> String {
    let key = "AQEA".repeat(25);
    let mut text = String::new();
    for block in 0..blocks {
        let set = block / 4;
        let Some((name, count)) =
            [("MyDraw", 5), ("MyWrite", 2), ("MySpreadsheet", 1)].get((block % 4).wrapping_sub(1))
        else {
            write!(
                text,
                "# set {set}: pool of twenty {{tokens}}\nFEATURE MySolutions{set}\n{{\n  VENDOR=ABC_Software COUNT=20 \
                 KEYTYPE=EXCLUSIVE VERSION=1.0 END=2030-12-31\n  LICENSEE=\"ABC Corp, {set}\"\n  KEY={key}\n}}\n\n"
            )
            .unwrap();
            continue;
        };
        write!(
            text,
            "FEATURE {name}{set}\n{{\n  VENDOR=ABC_Software KEYTYPE=TOKEN VERSION=1.0\n  \
             TOKEN_DEPENDENCY=\"FEATURE=MySolutions{set} VERSION=1.0 COUNT={count}\"\n  KEY={key}\n}}\n\n"
        )
        .unwrap();
    }
    text
}

/// The sizes of generated files, in blocks.
const SIZES: [usize; 4] = [1, 100, 10_000, 100_000];

fn file_of(blocks: usize) -> Arc<SourceFile> {
    static LARGE: OnceLock<Arc<SourceFile>> = OnceLock::new();
    if blocks == 100_000 {
        return Arc::clone(LARGE.get_or_init(|| SourceFile::new("large.lic", large_file(100_000))));
    }
    SourceFile::new("large.lic", large_file(blocks))
}

mod reading {
    use super::{Arc, Bencher, BytesCount, License, SIZES, SourceFile, black_box, file_of};
    use keywright::diagnostic::MOST_OF_A_CODE;
    use keywright::sign::AllCores;
    use keywright::syntax;

    /// Measures work on a file, per byte.
    fn each<R>(bencher: Bencher<'_, '_>, blocks: usize, work: impl Fn(Arc<SourceFile>) -> R + Sync) {
        let file = file_of(blocks);
        bencher.counter(BytesCount::new(file.text().len())).bench(|| work(Arc::clone(black_box(&file))));
    }

    #[divan::bench(args = SIZES, sample_count = 10)]
    fn floor_counting_lines(bencher: Bencher<'_, '_>, blocks: usize) {
        each(bencher, blocks, |file| memchr::memchr_iter(b'\n', file.text().as_bytes()).count());
    }

    /// The tree by the grammar alone, without the plain path.
    #[divan::bench(args = SIZES, sample_count = 5)]
    fn peer_parse_by_grammar(bencher: Bencher<'_, '_>, blocks: usize) {
        each(bencher, blocks, syntax::parse_by_grammar);
    }

    #[divan::bench(args = SIZES, sample_count = 5)]
    fn parse(bencher: Bencher<'_, '_>, blocks: usize) {
        each(bencher, blocks, syntax::parse);
    }

    /// From text to model on one core.
    #[divan::bench(args = SIZES, sample_count = 5)]
    fn parse_and_lower(bencher: Bencher<'_, '_>, blocks: usize) {
        each(bencher, blocks, |file| {
            let license = License::parse(file);
            assert!(license.features.len() == blocks && license.diagnostics.is_empty());
            license
        });
    }

    #[divan::bench(args = SIZES, sample_count = 5)]
    fn parse_and_lower_on_all_cores(bencher: Bencher<'_, '_>, blocks: usize) {
        each(bencher, blocks, |file| License::parse_with(file, MOST_OF_A_CODE, &AllCores));
    }
}

mod linting {
    use super::{Arc, Bencher, BytesCount, License, SIZES, file_of};
    use keywright::lint::{Options, lint};

    /// Compare with `reading::peer_parse_by_grammar` of the same file.
    #[divan::bench(args = SIZES, sample_count = 5)]
    fn all_rules(bencher: Bencher<'_, '_>, blocks: usize) {
        let file = file_of(blocks);
        let license = License::parse(Arc::clone(&file));
        let options = Options::at(jiff::civil::date(2026, 1, 15));
        bencher.counter(BytesCount::new(file.text().len())).bench(|| lint(&[&license], &options));
    }
}

mod signing {
    use super::{Bencher, ItemsCount, License, black_box, large_file};
    use ed25519_dalek::{Signer as _, SigningKey};
    use keywright::sign::{SecretKey, sign_file, sign_payload};
    use keywright::verify::{
        KeyId, KeyState, KeyText, Mode, Payload, PublicKey, Revocations, Trust, TrustEntry, Usage, Verifier,
    };

    const BLOCKS: usize = 1000;
    const SEED: [u8; 32] = [7; 32];

    fn trust() -> (SecretKey, Trust) {
        let secret = SecretKey::from_seed(&SEED);
        let public: &PublicKey = secret.public_key();
        let entry = TrustEntry {
            vendor: "ABC_Software".to_owned(),
            id: KeyId::of(public.as_bytes()),
            file: "key.pub.pem".to_owned(),
            usage: Usage::Production,
            not_before: jiff::civil::date(2020, 1, 1),
            not_after: jiff::civil::date(2040, 1, 1),
            state: KeyState::Active,
            lists: None,
            line: 1,
        };
        let pem = public.to_pem();
        let trust = Trust::assemble(vec![entry], |_| Ok(pem.clone())).unwrap();
        (secret, trust)
    }

    #[divan::bench(sample_count = 10)]
    fn floor_bare_sign(bencher: Bencher<'_, '_>) {
        let key = SigningKey::from_bytes(&SEED);
        let message = [1_u8; 95];
        bencher.counter(ItemsCount::new(BLOCKS)).bench(|| {
            for _ in 0..BLOCKS {
                black_box(key.sign(black_box(&message)));
            }
        });
    }

    #[divan::bench(sample_count = 10)]
    fn floor_bare_verify_strict(bencher: Bencher<'_, '_>) {
        let key = SigningKey::from_bytes(&SEED);
        let message = [1_u8; 95];
        let signature = key.sign(&message);
        let public = key.verifying_key();
        bencher.counter(ItemsCount::new(BLOCKS)).bench(|| {
            for _ in 0..BLOCKS {
                public.verify_strict(black_box(&message), &signature).unwrap();
            }
        });
    }

    /// Payload, signature, its verification, and KEY of each block. Compare with bare sign and verify together.
    #[divan::bench(sample_count = 10)]
    fn payload_and_sign(bencher: Bencher<'_, '_>) {
        let license = License::from_text("bench", &large_file(BLOCKS));
        let (secret, trust) = trust();
        let key = &trust.keys()[0];
        bencher.counter(ItemsCount::new(BLOCKS)).bench(|| {
            let sign = |feature| -> KeyText {
                let digest = Payload::from_block(&license, feature).digest();
                sign_payload(&secret, key, "ABC_Software", &digest).unwrap()
            };
            license.features.iter().map(sign).map(|key| key.encode().len()).sum::<usize>()
        });
    }

    /// Verdicts of a file of signed blocks. Compare with bare verify.
    #[divan::bench(sample_count = 10)]
    fn payload_and_verify(bencher: Bencher<'_, '_>) {
        let (secret, trust) = trust();
        let draft = License::from_text("bench", &large_file(BLOCKS));
        let signed = sign_file(&draft, &secret, &trust.keys()[0]).unwrap();
        let license = License::from_text("bench", &signed.text);
        let revocations = Revocations::default();
        let at = jiff::civil::date(2026, 1, 15);
        let verifier = Verifier::new(&trust, &revocations, at, Mode::Production);
        bencher.counter(ItemsCount::new(BLOCKS)).bench(|| {
            let report = verifier.file(&license);
            assert!(report.verified().count() == BLOCKS);
        });
    }
}

mod resolving {
    use super::{Bencher, ItemsCount, License, black_box};
    use keywright::resolve::{Event, Model, Outcome, Request, State};

    const ROUNDS: usize = 1000;

    /// Baseline for a pool: add, compare, subtract.
    #[divan::bench(sample_count = 20)]
    fn floor_counter(bencher: Bencher<'_, '_>) {
        bencher.counter(ItemsCount::new(ROUNDS)).bench(|| {
            let mut used = 0_u64;
            for _ in 0..ROUNDS {
                used = black_box(used + 5);
                assert!(used <= 20);
                used = black_box(used - 5);
            }
            used
        });
    }

    fn checkouts(bencher: Bencher<'_, '_>, text: &str, feature: &str) {
        let license = License::from_text("bench", text);
        let model = Model::compile([&license]).unwrap();
        let request = Request::one(model.name(feature));
        bencher
            .counter(ItemsCount::new(ROUNDS))
            .with_inputs(|| State::new(&model, jiff::civil::date(2026, 1, 15).at(0, 0, 0, 0)))
            .bench_local_refs(|state| {
                for _ in 0..ROUNDS {
                    let Outcome::Granted(grant) = model.apply(state, &Event::Checkout(request)) else {
                        panic!("denied");
                    };
                    let returned = model.apply(state, &Event::Return(grant.ticket.unwrap()));
                    assert!(matches!(black_box(returned), Outcome::Granted(_)));
                }
            });
    }

    /// Checkout and check-in of MyDraw on the pool license. An item is one such pair.
    #[divan::bench(sample_count = 20)]
    fn pool(bencher: Bencher<'_, '_>) {
        checkouts(bencher, include_str!("../tests/examples/pool.lic"), "MyDraw");
    }

    /// Checkout and check-in of MyWrite on the cascade license.
    #[divan::bench(sample_count = 20)]
    fn cascade(bencher: Bencher<'_, '_>) {
        checkouts(bencher, include_str!("../tests/examples/cascade.lic"), "MyWrite");
    }
}
