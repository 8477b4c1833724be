//! Level options, for every command that lints.

use keywright_lint::{Level, Levels, UnknownSelector};
use keywright_syntax::diagnostic::Severity;

use crate::CliError;

/// Level options, for every command that lints.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct LevelArgs {
    /// Report as errors: rule codes, rule names, groups, or `warnings` for all warnings
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    deny: Vec<String>,
    /// Report as warnings
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    warn: Vec<String>,
    /// Do not report
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    allow: Vec<String>,
}

impl LevelArgs {
    /// Applies the options on top of configured levels.
    ///
    /// # Errors
    /// Returns an error if a rule or group is unknown.
    pub fn apply(&self, levels: &mut Levels, fails: &mut Severity) -> Result<(), CliError> {
        let given = [(&self.allow, Level::Allow), (&self.warn, Level::Warn), (&self.deny, Level::Deny)];
        for (selectors, level) in given {
            for selector in selectors {
                if selector == "warnings" && level == Level::Deny {
                    *fails = (*fails).min(Severity::Warning);
                    continue;
                }
                levels.set(selector, level).map_err(|unknown| refusal(&unknown))?;
            }
        }
        Ok(())
    }
}

fn refusal(unknown: &UnknownSelector) -> CliError {
    CliError::usage(unknown.to_string()).help(unknown.help())
}
