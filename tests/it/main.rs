//! The integration tests: one binary, one module per area, with test cases as data in directories next to it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails"
)]

mod application;
mod application_cases;
mod application_examples;
mod application_vectors;
mod architecture;
mod capacity;
mod catalog_check;
mod ci;
mod completions;
mod config;
mod convert;
mod convert_docs;
mod convert_export;
mod convert_flexnet;
mod convert_hostile;
mod convert_rlm;
mod convert_rules;
mod convert_xml;
mod customer;
mod diff;
mod docs;
mod entitlement;
mod entitlement_agrees;
mod explain_json;
mod files;
mod fmt;
mod foreign_formats;
mod fuzz;
mod graph;
mod graph_pictures;
mod growth;
mod hidden;
mod hostile_text;
mod issue;
mod issue_bulk;
mod issue_csv;
mod issue_life_cycle;
mod issue_log;
mod issue_plan;
mod issue_refused;
mod issue_schema;
mod issue_table;
mod lint;
mod lint_baseline;
mod lint_cli;
mod lint_corpus;
mod lint_explain;
mod lint_fix;
mod lint_limits;
mod lint_proofs;
mod lint_resolver;
mod local_time;
mod machine_formats;
mod module_cycles;
mod mutation_proofs;
mod parse;
mod picture;
mod project_file;
mod prose;
mod random_license;
mod readme;
mod redact;
mod report_findings;
mod report_lint;
mod resolve;
mod resolve_cases;
mod resolve_denials;
mod resolve_metered;
mod resolve_properties;
mod resolve_properties_wide;
mod resolve_reference;
mod resolve_reference_text;
mod resolve_sharing;
mod resolve_simple;
mod rust_text;
mod sarif;
mod scenario;
mod scenario_cli;
mod scenario_paths;
mod scenario_proof;
mod schema;
mod sign;
mod sign_cli;
mod sign_external;
mod sign_input;
mod sign_keys;
mod sign_life;
mod sign_lists;
mod sign_loss;
mod sign_mail;
mod sign_openssl;
mod sign_store;
mod sign_trust;
mod sign_vectors;
mod simulate;
mod simulate_session;
mod support;
mod template_files;
mod template_mutation;
mod template_values;
mod templates;
mod threats;
mod timeline;
mod type_names;
mod verify;
mod walkthrough;
mod wrapping;
