//! Lists that a vendor publishes: trust bundles and revocation lists. Their bodies, and the keys that may publish them.

mod body_lines;
mod publisher;
mod revocation_body;
mod trust_body;

pub use body_lines::quoted;
pub use publisher::{choose, could_sign, is_to_come, may_publish};
pub use revocation_body::{MAX_REASON, RevocationBody, is_reason};
pub use trust_body::{TrustBody, write_state};
