//! One binary with all integration tests, one module an area.

mod resolve;
