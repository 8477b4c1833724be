//! The plan of a run: the files, and the settings of each.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::config::{Configs, Settings};
use crate::{CliError, Console, files};
use keywright_lint as lint;

use super::args::Args;
use super::{fix, keys, search};

/// A file to lint.
pub(super) struct Input {
    /// Index among all files of the run.
    pub(super) id: usize,
    pub(super) path: PathBuf,
    /// Content that was already read, for standard input.
    pub(super) given: Option<Result<Vec<u8>, CliError>>,
    pub(super) settings: Settings,
}

/// The plan of a run.
pub(super) struct Plan {
    pub(super) sets: Vec<Vec<Input>>,
    pub(super) faults: Vec<CliError>,
    pub(super) fixing: Option<fix::Mode>,
    pub(super) stores: keys::Stores,
    pub(super) at: Date,
    /// Maximum number of findings per file.
    most: usize,
    /// True if the output contains what the files grant.
    pub(super) shows_entitled: bool,
}

impl Plan {
    pub(super) fn new(args: &Args, config: Option<&Path>, io: &mut Console<'_>) -> Result<Self, CliError> {
        let found = search::search(&args.files);
        let mut configs = Configs::new(config)?;
        let mut stores = keys::Stores::new();
        let mut inputs = Vec::with_capacity(found.paths.len());
        let mut foreign = false;
        for (id, path) in found.paths.into_iter().enumerate() {
            let mut settings = configs.settings(&path)?;
            args.levels.apply(&mut settings.levels, &mut settings.fail_level)?;
            if let Some(trust) = &args.trust {
                settings.trust = Some(trust.clone());
            }
            if let Some(directory) = &settings.trust {
                keys::load(&mut stores, directory, io)?;
            }
            foreign |= settings.foreign_keys;
            let given = if files::is_stdin(&path) { Some(files::read_license(&path, io)) } else { None };
            inputs.push(Input { id, path, given, settings });
        }
        if foreign {
            io.note("note: KEYs are not checked: `keys = \"foreign\"` in keywright.toml")?;
        }
        let sets =
            if args.together { vec![inputs] } else { inputs.into_iter().map(|one| vec![one]).collect() };
        let at = args.at.unwrap_or(io.today);
        // Numbers and baselines are about all findings.
        let is_complete = args.statistics || args.baseline.is_some() || args.write_baseline.is_some();
        let most = if is_complete { fix::FINDINGS } else { lint::MAX_FINDINGS };
        let shows_entitled = !args.diff && args.format.report().is_some_and(|report| report.shows_entitled());
        Ok(Self { sets, faults: found.faults, fixing: args.fixing(), stores, at, most, shows_entitled })
    }

    pub(super) fn files(&self) -> usize {
        self.sets.iter().map(Vec::len).sum()
    }

    /// Returns the options for a set of files. With `--together`, the settings of the first file apply.
    pub(super) fn options(&self, settings: &Settings) -> lint::Options {
        let (levels, policy) = (settings.levels.clone(), settings.policy.clone());
        lint::Options { levels, policy, most: self.most, ..lint::Options::at(self.at) }
    }
}
