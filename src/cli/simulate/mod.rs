//! `keywright simulate`: a server to play with, at a prompt or through a pipe.

mod prompt;

use std::collections::VecDeque;
use std::io::{IsTerminal as _, Read};
use std::path::PathBuf;

use clap::ValueEnum;
use jiff::civil::Date;

use crate::report::escape::escape;
use crate::report::{simulate_human, simulate_json};
use crate::resolve::Model;
use crate::scenario::{Session, no_file, read_event};

use super::{Exit, Io, Stop, explain_feature, file};

/// Longest line, in bytes.
const MAX_LINE: usize = 64 * 1024;

const HELP: &str = "\
checkout FEATURE [count=N] [version=V] [by=USER@HOST] [custom=TEXT] [id=NAME] [times=N]
checkin FEATURE [by=USER@HOST] [custom=TEXT] [id=NAME] [times=N]
borrow FEATURE hours=N [count=N] [by=USER@HOST]
activate FEATURE device=NAME
deactivate FEATURE device=NAME
consume FEATURE units=N
advance 2026-01-31 | advance 2 days
state     the pools
usage     what all events together came to
undo      takes the last event back
quit
";

/// Play a server: check out, check in, activate, consume, let time pass, and look at the pools
///
/// Events come from standard input, one a line: `checkout MyDraw count=2 by=ann@ws1`, or a step as scenario files write
/// it, in braces. At a prompt answers are for people; the tab key completes events, keys and features, the arrow keys
/// go through what was asked before. Through a pipe answers are JSON, one object a line, each as soon as its event has
/// happened.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright simulate license.lic\n  \
    printf 'checkout MyDraw\\nstate\\n' | keywright simulate license.lic")]
pub struct Args {
    /// License files, taken together
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// The day on which it begins, instead of today
    #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
    at: Option<Date>,
    /// Limit on active license tokens
    #[arg(long, value_name = "N")]
    active_tokens: Option<u64>,
    /// How answers are shown
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
}

/// How answers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines and tables; the default at a prompt
    Human,
    /// JSON, one object a line; the default through a pipe
    Json,
}

/// What a line asks for.
enum Line<'a> {
    Nothing,
    Help,
    Quit,
    State,
    Undo,
    Usage,
    Event(&'a str),
}

impl<'a> Line<'a> {
    fn of(text: &'a str) -> Self {
        match text.trim() {
            "" => Self::Nothing,
            comment if comment.starts_with('#') => Self::Nothing,
            "help" | "?" => Self::Help,
            "quit" | "exit" => Self::Quit,
            "state" => Self::State,
            "undo" => Self::Undo,
            "usage" => Self::Usage,
            event => Self::Event(event),
        }
    }
}

/// Runs the command. Through a pipe: `No` if an event was denied, `Unreadable` if a line was no event.
///
/// # Errors
/// When a license cannot be read or has errors, or a stream fails.
pub fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    if args.files.iter().any(|path| file::is_stdin(path)) {
        return Err(Stop::usage("events come from standard input, licenses from files"));
    }
    let licenses = explain_feature::read(&args.files, io)?;
    let model = Model::compile(&licenses).map_err(|error| {
        Stop::new(Exit::Unreadable, error.to_string()).help("`keywright lint` shows the place")
    })?;
    for notice in model.notices() {
        let (directive, block) = (notice.directive, escape(notice.feature.as_str()));
        io.say(&format!("note: {directive} is not modelled, as if it were not there (`{block}`)"))?;
    }
    let file = no_file();
    let at = args.at.unwrap_or(io.today).at(0, 0, 0, 0);
    let mut session = Session::new(&file, &model, at, args.active_tokens);
    let default = if io.interactive { Format::Human } else { Format::Json };
    let format = args.format.unwrap_or(default);
    if io.interactive && std::io::stdin().is_terminal() {
        writeln!(io.stderr, "`help` lists the events")?;
        let mut prompt = prompt::Prompt::new(&model)?;
        return play(&mut session, format, |io| Ok(prompt.read(io)?.map(String::into_bytes)), io);
    }
    let mut lines = Lines::default();
    play(&mut session, format, |io| Ok(lines.next(&mut *io.stdin)?), io)
}

/// Lines of a stream, each as soon as it is there.
#[derive(Default)]
struct Lines {
    /// What was read and not yet asked for.
    waiting: VecDeque<u8>,
}

impl Lines {
    /// The next line, without the end that it may have; what is too long is cut.
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

/// Answers line after line, until there is none or one says so.
fn play(
    session: &mut Session<'_>,
    format: Format,
    mut next: impl FnMut(&mut Io<'_>) -> Result<Option<Vec<u8>>, Stop>,
    io: &mut Io<'_>,
) -> Result<Exit, Stop> {
    let mut exit = Exit::Yes;
    loop {
        let Some(bytes) = next(io)? else { return Ok(exit) };
        if bytes.len() >= MAX_LINE {
            return Err(Stop::new(Exit::Unreadable, "a line is longer than 64 KiB"));
        }
        let text = String::from_utf8_lossy(&bytes);
        let line = Line::of(&text);
        if matches!(line, Line::Quit) {
            return Ok(exit);
        }
        let (answer, came) =
            answer(session, &line, format).map_err(|error| Stop::failure(error.to_string()))?;
        // At a prompt a denial is an answer, and a slip of the fingers is seen at once.
        if !io.interactive {
            exit = exit.worst(came);
        }
        write!(io.stdout, "{answer}")?;
        // Who asks through a pipe waits for the answer.
        io.stdout.flush()?;
    }
}

/// What to answer, and what the line came to: `No` if it was denied, `Unreadable` if it was not understood.
fn answer(session: &mut Session<'_>, line: &Line<'_>, format: Format) -> serde_json::Result<(String, Exit)> {
    let json = |text: String| format!("{text}\n");
    let human = format == Format::Human;
    let text = match line {
        Line::Nothing | Line::Quit => String::new(),
        Line::Help if human => HELP.to_owned(),
        Line::State if human => simulate_human::state(session),
        Line::State => json(simulate_json::state(session)?),
        Line::Usage if human => simulate_human::usage(&session.usage()),
        Line::Usage => json(simulate_json::usage(&session.usage())?),
        Line::Undo => {
            let undone = session.undo();
            match (human, undone) {
                (true, true) => "undone\n".to_owned(),
                (true, false) => "there is nothing to undo\n".to_owned(),
                (false, _) => json(simulate_json::undone(undone)?),
            }
        }
        Line::Help => json(simulate_json::help(HELP)?),
        Line::Event(text) => return event(session, text, format),
    };
    Ok((text, Exit::Yes))
}

fn event(session: &mut Session<'_>, text: &str, format: Format) -> serde_json::Result<(String, Exit)> {
    let step = match read_event(text) {
        Ok(step) => step,
        Err(found) => {
            let Some(first) = found.first() else { return Ok((String::new(), Exit::Unreadable)) };
            if format == Format::Json {
                return Ok((format!("{}\n", simulate_json::wrong(first)?), Exit::Unreadable));
            }
            let help = first.help.as_ref().map(|help| format!("; {}", escape(help))).unwrap_or_default();
            return Ok((format!("{}{help}\n", escape(&first.message)), Exit::Unreadable));
        }
    };
    let reply = session.play(step);
    let came = if reply.granted { Exit::Yes } else { Exit::No };
    Ok(match format {
        Format::Human => (simulate_human::reply(&reply), came),
        Format::Json => (format!("{}\n", simulate_json::reply(&reply)?), came),
    })
}
