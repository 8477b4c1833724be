//! All limits of the license language and of the programs that read it.
//!
//! The table in docs/language.md is checked against these numbers by a test. Limits of one repeatable directive are in
//! the table of directives, `DIRECTIVES` in `keywright-license`, which takes them from here.

/// Bytes of one MiB.
pub const MIB: usize = 1024 * 1024;

/// Maximum size of a license file in bytes.
pub const MAX_FILE_BYTES: usize = 64 * MIB;

/// Maximum number of blocks in a file.
pub const MAX_BLOCKS: usize = 100_000;

/// Maximum size of a block in bytes, far more than a legitimate block needs.
pub const MAX_BLOCK_BYTES: usize = 8 * MIB;

/// Maximum length of a value in bytes, after folding.
pub const MAX_VALUE_BYTES: usize = 8192;

/// Maximum number of characters in the name of a feature, a vendor or a set.
pub const MAX_NAME: usize = 64;

/// Maximum COUNT, also of a dependency.
pub const MAX_COUNT: u32 = 2_147_483_647;

/// Maximum number of TOKEN_DEPENDENCY directives in a block.
pub const MAX_DEPENDENCIES: usize = 512;

/// Maximum number of HOSTID directives in a block.
pub const MAX_HOST_IDS: usize = 512;

/// Maximum number of TIER directives in a block.
pub const MAX_TIERS: usize = 128;

/// Maximum length of a chain of TOKEN_DEPENDENCY steps from a token to a license. Steps are counted, not blocks.
pub const MAX_CHAIN: usize = 16;

/// Maximum number of EXCLUSIVE blocks of one name, and of blocks that replace one name or one block.
pub const MAX_COMPETING_BLOCKS: usize = 128;

/// Maximum number of names of unknown directives in a file for which a similar directive is suggested.
pub const MAX_SUGGESTIONS: usize = 1000;

/// Maximum number of steps of one event, after which its result is undetermined. Steps are visits of blocks and edges of
/// merged walks.
pub const STEP_BUDGET: u64 = 2_000_000;

/// Maximum number of block visits of the search for another choice that would have been granted.
pub const SEARCH_BUDGET: u64 = 20_000;

/// Maximum number of steps to compute the entitlement of a set of licenses, after which totals are undetermined.
pub const ENTITLEMENT_BUDGET: u64 = 50_000_000;

/// Maximum number of additional steps of one event to find the first unmet dependency.
pub const FIRST_MISS_BUDGET: u64 = 500_000;

/// Maximum size of a scenario file in bytes.
pub const MAX_SCENARIO_BYTES: usize = 16 * MIB;

/// Maximum number of requests in a scenario.
pub const MAX_REQUESTS: u64 = 1_000_000;

/// Maximum work of a scenario, in steps of the resolver.
pub const MAX_WORK: u64 = 10_000_000;

/// Maximum work of a scenario file.
pub const MAX_FILE_WORK: u64 = 200_000_000;

/// Maximum number of mutations that are run. If there are more, an evenly distributed selection is run.
pub const MAX_MUTANTS: usize = 2_000;
