//! An application that checks its license and has a pool of its own: `cargo run --example application LICENSE`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this program talks to its user")]

use std::process::ExitCode;

use keywright::jiff::Zoned;
use keywright::verify::application::{Application, Checkout, Denial, HostIds, Session};

/// Printed by `keywright keys embed`.
const KEYS: &[u8] = include_bytes!("application/license.keys");

fn main() -> ExitCode {
    match start() {
        Ok(session) => work(session),
        Err(error) => {
            eprintln!("no license: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Verifies the license file and starts a session.
fn start() -> Result<Session, Box<dyn std::error::Error>> {
    let bytes = std::fs::read(std::env::args().nth(1).ok_or("usage: application LICENSE")?)?;
    let now = Zoned::now().datetime();
    // The host ids that the application found on this computer; only local licenses need them.
    let hosts = HostIds::from_iter([("HOSTNAME", "desk-7")]);
    let checked = Application::new(KEYS)?.check([bytes.as_slice()], &hosts, now.date())?;
    for block in checked.files.iter().flat_map(|file| &file.blocks) {
        let name = block.feature.as_deref().unwrap_or("?");
        println!("line {}: {name}: {}", block.line, block.verdict.as_str());
    }
    Ok(checked.session(now)?)
}

/// Takes licenses until there are none left.
fn work(mut session: Session) -> ExitCode {
    let mut renderers = Vec::new();
    loop {
        match session.checkout(&Checkout::one("Render")) {
            Ok(checkout) => renderers.push(checkout),
            Err(Denial::Denied(reason)) => {
                println!("{} renderers run; the next one: {}", renderers.len(), reason.as_str());
                break;
            }
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        }
    }
    for checkout in renderers {
        if let Err(error) = session.checkin(checkout) {
            eprintln!("{error}");
        }
    }
    println!("Studio: {} available", session.available("Studio"));
    ExitCode::SUCCESS
}
