//! `keywright new`: a license and its scenarios from a template.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use keywright_issue::{
    ArgValue, Arguments, BUILTIN, MAX_TEMPLATE_BYTES, Parameter, TEMPLATE_ENDINGS, Template, TemplateText,
    template_name,
};
use keywright_license::License;
use keywright_lint as lint;
use keywright_report::escape::escape;
use keywright_syntax::diagnostic::nearest;

use super::project::{Project, first_of};
use super::{CliError, Console, Exit, files};

/// Create a license and its test scenarios from a template
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  keywright new --list\n  keywright new --show pool\n  keywright new pool\n  \
    keywright new pool --set pool=Studio --set features=Draw:5,Write:2 -o studio.lic"
)]
pub struct Args {
    /// Template name
    #[arg(value_name = "TEMPLATE", required_unless_present_any = ["list", "show"], conflicts_with_all = ["list", "show"])]
    template: Option<String>,
    /// Set a template parameter; can be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Read parameter values from a YAML map; `--set` takes precedence
    #[arg(long, value_name = "FILE")]
    values: Option<PathBuf>,
    /// Write the license to this file, and its scenarios next to it; by default the license goes to stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Directory with additional templates, `NAME.lic` and `NAME.scenarios.yaml` [default: `templates` in keywright.toml]
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// List the templates
    #[arg(long)]
    list: bool,
    /// Show a template with its parameters, license and scenarios
    #[arg(long, value_name = "NAME", conflicts_with = "list")]
    show: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if the template, its values or the output are rejected.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let project = Project::load(io)?;
    let shelf = Shelf { directory: first_of(args.templates.as_ref(), project.settings().templates.as_ref()) };
    if args.list {
        return list(&shelf, io);
    }
    if let Some(name) = &args.show {
        return show(&shelf.template(name)?, io);
    }
    let template = shelf.template(args.template.as_deref().unwrap_or_default())?;
    let mut given = given(args, io)?;
    ask(&template, args, &mut given, io)?;
    let assigned = assign(&template, &given, io)?;
    let license = template.render(&assigned).map_err(|fault| refused(&fault))?;
    check(&template, &given, &license, io)?;
    template
        .prove(&assigned, &license)
        .map_err(|fault| CliError { exit: Exit::Findings, ..refused(&fault) })?;
    match args.output.as_deref().filter(|path| !files::is_stdin(path)) {
        None => io.stdout.write_all(license.as_bytes())?,
        Some(path) => write(&template, &assigned, path, &license, io)?,
    }
    Ok(Exit::Success)
}

/// The templates: those in a user directory first, then the built-in ones.
pub(super) struct Shelf<'a> {
    pub(super) directory: Option<&'a Path>,
}

impl Shelf<'_> {
    /// Returns the names of all templates, those of the directory first.
    pub(super) fn names(&self) -> Result<Vec<String>, CliError> {
        let mut names = match self.directory {
            Some(directory) => names_in(directory)?,
            None => Vec::new(),
        };
        for builtin in BUILTIN {
            if !names.iter().any(|name| name == builtin.name) {
                names.push(builtin.name.to_owned());
            }
        }
        Ok(names)
    }

    /// Reads the template with this name.
    pub(super) fn template(&self, name: &str) -> Result<Template, CliError> {
        if let Some(directory) = self.directory
            && names_in(directory)?.iter().any(|known| known == name)
        {
            return from_directory(directory, name);
        }
        let Some(builtin) = BUILTIN.iter().find(|builtin| builtin.name == name) else {
            return Err(self.unknown(name));
        };
        let file = format!("{name}.lic");
        let scenario_file = format!("{name}.scenarios.yaml");
        let text = TemplateText {
            name,
            file: &file,
            license: builtin.license,
            scenarios: Some((&scenario_file, builtin.scenarios)),
        };
        Template::parse(text).map_err(|fault| refused(&fault))
    }

    fn unknown(&self, name: &str) -> CliError {
        let stop = CliError::usage(format!("unknown template `{name}`"));
        let names = self.names().unwrap_or_default();
        match nearest(name, names.iter().map(String::as_str)) {
            Some(known) => stop.help(format!("did you mean `{known}`?")),
            None => stop.help("`keywright new --list` lists the templates"),
        }
    }
}

fn names_in(directory: &Path) -> Result<Vec<String>, CliError> {
    let cannot = |error: &std::io::Error| {
        CliError::failure(format!(
            "cannot read the directory `{}`: {}",
            files::display_name(directory),
            files::io_reason(error)
        ))
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(|error| cannot(&error))? {
        let name = entry.map_err(|error| cannot(&error))?.file_name();
        if let Some(stem) = name.to_str().and_then(template_name) {
            names.push(stem.to_owned());
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

fn from_directory(directory: &Path, name: &str) -> Result<Template, CliError> {
    let license_path = template_path(directory, name);
    let scenario_path = directory.join(format!("{name}.scenarios.yaml"));
    let license = text(&license_path)?;
    let scenarios = if scenario_path.exists() { Some(text(&scenario_path)?) } else { None };
    let (file, scenario_file) = (files::display_name(&license_path), files::display_name(&scenario_path));
    let scenarios = scenarios.as_deref().map(|text| (scenario_file.as_str(), text));
    let text = TemplateText { name, file: &file, license: &license, scenarios };
    Template::parse(text).map_err(|fault| refused(&fault))
}

/// Returns the file of a template, whose name can have one of several endings.
pub(super) fn template_path(directory: &Path, name: &str) -> PathBuf {
    let [own, other] = TEMPLATE_ENDINGS.map(|ending| directory.join(format!("{name}{ending}")));
    if own.exists() { own } else { other }
}

fn text(path: &Path) -> Result<String, CliError> {
    into_text(path, files::read_file(path, MAX_TEMPLATE_BYTES)?)
}

fn into_text(path: &Path, bytes: Vec<u8>) -> Result<String, CliError> {
    String::from_utf8(bytes).map_err(|_| {
        CliError::new(Exit::Unreadable, format!("`{}` is not UTF-8 text", files::display_name(path)))
    })
}

/// Converts an error in a template or its values.
pub(super) fn refused(fault: &keywright_issue::Fault) -> CliError {
    let stop = CliError::new(Exit::Unreadable, fault.to_string());
    match &fault.help {
        Some(help) => stop.help(help.clone()),
        None => stop,
    }
}

fn given(args: &Args, io: &mut Console<'_>) -> Result<Vec<ArgValue>, CliError> {
    let mut given = match &args.values {
        Some(path) => {
            let text = into_text(path, files::read_up_to(path, MAX_TEMPLATE_BYTES, io)?)?;
            keywright_issue::parse_values(&files::display_name(path), &text)
                .map_err(|fault| refused(&fault))?
        }
        None => Vec::new(),
    };
    for set in &args.set {
        let (name, value) = set.split_once('=').ok_or_else(|| {
            CliError::usage(format!("missing value in `--set {set}`")).help("write `--set NAME=VALUE`")
        })?;
        given.push(ArgValue::new(name, value));
    }
    Ok(given)
}

/// On a terminal, asks for values: for all of them if none was given, else for missing required ones.
fn ask(
    template: &Template,
    args: &Args,
    given: &mut Vec<ArgValue>,
    io: &mut Console<'_>,
) -> Result<(), CliError> {
    if !io.interactive {
        return Ok(());
    }
    let nothing_given = args.set.is_empty() && args.values.is_none();
    let missing: Vec<Parameter> = match nothing_given {
        true => template.parameters.clone(),
        false => template.missing(given).into_iter().cloned().collect(),
    };
    for parameter in missing {
        match answer(&parameter, io)? {
            Answer::Value(text) => given.push(ArgValue::new(parameter.name.as_str(), text)),
            Answer::Default => {}
            Answer::End => return Ok(()),
        }
    }
    Ok(())
}

enum Answer {
    Value(String),
    /// An empty line: the default, or no value.
    Default,
    /// End of input.
    End,
}

/// Asks for one value until the answer is valid.
fn answer(parameter: &Parameter, io: &mut Console<'_>) -> Result<Answer, CliError> {
    let default = match (&parameter.default, parameter.required) {
        (_, true) => String::new(),
        (Some(default), false) => format!(" [{}]", escape(default)),
        (None, false) => " [none]".to_owned(),
    };
    loop {
        write!(
            io.stderr,
            "{} ({}, {}){default}: ",
            parameter.name,
            escape(&parameter.text),
            parameter.form()
        )?;
        io.stderr.flush()?;
        let Some(answer) = read_line(io)? else { return Ok(Answer::End) };
        if answer.is_empty() && !parameter.required {
            return Ok(Answer::Default);
        }
        match parameter.parse(&answer) {
            Ok(_) => return Ok(Answer::Value(answer)),
            Err(refusal) => {
                writeln!(io.stderr, "  {}; {}", escape(&refusal.message), escape(&refusal.help))?;
            }
        }
    }
}

/// Reads a line from standard input without its line break; `None` at the end.
fn read_line(io: &mut Console<'_>) -> Result<Option<String>, CliError> {
    const LONGEST: usize = 16 * 1024;
    let mut line = Vec::new();
    let mut byte = [0_u8];
    loop {
        // Byte by byte: the bytes after the line belong to the next question.
        let count = io.stdin.read(&mut byte).map_err(|error| {
            CliError::failure(format!("cannot read the answer: {}", files::io_reason(&error)))
        })?;
        match byte {
            [_] if count == 0 && line.is_empty() => return Ok(None),
            [b'\n'] => break,
            [_] if count == 0 => break,
            [_] if line.len() == LONGEST => return Err(CliError::usage("the answer is too long")),
            [byte] => line.push(byte),
        }
    }
    Ok(Some(String::from_utf8_lossy(&line).trim().to_owned()))
}

/// Checks the values, and prints all their problems.
fn assign(template: &Template, given: &[ArgValue], io: &mut Console<'_>) -> Result<Arguments, CliError> {
    template.assign(given, io.today).map_err(|faults| {
        let mut stops = faults.iter().map(|fault| CliError { exit: Exit::Usage, ..refused(fault) });
        let last = stops.next_back().unwrap_or_else(|| CliError::usage("invalid values"));
        for stop in stops {
            // If stderr fails, the last error and the exit code remain.
            io.error(&stop).ok();
        }
        last
    })
}

/// Rejects a license with lint errors: values that are valid one by one can conflict.
fn check(template: &Template, given: &[ArgValue], text: &str, io: &mut Console<'_>) -> Result<(), CliError> {
    /// Maximum number of printed errors; one pair of values can cause errors in every block.
    const MOST: usize = 5;
    let license = License::from_text(&template.name, text);
    let found = lint::lint(&[&license], &lint::Options::at(io.today));
    let mut messages = Vec::new();
    for error in found.iter().filter(|found| found.is_error()) {
        if !messages.contains(&&*error.message) {
            messages.push(&*error.message);
        }
    }
    let Some((last, others)) = messages.get(..MOST).unwrap_or(&messages).split_last() else { return Ok(()) };
    let broken =
        |message: &str| CliError::usage(format!("these values produce a license with errors: {message}"));
    for message in others {
        io.error(&broken(message))?;
    }
    let names: BTreeSet<String> = given.iter().map(|given| format!("`{}`", given.name)).collect();
    let help = match names.len() {
        0 => format!("correct the template `{}`", template.name),
        _ => format!("change {}", names.into_iter().collect::<Vec<_>>().join(" or ")),
    };
    Err(broken(last).help(help))
}

fn write(
    template: &Template,
    assigned: &Arguments,
    path: &Path,
    license: &str,
    io: &mut Console<'_>,
) -> Result<(), CliError> {
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
        CliError::usage(format!("invalid license file name `{}`", files::display_name(path)))
            .help("give a file: `-o license.lic`; without `-o` the license goes to stdout")
    })?;
    let scenarios = template.render_scenarios(assigned, name).map_err(|fault| refused(&fault))?;
    let scenario_path = path.with_extension("scenarios.yaml");
    if scenario_path == path {
        return Err(CliError::usage(format!("the license file name `{name}` is reserved for scenarios"))
            .help("choose another name: `-o license.lic`"));
    }
    let mut files = vec![(path, license.as_bytes())];
    files.extend(scenarios.as_ref().map(|text| (scenario_path.as_path(), text.as_bytes())));
    files::create_all(&files)?;
    for (path, _) in &files {
        io.note(&format!("wrote {}", escape(&files::display_name(path))))?;
    }
    let shown = files::display_name(path);
    let mut next = vec![format!("keywright lint {shown}")];
    next.extend(scenarios.map(|_| format!("keywright test {}", files::display_name(&scenario_path))));
    next.push(format!("keywright sign {shown} --key KEY --in-place"));
    io.note("next:")?;
    for command in next {
        io.note(&format!("  {}", escape(&command)))?;
    }
    Ok(())
}

fn list(shelf: &Shelf<'_>, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let names = shelf.names()?;
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let mut exit = Exit::Success;
    for name in names {
        match shelf.template(&name) {
            Ok(template) => {
                writeln!(io.stdout, "{:width$}  {}", escape(&name), escape(&template.summary))?;
            }
            Err(stop) => {
                io.error(&stop)?;
                exit = exit.worst(stop.exit);
            }
        }
    }
    Ok(exit)
}

fn show(template: &Template, io: &mut Console<'_>) -> Result<Exit, CliError> {
    writeln!(io.stdout, "{}: {}\n\nParameters:", escape(&template.name), escape(&template.summary))?;
    for parameter in &template.parameters {
        show_parameter(parameter, io)?;
    }
    if template.parameters.iter().any(|parameter| parameter.required) {
        writeln!(io.stdout, "\nLicense:\n")?;
        writeln!(io.stdout, "{}", keywright_report::escape::escape_lines(&template.text))?;
        return Ok(Exit::Success);
    }
    let assigned = assign(template, &[], io)?;
    let license = template.render(&assigned).map_err(|fault| refused(&fault))?;
    writeln!(io.stdout, "\nLicense with the default values:\n\n{license}")?;
    let name = format!("{}.lic", template.name);
    if let Some(scenarios) = template.render_scenarios(&assigned, &name).map_err(|fault| refused(&fault))? {
        writeln!(io.stdout, "Scenarios:")?;
        for name in keywright_issue::scenario_names(&scenarios).map_err(|fault| refused(&fault))? {
            writeln!(io.stdout, "  {}", escape(&name))?;
        }
    }
    Ok(Exit::Success)
}

fn show_parameter(parameter: &Parameter, io: &mut Console<'_>) -> Result<(), CliError> {
    let value = match (&parameter.default, parameter.required) {
        (_, true) => "required".to_owned(),
        (Some(default), false) => format!("default {default}"),
        (None, false) => "optional".to_owned(),
    };
    writeln!(io.stdout, "  {} ({}; {})", parameter.name, parameter.type_name(), escape(&value))?;
    writeln!(io.stdout, "      {}: {}", escape(&parameter.text), escape(&parameter.form()))?;
    Ok(())
}
