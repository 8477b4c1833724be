//! `keywright simulate`: an interactive license server, for a prompt or a pipe.

mod prompt;
mod save;

use std::collections::VecDeque;
use std::io::{IsTerminal as _, Read};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::civil::Date;

use keywright_report::escape::escape;
use keywright_report::{simulate_human, simulate_json};
use keywright_resolve::Model;
use keywright_scenario::{Session, no_file, parse_event};

use super::{CliError, Console, Exit, explain_feature, files};

/// Maximum length of a line, in bytes.
const MAX_LINE: usize = 64 * 1024;

const HELP: &str = "\
checkout FEATURE [count=N] [version=V] [by=USER@HOST] [custom=TEXT] [id=NAME] [times=N]
checkin FEATURE [by=USER@HOST] [custom=TEXT] [id=NAME] [times=N]
borrow FEATURE hours=N [count=N] [by=USER@HOST]
activate FEATURE [device=NAME] [times=N]
deactivate FEATURE device=NAME
consume FEATURE units=N
advance 2026-01-31 | advance 2 days
state     show the pools
usage     show the peak usage of each pool, and the number of events granted and denied
who       show who uses the licenses of each pool
undo      undo the last event that was granted
save FILE write the events and their results as a scenario file for `keywright test`
quit      exit
";

/// Simulate a license server interactively
///
/// Reads one event per line from standard input: `checkout MyDraw count=2 by=ann@ws1`, or a scenario step in braces. At
/// a prompt, output is human-readable, the tab key completes events, keys and features, and the arrow keys recall
/// earlier lines. If input is piped, each line produces one JSON object as soon as its event is applied.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright simulate license.lic\n  \
    printf 'checkout MyDraw\\nstate\\n' | keywright simulate license.lic")]
pub struct Args {
    /// License files, used together
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Start date; default: today
    #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
    at: Option<Date>,
    /// Limit on active license tokens
    #[arg(long, value_name = "N")]
    active_tokens: Option<u64>,
    /// Output format
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<SimulateFormat>,
}

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SimulateFormat {
    /// Text and tables; default at a prompt
    Human,
    /// JSON, one object per line; default for piped input
    Json,
}

/// The meaning of an input line.
enum Line<'a> {
    Nothing,
    Help,
    Quit,
    State,
    Undo,
    Usage,
    Who,
    Save(&'a str),
    Event(&'a str),
}

impl<'a> Line<'a> {
    fn parse(text: &'a str) -> Self {
        match text.trim() {
            "" => Self::Nothing,
            comment if comment.starts_with('#') => Self::Nothing,
            "help" | "?" => Self::Help,
            "quit" | "exit" => Self::Quit,
            "state" => Self::State,
            "undo" => Self::Undo,
            "usage" => Self::Usage,
            "who" => Self::Who,
            "save" => Self::Save(""),
            save if save.starts_with("save ") => Self::Save(save.trim_start_matches("save").trim()),
            event => Self::Event(event),
        }
    }
}

/// Runs the command. For piped input, the exit code is `Findings` if an event was denied, `Unreadable` if a line was invalid.
///
/// # Errors
/// Returns an error if a license cannot be read or has errors, or if a stream fails.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    if args.files.iter().any(|path| files::is_stdin(path)) {
        return Err(CliError::usage("licenses cannot be read from standard input, because events are"));
    }
    let licenses = explain_feature::read(&args.files, io)?;
    let model = Model::compile(&licenses).map_err(|error| {
        CliError::new(Exit::Unreadable, error.to_string()).help("run `keywright lint` to see the location")
    })?;
    for notice in model.notices() {
        let (directive, block) = (notice.directive, escape(notice.feature.as_str()));
        io.note(&format!("note: {directive} is ignored, because it is not modelled (`{block}`)"))?;
    }
    let file = no_file();
    let at = args.at.unwrap_or(io.today).at(0, 0, 0, 0);
    let mut session = Session::new(&file, &model, at, args.active_tokens);
    let default = if io.interactive { SimulateFormat::Human } else { SimulateFormat::Json };
    let format = args.format.unwrap_or(default);
    if io.interactive && std::io::stdin().is_terminal() {
        writeln!(io.stderr, "type `help` for a list of events")?;
        let mut prompt = prompt::Prompt::new(&model)?;
        return play(
            &mut session,
            format,
            &args.files,
            |io| Ok(prompt.read(io)?.map(String::into_bytes)),
            io,
        );
    }
    let mut lines = Lines::default();
    play(&mut session, format, &args.files, |io| Ok(lines.next(&mut *io.stdin)?), io)
}

/// The lines of a stream, returned as soon as they are complete.
#[derive(Default)]
struct Lines {
    /// Bytes that were read but not yet returned.
    waiting: VecDeque<u8>,
}

impl Lines {
    /// Returns the next line without its line break. A line that is too long is cut.
    fn next(&mut self, stream: &mut dyn Read) -> std::io::Result<Option<Vec<u8>>> {
        let mut seen = 0;
        loop {
            if let Some(at) = self.waiting.iter().skip(seen).position(|byte| *byte == b'\n') {
                let line = self.waiting.drain(..=seen + at).collect();
                return Ok(Some(line));
            }
            seen = self.waiting.len();
            let mut chunk = [0; 8 * 1024];
            let wanted = if seen < MAX_LINE { chunk.len() } else { 0 };
            let read = match stream.read(chunk.get_mut(..wanted).unwrap_or_default()) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if read == 0 {
                let rest: Vec<u8> = self.waiting.drain(..).collect();
                return Ok((!rest.is_empty()).then_some(rest));
            }
            self.waiting.extend(chunk.iter().take(read));
        }
    }
}

/// Answers all lines until the end of input or `quit`.
fn play(
    session: &mut Session<'_>,
    format: SimulateFormat,
    licenses: &[PathBuf],
    mut next: impl FnMut(&mut Console<'_>) -> Result<Option<Vec<u8>>, CliError>,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let mut exit = Exit::Success;
    loop {
        let Some(bytes) = next(io)? else { return Ok(exit) };
        if bytes.len() >= MAX_LINE {
            return Err(CliError::new(Exit::Unreadable, "line too long: more than 64 KiB"));
        }
        let text = String::from_utf8_lossy(&bytes);
        let line = Line::parse(&text);
        if matches!(line, Line::Quit) {
            return Ok(exit);
        }
        let answered = match line {
            Line::Save(file) => saved(session, licenses, Path::new(file), format),
            line => answer(session, &line, format),
        };
        let (answer, came) = answered?;
        // At a prompt, the exit code does not reflect denials and typing errors, which the user has seen.
        if !io.interactive {
            exit = exit.worst(came);
        }
        write!(io.stdout, "{answer}")?;
        // A program at the other end of the pipe waits for the answer.
        io.stdout.flush()?;
    }
}

/// Returns the answer and the exit code of a line: `Findings` if the event was denied, `Unreadable` if the line is invalid.
fn answer(
    session: &mut Session<'_>,
    line: &Line<'_>,
    format: SimulateFormat,
) -> serde_json::Result<(String, Exit)> {
    let json = |text: String| format!("{text}\n");
    let human = format == SimulateFormat::Human;
    let text = match line {
        Line::Nothing | Line::Quit | Line::Save(_) => String::new(),
        Line::Who if human => simulate_human::who(&session.pool_users()),
        Line::Who => json(simulate_json::who(&session.pool_users())?),
        Line::Help if human => HELP.to_owned(),
        Line::State if human => simulate_human::state(session),
        Line::State => json(simulate_json::state(session)?),
        Line::Usage if human => simulate_human::usage(&session.usage()),
        Line::Usage => json(simulate_json::usage(&session.usage())?),
        Line::Undo => {
            let undone = session.undo();
            match (human, &undone) {
                (true, Some(event)) => format!("undone: {}\n", escape(event)),
                (true, None) => "nothing to undo\n".to_owned(),
                (false, _) => json(simulate_json::undone(undone.as_deref())?),
            }
        }
        Line::Help => json(simulate_json::help(HELP)?),
        Line::Event(text) => return event(session, text, format),
    };
    Ok((text, Exit::Success))
}

/// Saves the session, and returns the answer.
fn saved(
    session: &Session<'_>,
    licenses: &[PathBuf],
    file: &Path,
    format: SimulateFormat,
) -> serde_json::Result<(String, Exit)> {
    let result = save::save(session, licenses, file);
    let name = files::display_name(file);
    if format == SimulateFormat::Json {
        let text = match &result {
            Ok(()) => simulate_json::saved(&name)?,
            Err(stop) => simulate_json::not_done(&stop.message, stop.help.as_deref())?,
        };
        return Ok((format!("{text}\n"), result.map_or_else(|stop| stop.exit, |()| Exit::Success)));
    }
    Ok(match result {
        Ok(()) => (format!("wrote {}\n", escape(&name)), Exit::Success),
        Err(stop) => {
            let help = stop.help.map(|help| format!("; {}", escape(&help))).unwrap_or_default();
            (format!("{}{help}\n", escape(&stop.message)), stop.exit)
        }
    })
}

fn event(
    session: &mut Session<'_>,
    text: &str,
    format: SimulateFormat,
) -> serde_json::Result<(String, Exit)> {
    let step = match parse_event(text) {
        Ok(step) => step,
        Err(found) => {
            let Some(first) = found.first() else { return Ok((String::new(), Exit::Unreadable)) };
            if format == SimulateFormat::Json {
                return Ok((format!("{}\n", simulate_json::wrong(first)?), Exit::Unreadable));
            }
            let help = first.help.as_ref().map(|help| format!("; {}", escape(help))).unwrap_or_default();
            return Ok((format!("{}{help}\n", escape(&first.message)), Exit::Unreadable));
        }
    };
    let reply = session.play(step);
    let came = if reply.granted { Exit::Success } else { Exit::Findings };
    Ok(match format {
        SimulateFormat::Human => (simulate_human::reply(&reply), came),
        SimulateFormat::Json => (format!("{}\n", simulate_json::reply(&reply)?), came),
    })
}
