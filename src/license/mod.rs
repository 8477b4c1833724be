//! x
mod model;
mod value;
pub use model::*;
pub use value::*;
