//! Runs the program as a user would, in its own directory and with a clean environment.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use proptest::prelude::ProptestConfig;
use tempfile::TempDir;

/// Returns true if `KEYWRIGHT_FULL_TESTS=1` is set: all tests run at full size.
fn is_full() -> bool {
    std::env::var_os("KEYWRIGHT_FULL_TESTS").is_some_and(|value| value == "1")
}

/// Returns the number of random cases, or the size of an input: `full` if `KEYWRIGHT_FULL_TESTS=1` is set, as in
/// `.ci/run`, and otherwise `reduced`.
pub(crate) fn cases<T>(full: T, reduced: T) -> T {
    if is_full() { full } else { reduced }
}

/// Returns a configuration for property tests with this number of cases; see [`cases`].
pub(crate) fn property_cases(full: u32, reduced: u32) -> ProptestConfig {
    ProptestConfig { cases: cases(full, reduced), failure_persistence: None, ..ProptestConfig::default() }
}

/// Returns the project directory.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns all files below a directory of the project, sorted.
pub(crate) fn files_below(directory: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut directories = vec![root().join(directory)];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { directories.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The output and exit code of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// Formats both streams and the exit code for a snapshot.
    pub(crate) fn shown(&self) -> String {
        format!("exit {}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }

    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

/// A directory to run the program in.
pub(crate) struct TestDir {
    directory: TempDir,
}

impl TestDir {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::Builder::new().prefix("kw").tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Copies a file of the project.
    pub(crate) fn copy(&self, from: &str, name: &str) -> &Self {
        self.write(name, fs::read(root().join(from)).unwrap())
    }

    /// Copies a file of this directory.
    pub(crate) fn copy_own(&self, from: &str, name: &str) -> &Self {
        fs::copy(self.path(from), self.path(name)).unwrap();
        self
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The text of a file, or nothing where there is none.
    pub(crate) fn read_or_empty(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.directory.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Returns the program's command in this directory, with a clean environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keywright"));
        command
            .current_dir(self.directory.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TMPDIR", self.directory.path()).env("TZ", "UTC");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Outcome {
        self.run_with(args, b"")
    }

    /// Runs with text on standard input. The directory's path is replaced by `@` in the output.
    pub(crate) fn run_with(&self, args: &[&str], stdin: &[u8]) -> Outcome {
        let mut child = self
            .command()
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let stdin = stdin.to_vec();
        // A command that does not read its input closes it early.
        let feeder = std::thread::spawn(move || pipe.write_all(&stdin).ok());
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        Outcome {
            code: output.status.code().expect("ended by a signal"),
            stdout: self.neutral(&output.stdout),
            stderr: self.neutral(&output.stderr),
        }
    }

    /// As [`Self::run`], for what may wait without end: then it is killed, and the test fails.
    #[track_caller]
    pub(crate) fn run_within(&self, seconds: u64, args: &[&str]) -> Outcome {
        let mut command = self.command();
        let command = command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let end = Instant::now() + Duration::from_secs(seconds);
        while child.try_wait().unwrap().is_none() {
            if Instant::now() >= end {
                child.kill().unwrap();
                panic!("{args:?} did not end within {seconds} seconds");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let output = child.wait_with_output().unwrap();
        Outcome {
            code: output.status.code().expect("ended by a signal"),
            stdout: self.neutral(&output.stdout),
            stderr: self.neutral(&output.stderr),
        }
    }

    fn neutral(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
        text.replace(&*self.directory.path().to_string_lossy(), "@")
    }
}

/// Returns true if the tools that a test needs are installed. Otherwise prints that the test is skipped, or fails if
/// `KEYWRIGHT_ALL_TOOLS=1` is set.
pub(crate) fn has_tools(tools: &[&str], what: &str) -> bool {
    let has = |tool: &&&str| {
        let version = if **tool == "openssl" { "version" } else { "--version" };
        Command::new(tool).arg(version).output().is_ok()
    };
    let missing: Vec<&&str> = tools.iter().filter(|tool| !has(tool)).collect();
    if missing.is_empty() {
        return true;
    }
    let required = std::env::var_os("KEYWRIGHT_ALL_TOOLS").is_some_and(|value| value == "1");
    assert!(!required, "{missing:?} must be here: {what} was not tested");
    eprintln!("SKIPPED: no {missing:?} here, so {what} was not tested");
    false
}

/// Compares with a snapshot in `snapshots/<area>/`.
pub(crate) fn snapshot(area: &str, name: &str, content: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots").join(area));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, content));
}

/// Returns the stem of a file name.
pub(crate) fn stem(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap().split('.').next().unwrap()
}
