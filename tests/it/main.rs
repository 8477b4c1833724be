//! Integration tests: one binary, one module an area.

mod sign;
mod sign_attacks;
mod sign_keys;
mod sign_openssl;
mod sign_trust;
mod sign_vectors;
