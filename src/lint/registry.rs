//! The table of all rules.

use std::sync::LazyLock;

use super::group::Group;
use super::rule::Rule;
use super::rules::{
    allows, capacity, dependencies, keys, parser, policy, sets, sharing, syntax, time, values,
};

/// All rules, ordered by group and code.
pub static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    let mut rules: Vec<&Rule> = parser::RULES.iter().chain(CHECKED.iter().copied()).collect();
    rules.sort_by_key(|rule| {
        (Group::ALL.iter().position(|group| group.letter == rule.code.group()), rule.code.id)
    });
    rules
});

/// The rules with a file of their own, which check a license after it was read.
static CHECKED: &[&Rule] = &[
    &syntax::elided_key::RULE,
    &syntax::no_block::RULE,
    &values::mixed_script::RULE,
    &values::bad_host_id::RULE,
    &values::host_id_spelling::RULE,
    &values::common_host_id::RULE,
    &values::repeated_host_id::RULE,
    &values::match_rate_without_host::RULE,
    &dependencies::dependency_cycle::RULE,
    &dependencies::self_dependency::RULE,
    &dependencies::chain_too_deep::RULE,
    &dependencies::unknown_feature::RULE,
    &dependencies::version_not_served::RULE,
    &dependencies::other_vendor::RULE,
    &dependencies::not_drawable::RULE,
    &dependencies::repeated_dependency::RULE,
    &dependencies::cost_overflow::RULE,
    &dependencies::token_without_license::RULE,
    &dependencies::undrawn_license::RULE,
    &sharing::double_sharing::RULE,
    &sharing::misplaced_share::RULE,
    &sharing::share_without_effect::RULE,
    &capacity::never_runs::RULE,
    &capacity::dead_alternative::RULE,
    &capacity::second_exclusive::RULE,
    &capacity::upgrade_without_exclusive::RULE,
    &capacity::upgrade_outside_dates::RULE,
    &capacity::upgrade_of_unlimited::RULE,
    &capacity::more_means_less::RULE,
    &capacity::indivisible_pool::RULE,
    &capacity::bound_reached::RULE,
    &capacity::never_used::RULE,
    &time::start_after_end::RULE,
    &time::expired::RULE,
    &time::issued_in_future::RULE,
    &time::dependency_ends_early::RULE,
    &time::capacity_gap::RULE,
    &time::maintenance_order::RULE,
    &time::dependency_starts_late::RULE,
    &keys::unsigned_block::RULE,
    &keys::draft_file::RULE,
    &keys::malformed_key::RULE,
    &keys::unknown_key::RULE,
    &keys::signature_mismatch::RULE,
    &keys::key_out_of_time::RULE,
    &keys::revoked_key::RULE,
    &keys::development_key::RULE,
    &keys::key_of_other_vendor::RULE,
    &keys::unsupported_key::RULE,
    &sets::pasted_block::RULE,
    &sets::similar_names::RULE,
    &sets::mixed_set::RULE,
    &sets::crossed_sets::RULE,
    &sets::block_in_two_files::RULE,
    &sets::missing_licensee::RULE,
    &sets::several_purchases::RULE,
    &policy::foreign_vendor::RULE,
    &policy::unused_directive::RULE,
    &allows::unused_allow::RULE,
    &allows::unknown_allow::RULE,
    &allows::allow_without_reason::RULE,
    &allows::more_findings::RULE,
];

/// Returns the rule with this code or name.
#[must_use]
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code.id == code || rule.code.name == code).copied()
}
