//! The license check inside an application: embedded keys, license files, and local checkouts.
//!
//! [`Application`] contains the keys that `keywright keys embed` printed. [`Application::check`] verifies license files
//! and returns [`CheckedFiles`], which own everything that the application needs later. With the feature `resolve`,
//! `Session` computes what they grant and makes checkouts.
//!
//! Nothing here reads a file, a clock or a random number, starts a thread, or panics. The application supplies the bytes,
//! the day and the host ids.

mod armour;
mod checked;
mod hosts;
mod keys;
#[cfg(feature = "resolve")]
mod session;

pub use armour::to_armour;
pub use checked::{CheckError, CheckedBlock, CheckedFile, CheckedFiles};
pub use hosts::{HostIds, HostMatch};
pub use keys::{Application, MAX_REVOCATION_LIST, MAX_TRUST_BUNDLE};
#[cfg(feature = "resolve")]
pub use session::{Checkout, Denial, Session};
