// SPDX-License-Identifier: MIT
//! Running pipelines: each command is a process, all of a pipeline are one
//! group, which has the terminal while it is waited for.
use crate::builtins;
use crate::jobs::{Ending, Jobs};
use crate::parse::{parse, After, Command, Pipeline};
use std::fs::OpenOptions;
use std::os::fd::{FromRawFd, OwnedFd};
use std::process::Stdio;
use tokio::process::Child;

pub struct Shell {
    pub is_interactive: bool,
    pub has_ended: bool,
    pub status: i32,
    pub jobs: Jobs,
}

fn pipe() -> std::io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
        return Err(std::io::Error::last_os_error());
    }
    unsafe { Ok((OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1]))) }
}

fn redirect(
    process: &mut tokio::process::Command,
    command: &Command,
) -> std::io::Result<()> {
    if let Some(name) = &command.input {
        process.stdin(std::fs::File::open(name)?);
    }
    if let Some((name, appends)) = &command.output {
        process.stdout(
            OpenOptions::new()
                .create(true)
                .write(true)
                .append(*appends)
                .truncate(!*appends)
                .open(name)?,
        );
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    OfTheShell, // no job control
    Foreground,
    Background,
}

/// What the child does between fork and exec: it joins its group, which gets
/// the terminal before anybody can read from it, and takes signals as they come.
fn prepare(process: &mut tokio::process::Command, group: i32, place: Place) {
    unsafe {
        process.pre_exec(move || {
            if place != Place::OfTheShell {
                libc::setpgid(0, group);
            }
            if place == Place::Foreground {
                libc::tcsetpgrp(0, libc::getpgrp());
            }
            for number in [
                libc::SIGINT,
                libc::SIGTSTP,
                libc::SIGTTIN,
                libc::SIGTTOU,
                libc::SIGPIPE,
            ] {
                libc::signal(number, libc::SIG_DFL);
            }
            Ok(())
        });
    }
}

impl Shell {
    pub fn new(is_interactive: bool) -> Shell {
        Shell { is_interactive, has_ended: false, status: 0, jobs: Jobs::new() }
    }

    pub async fn run_text(&mut self, text: &str) {
        match parse(text) {
            Ok(pipelines) => self.run_all(pipelines).await,
            Err(problem) => {
                eprintln!("async-shell: {problem}");
                self.status = 2;
            }
        }
    }

    async fn run_all(&mut self, pipelines: Vec<Pipeline>) {
        for pipeline in pipelines {
            let is_wanted = match pipeline.when {
                After::Always => true,
                After::Success => self.status == 0,
                After::Failure => self.status != 0,
            };
            if is_wanted {
                self.run_pipeline(pipeline).await;
            }
            if self.has_ended {
                break;
            }
        }
    }

    async fn run_pipeline(&mut self, pipeline: Pipeline) {
        let first = &pipeline.commands[0];
        if pipeline.commands.len() == 1 && builtins::is_one(&first.words[0]) {
            self.status = builtins::run(self, &first.words).await;
            return;
        }
        let (children, mut status) = self.start(&pipeline);
        if children.is_empty() {
            self.status = status;
            return;
        }
        let group = children[0].id().unwrap_or(0) as i32;
        let job = self.jobs.add(group, pipeline.text.clone(), children);
        if pipeline.in_background {
            if self.is_interactive {
                println!("[{job}] {}", pipeline.text);
            }
            self.status = 0;
            return;
        }
        let ending = self.wait_for(job).await;
        if status == 0 {
            status = ending;
        }
        self.status = status;
    }

    /// In the foreground, until it ends or is stopped.
    pub async fn wait_for(&mut self, job: usize) -> i32 {
        self.give_terminal(self.jobs.group_of(job));
        let ending = self.jobs.wait(job).await;
        self.give_terminal(unsafe { libc::getpgrp() });
        match ending {
            Ending::Exit(status) => status,
            Ending::Stopped => {
                println!("[{job}] stopped");
                128 + libc::SIGTSTP
            }
        }
    }

    pub fn give_terminal(&self, group: i32) {
        if self.is_interactive && group > 0 {
            unsafe { libc::tcsetpgrp(0, group) };
        }
    }

    fn start(&self, pipeline: &Pipeline) -> (Vec<Child>, i32) {
        let mut children: Vec<Child> = Vec::new();
        let mut input: Option<OwnedFd> = None;
        let mut status = 0;
        let last = pipeline.commands.len() - 1;
        let place = match (self.is_interactive, pipeline.in_background) {
            (false, _) => Place::OfTheShell,
            (true, false) => Place::Foreground,
            (true, true) => Place::Background,
        };
        for (i, command) in pipeline.commands.iter().enumerate() {
            let mut process = tokio::process::Command::new(&command.words[0]);
            process.args(&command.words[1..]);
            if let Some(end) = input.take() {
                process.stdin(Stdio::from(end));
            } else if pipeline.in_background && !self.is_interactive {
                process.stdin(Stdio::null());
            }
            if i < last {
                match pipe() {
                    Ok((reader, writer)) => {
                        process.stdout(Stdio::from(writer));
                        input = Some(reader);
                    }
                    Err(error) => eprintln!("async-shell: pipe: {error}"),
                }
            }
            let group =
                children.first().and_then(|child| child.id()).unwrap_or(0);
            prepare(&mut process, group as i32, place);
            let started = redirect(&mut process, command)
                .and_then(|()| process.spawn());
            match started {
                Ok(child) => children.push(child),
                Err(error) => {
                    eprintln!("async-shell: {}: {error}", command.words[0]);
                    status = 127;
                }
            }
        }
        (children, status)
    }
}
