//! Scenario files: tables and steps that describe the required behaviour of a license, and the code that runs them.
//!
//! Depends on the resolver and the YAML reader. Does no I/O: [`parse()`] takes text, [`load()`] gets licenses from a
//! callback, [`run()`] runs the scenarios.

mod allocation_rows;
pub mod codes;
mod coverage;
mod form;
mod load;
mod lower;
mod model;
mod mutants;
mod mutation_run;
mod pages;
mod parts;
mod pools;
mod raw_step;
mod raw_value;
mod record;
mod result;
mod run;
mod schema;
mod session;
mod short_text;
mod steps;
mod update;
mod value;
mod verbs;
mod yaml;

pub use coverage::{Coverage, Missed, coverage};
pub use load::{LicenseError, Loaded, load};
pub use lower::parse;
pub use model::{
    Ask, Change, Expectation, Gauge, Level, Person, Row, Scenario, ScenarioFile, Step, Totals, Verb, When,
};
pub use mutants::{Mutant, mutants};
pub use mutation_run::{MAX_MUTANTS, Mutation, mutate};
pub use pages::{CodePage, EXAMPLE_LICENSE, PAGES};
pub use result::{Check, RowResult, Rows, ScenarioResult};
pub use run::{MAX_FILE_WORK, MAX_REQUESTS, MAX_WORK, observe, run};
pub use schema::schema;
pub use session::{COMMANDS, Peak, Pool, PoolUser, Reply, Session, Usage, events, no_file, parse_event};
pub use short_text::ShortText;
pub use update::updated;
pub use value::MAX_TIMES;
pub use yaml::MAX_SCENARIO_BYTES;
