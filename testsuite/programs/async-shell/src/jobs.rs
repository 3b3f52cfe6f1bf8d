// SPDX-License-Identifier: MIT
//! Jobs: each has a task that waits for its processes; that one is stopped is
//! seen by asking for it whenever SIGCHLD comes.
use std::os::unix::process::ExitStatusExt;
use tokio::process::Child;
use tokio::signal::unix::{signal, SignalKind};
use tokio::task::JoinHandle;

pub enum Ending {
    Exit(i32),
    Stopped,
}

struct Job {
    number: usize,
    group: i32,
    text: String,
    waiter: JoinHandle<i32>,
}

pub struct Jobs {
    jobs: Vec<Job>,
    last: usize,
}

async fn wait_for_all(children: Vec<Child>) -> i32 {
    let mut status = 0;
    for mut child in children {
        status = match child.wait().await {
            Ok(ended) => ended
                .code()
                .unwrap_or_else(|| 128 + ended.signal().unwrap_or(0)),
            Err(error) => {
                eprintln!("async-shell: wait: {error}");
                1
            }
        };
    }
    status
}

/// Is a process of the group stopped? That is left for others to see as well.
fn is_stopped(group: i32) -> bool {
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let flags = libc::WSTOPPED | libc::WNOHANG | libc::WNOWAIT;
    let found = unsafe {
        libc::waitid(libc::P_PGID, group as libc::id_t, &mut info, flags)
    };
    found == 0 && unsafe { info.si_pid() } != 0 && info.si_code == libc::CLD_STOPPED
}

impl Jobs {
    pub fn new() -> Jobs {
        Jobs { jobs: Vec::new(), last: 0 }
    }

    pub fn add(&mut self, group: i32, text: String, children: Vec<Child>) -> usize {
        if self.jobs.is_empty() {
            self.last = 0;
        }
        self.last += 1;
        let waiter = tokio::spawn(wait_for_all(children));
        self.jobs.push(Job { number: self.last, group, text, waiter });
        self.last
    }

    fn find(&self, number: usize) -> Option<usize> {
        self.jobs.iter().position(|job| job.number == number)
    }

    pub fn latest(&self) -> Option<usize> {
        self.jobs.last().map(|job| job.number)
    }

    pub fn group_of(&self, number: usize) -> i32 {
        self.find(number).map_or(0, |at| self.jobs[at].group)
    }

    pub async fn wait(&mut self, number: usize) -> Ending {
        let Some(at) = self.find(number) else {
            return Ending::Exit(127);
        };
        let mut children = signal(SignalKind::child()).expect("SIGCHLD");
        let group = self.jobs[at].group;
        loop {
            if is_stopped(group) {
                return Ending::Stopped;
            }
            tokio::select! {
                status = &mut self.jobs[at].waiter => {
                    self.jobs.remove(at);
                    return Ending::Exit(status.unwrap_or(1));
                }
                _ = children.recv() => {}
            }
        }
    }

    pub async fn wait_all(&mut self) -> i32 {
        let mut status = 0;
        while let Some(job) = self.jobs.first() {
            let number = job.number;
            if let Ending::Exit(ended) = self.wait(number).await {
                status = ended;
            } else {
                break;
            }
        }
        status
    }

    pub fn list(&self) {
        for job in &self.jobs {
            println!("[{}] {}", job.number, job.text);
        }
    }

    pub async fn tell_ended(&mut self) {
        let mut at = 0;
        while at < self.jobs.len() {
            if self.jobs[at].waiter.is_finished() {
                let job = self.jobs.remove(at);
                let status = job.waiter.await.unwrap_or(1);
                println!("[{}] done {} ({status})", job.number, job.text);
            } else {
                at += 1;
            }
        }
    }

    pub fn go_on(&self, number: usize) {
        let group = self.group_of(number);
        if group > 0 {
            unsafe { libc::kill(-group, libc::SIGCONT) };
        }
    }
}
