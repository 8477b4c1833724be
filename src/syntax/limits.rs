//! All limits of the language and of the programs that read it, in one place.
//!
//! The table in docs/language.md is checked against these numbers by a test. Limits of one repeatable directive are in
//! the table of directives, `DIRECTIVES` in `keywright-license`, which takes them from here.

/// Bytes of one MiB.
pub const MIB: usize = 1024 * 1024;

/// Largest license file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 64 * MIB;

/// Most blocks of one file.
pub const MAX_BLOCKS: usize = 100_000;

/// Most bytes of one block: many times what the longest legitimate one needs.
pub const MAX_BLOCK_BYTES: usize = 8 * MIB;

/// Most bytes of a value, after folding.
pub const MAX_VALUE_BYTES: usize = 8192;

/// Most characters of a name of a feature, a vendor or a set.
pub const MAX_NAME: usize = 64;

/// Largest COUNT, and largest COUNT of a dependency.
pub const MAX_COUNT: u32 = 2_147_483_647;

/// Most TOKEN_DEPENDENCY directives of one block.
pub const MAX_DEPENDENCIES: usize = 512;

/// Most HOSTID directives of one block.
pub const MAX_HOST_IDS: usize = 512;

/// Most TIER directives of one block.
pub const MAX_TIERS: usize = 128;

/// Longest chain of TOKEN_DEPENDENCY steps from a token to a real license: steps are counted, not blocks.
pub const MAX_CHAIN: usize = 16;

/// Most EXCLUSIVE blocks of one name, and most blocks that replace one name or one block.
pub const MAX_COMPETING_BLOCKS: usize = 128;

/// Unknown directives of one file for which a directive that was probably meant is looked for.
pub const MAX_SUGGESTIONS: usize = 1000;

/// Steps that one event may take before it ends as undetermined: arrivals at blocks, edges of merged walks.
pub const STEP_BUDGET: u64 = 2_000_000;

/// Arrivals that the search for a choice that would have served may make.
pub const SEARCH_BUDGET: u64 = 20_000;

/// Steps that one event may take, beside those, to find the first dependency that is not met.
pub const FIRST_MISS_BUDGET: u64 = 500_000;

/// Largest scenario file that is read, in bytes.
pub const MAX_SCENARIO_BYTES: usize = 16 * MIB;

/// Most requests of one scenario.
pub const MAX_REQUESTS: u64 = 1_000_000;

/// Most work of one scenario, in steps of the resolver.
pub const MAX_WORK: u64 = 10_000_000;

/// Most work of one scenario file.
pub const MAX_FILE_WORK: u64 = 200_000_000;

/// Most changes that a mutation test plays; of more, these many are taken evenly.
pub const MAX_MUTANTS: usize = 2_000;
