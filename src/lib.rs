//! Tools to write, lint, test, sign and verify license files for token-based software licenses.
//!
//! This library re-exports the crates of the workspace. An application that only checks licenses can depend on
//! `keywright-verify` instead. Without the feature `cli` the library has no argument parser and no terminal code.
//!
//! # Parse a license
//!
//! Parsing never fails. Problems are in [`License::diagnostics`](license::License::diagnostics), with their places:
//!
//! ```
//! use keywright::license::{Count, License};
//!
//! let license = License::from_text("draw.lic", "FEATURE Draw { VENDOR=ABC KEYTYPE=ADDITIVE COUNT=5 DATA=\"a b\" }");
//! assert!(!license.has_errors());
//! let draw = license.views().next().ok_or("no block")?;
//! assert_eq!(draw.name().as_str(), "Draw");
//! assert_eq!(draw.count(), Some(Count::Limited(5)));
//! assert_eq!(draw.data().as_deref(), Some("a b"));
//!
//! let faulty = License::from_text("draw.lic", "FEATURE Draw { VENDOR=ABC COUNT=05 }");
//! let diagnostic = &faulty.diagnostics[0];
//! assert!(diagnostic.is_error());
//! assert_eq!(faulty.source.slice(diagnostic.primary.span), "05");
//! # Ok::<(), &str>(())
//! ```
//!
//! # Sign and verify it
//!
//! ```
//! use keywright::jiff::civil::date;
//! use keywright::license::License;
//! use keywright::sign::{SecretKey, sign_file};
//! use keywright::verify::{
//!     KeyState, Mode, Outcome, Revocations, Trust, TrustEntry, TrustedKey, Usage, Verifier,
//! };
//!
//! let secret = SecretKey::generate()?;
//! let key = *secret.public_key();
//! let entry = TrustEntry {
//!     vendor: "ABC".to_owned(),
//!     id: key.id(),
//!     file: String::new(),
//!     usage: Usage::Production,
//!     not_before: date(2026, 1, 1),
//!     not_after: date(2030, 12, 31),
//!     state: KeyState::Active,
//!     lists: None,
//!     line: 1,
//! };
//! let trusted = TrustedKey { entry, key };
//!
//! let draft = License::from_text("draw.lic", "FEATURE Draw { VENDOR=ABC KEYTYPE=ADDITIVE COUNT=5 }\n");
//! let signed = sign_file(&draft, &secret, &trusted)?;
//! let license = License::from_text("draw.lic", &signed.text);
//!
//! let (trust, revocations) = (Trust::from_key(trusted), Revocations::default());
//! let verifier = Verifier::new(&trust, &revocations, date(2026, 3, 1), Mode::Production);
//! let report = verifier.file(&license);
//! assert_eq!(report.outcome(), Outcome::Valid);
//! assert_eq!(report.verified().count(), 1);
//! assert_eq!(verifier.file(&draft).blocks[0].verdict.as_str(), "UNSIGNED");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`verify`] has an example without signing, for an application.
//!
//! # Ask what is granted
//!
//! The resolver computes what a license grants. A server compiles the verified blocks of its licenses with
//! [`Model::compile_blocks`](resolve::Model::compile_blocks), so that other blocks grant nothing:
//!
//! ```
//! use keywright::jiff::civil::date;
//! use keywright::license::License;
//! use keywright::resolve::{Model, Request, State, Usable};
//!
//! let text = "FEATURE Pool { VENDOR=ABC KEYTYPE=EXCLUSIVE COUNT=20 }\n\
//!     FEATURE Draw { VENDOR=ABC KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\" }";
//! let license = License::from_text("draw.lic", text);
//! let model = Model::compile([&license])?;
//! let mut state = State::new(&model, date(2026, 3, 1).at(9, 0, 0, 0));
//! let draw = Request::one(model.name("Draw"));
//!
//! assert_eq!(model.cost(&mut state, &draw).unwrap().len(), 1);
//! assert_eq!(model.at_once(&state, &draw), Usable::Exactly(4));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What a set of files grants on a day, as every command answers it:
//!
//! ```
//! use keywright::jiff::civil::date;
//! use keywright::license::License;
//! use keywright::resolve::{Entitlements, Model, Role, Usable};
//!
//! let bought = License::from_text("1.lic", "FEATURE Pool { VENDOR=ABC KEYTYPE=EXCLUSIVE COUNT=20 SN=A-1 }");
//! let upgrade = License::from_text("2.lic", "FEATURE Pool { VENDOR=ABC KEYTYPE=UPGRADE COUNT=15 SN=A-2 }");
//! let model = Model::compile([&bought, &upgrade])?;
//! let granted = Entitlements::on(&model, date(2026, 3, 1));
//!
//! let pool = &granted.features()[0];
//! assert_eq!(pool.usable, Usable::Exactly(35));
//! assert_eq!(granted.role(pool.blocks[1]), Role::AddsTo(pool.blocks[0]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Play a checkout
//!
//! The state changes only when an event is granted:
//!
//! ```
//! use keywright::jiff::civil::date;
//! use keywright::license::License;
//! use keywright::resolve::{Event, Model, Outcome, Reason, Request, State};
//!
//! let text = "FEATURE Pool { VENDOR=ABC KEYTYPE=EXCLUSIVE COUNT=9 }\n\
//!     FEATURE Draw { VENDOR=ABC KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\" }";
//! let license = License::from_text("draw.lic", text);
//! let model = Model::compile([&license])?;
//! let mut state = State::new(&model, date(2026, 3, 1).at(9, 0, 0, 0));
//! let draw = Event::Checkout(Request::one(model.name("Draw")));
//!
//! let Outcome::Granted(grant) = model.apply(&mut state, &draw) else { return Err("denied".into()) };
//! let pool = model.blocks_of(model.name("Pool").ok_or("no pool")?)[0];
//! assert_eq!(state.used(pool), 5);
//! assert_eq!(model.apply(&mut state, &draw), Outcome::Denied(Reason::NotEnoughLicenses));
//!
//! let ticket = grant.ticket.ok_or("no ticket")?;
//! assert!(matches!(model.apply(&mut state, &Event::Return(ticket)), Outcome::Granted(_)));
//! assert_eq!(state.used(pool), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// Dates in public signatures are of this version of jiff.
pub use jiff;
pub use keywright_analysis as analysis;
#[cfg(feature = "cli")]
pub use keywright_cli as cli;
pub use keywright_convert as convert;
pub use keywright_files as files;
#[cfg(feature = "cli")]
pub use keywright_issue as issue;
pub use keywright_license as license;
pub use keywright_lint as lint;
pub use keywright_report as report;
pub use keywright_resolve as resolve;
pub use keywright_resolve::graph;
pub use keywright_scenario as scenario;
pub use keywright_sign as sign;
pub use keywright_syntax as syntax;
pub use keywright_syntax::{diagnostic, source};
pub use keywright_syntax::{effort, limits};
pub use keywright_verify as verify;
