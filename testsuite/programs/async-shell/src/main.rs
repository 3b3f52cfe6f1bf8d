// SPDX-License-Identifier: MIT
//! A small shell whose every wait is a task: commands are read, run and waited
//! for on Tokio's multi-threaded runtime.
//!
//!     async-shell              at a terminal, or with commands on its input
//!     async-shell -c TEXT      the commands of TEXT
//!
//! `a | b`, `a && b`, `a || b`, `a; b`, `a &`, `< file`, `> file`, `>> file`,
//! 'quotes'; the builtins are in builtins.rs.
mod builtins;
mod jobs;
mod parse;
mod run;

use std::io::IsTerminal;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::signal::unix::{signal, SignalKind};

async fn prompt() {
    let mut out = tokio::io::stdout();
    let _ = out.write_all(b"async$ ").await;
    let _ = out.flush().await;
}

/// The lines of the input, one after the other, until it ends or `exit`.
async fn read_lines(shell: &mut run::Shell) {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        if shell.is_interactive {
            shell.jobs.tell_ended().await;
            prompt().await;
        }
        match lines.next_line().await {
            Ok(Some(line)) => shell.run_text(&line).await,
            _ => break,
        }
        if shell.has_ended {
            break;
        }
    }
}

/// An interactive shell is not stopped or ended by its own terminal.
fn leave_signals_alone() {
    for kind in [SignalKind::interrupt(), SignalKind::from_raw(libc::SIGTSTP)] {
        let mut signals = signal(kind).expect("a handler for a signal");
        tokio::spawn(async move { while signals.recv().await.is_some() {} });
    }
    unsafe {
        libc::signal(libc::SIGTTOU, libc::SIG_IGN);
        libc::signal(libc::SIGTTIN, libc::SIG_IGN);
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 4)]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let is_script = arguments.len() > 2 && arguments[1] == "-c";
    let is_interactive = !is_script && std::io::stdin().is_terminal();
    let mut shell = run::Shell::new(is_interactive);
    if is_interactive {
        leave_signals_alone();
    }
    if is_script {
        shell.run_text(&arguments[2]).await;
    } else {
        read_lines(&mut shell).await;
    }
    std::process::exit(shell.status);
}
