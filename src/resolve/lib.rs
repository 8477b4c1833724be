//! The resolver: computes what a checkout consumes, as a pure function of licenses, state and event.
//!
//! The resolver reads no clock, no file and no YAML: time is part of the state, and the caller passes the licenses.
//! Choices that the license documentation leaves open are in [`semantics`].
//!
//! ```
//! use keywright_license::License;
//! use keywright_resolve::{Event, Model, Outcome, Request, State};
//!
//! let text = "FEATURE Pool { VENDOR=abc COUNT=20 KEYTYPE=EXCLUSIVE }\n\
//!             FEATURE MyDraw { VENDOR=abc KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\" }";
//! let license = License::from_text("pool.lic", text);
//! let model = Model::compile([&license]).unwrap();
//! let mut state = State::new(&model, jiff::civil::date(2026, 1, 15).at(0, 0, 0, 0));
//! let outcome = model.apply(&mut state, &Event::Checkout(Request::one(model.name("MyDraw"))));
//! assert!(matches!(outcome, Outcome::Granted(_)));
//! let pool = model.blocks_of(model.name("Pool").unwrap())[0];
//! assert_eq!(state.used(pool), 5);
//! ```

mod activation;
mod alternative_search;
mod attempt;
mod balance;
mod block;
mod borrow;
mod checkouts;
mod compile;
mod cost;
mod coverage;
mod coverage_point;
mod dag_walk;
mod draw;
mod entitlement;
mod equivalence;
mod event;
mod explain;
mod fact;
mod fast_hash;
mod few;
mod first_day;
mod first_unmet;
pub mod graph;
mod groups;
mod holder_index;
mod holders;
mod hypothetical_returns;
mod index_vec;
mod lot_views;
mod lots;
mod metered;
mod minimal_extra;
mod mix_limit;
mod model;
mod outcome;
mod pools;
mod reach;
mod reason;
mod requester;
pub mod semantics;
mod serving;
mod shortage;
mod state;
mod statement;
mod suggestion;
mod suggestion_search;
mod tally;
mod topology;
mod trace;
mod trial;
mod undo;
mod undo_log;
mod unserved;
mod usage_key;
mod walk;
mod walk_request;

pub use block::UNLIMITED;
pub use cost::{Alternative, CostLine};
pub use coverage_point::CoveragePoint;
pub use entitlement::{CheckoutCost, CostRange, Entitlement, Entitlements, Obstacle, Role, Usable};
pub use event::{Event, Request};
pub use fact::Fact;
pub use index_vec::{BlockId, NameId, TargetId};
pub use mix_limit::{MixLimit, Replay};
pub use model::{Model, ModelError, Notice};
pub use outcome::{
    Attempt, Explanation, Failure, Grant, Holder, Kept, Outcome, Refusal, Returned, Suggestion, Ticket,
    Verdict,
};
pub use reach::{Supply, SupplyReach};
pub use reason::Reason;
pub use requester::{Interner, Requester, Symbol};
pub use serving::{PaymentTerms, ServingBlock, ServingLot, ServingNeed};
pub use shortage::Shortage;
pub use state::State;
pub use statement::{Billed, Line, LineKind, Statement};
pub use trial::{DeniedCheckout, Trial, Trials};
