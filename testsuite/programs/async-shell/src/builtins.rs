// SPDX-License-Identifier: MIT
//! What the shell does itself; `echo-service`, `sleepers` and `ticks` are there
//! to exercise the runtime: sockets, tasks and timers in one process.
use crate::run::Shell;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

const NAMES: [&str; 12] = [
    "cd", "exit", "jobs", "fg", "bg", "wait", "sleep-ms", "echo-service",
    "sleepers", "ticks", "cat-file", "children",
];

pub fn is_one(name: &str) -> bool {
    NAMES.contains(&name)
}

fn number(words: &[String], at: usize, usual: u64) -> u64 {
    words.get(at).and_then(|word| word.parse().ok()).unwrap_or(usual)
}

fn answer(result: std::io::Result<()>, name: &str) -> i32 {
    match result {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("async-shell: {name}: {error}");
            1
        }
    }
}

async fn serve(listener: UnixListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let (mut reader, mut writer) = stream.split();
            let _ = tokio::io::copy(&mut reader, &mut writer).await;
        });
    }
}

async fn ask(path: String, client: u64) -> std::io::Result<u64> {
    let mut stream = UnixStream::connect(&path).await?;
    let mut answered = 0;
    for round in 0..10 {
        let text = format!("client {client} round {round}\n");
        stream.write_all(text.as_bytes()).await?;
        let mut back = vec![0; text.len()];
        stream.read_exact(&mut back).await?;
        answered += (back == text.as_bytes()) as u64;
    }
    Ok(answered)
}

/// A service and its clients, all tasks of this process.
async fn echo_service(clients: u64) -> std::io::Result<()> {
    let path = format!("/tmp/async-shell-{}", std::process::id());
    let _ = std::fs::remove_file(&path);
    let server = tokio::spawn(serve(UnixListener::bind(&path)?));
    let tasks: Vec<_> = (0..clients)
        .map(|client| tokio::spawn(ask(path.clone(), client)))
        .collect();
    let mut answered = 0;
    for task in tasks {
        answered += task.await.expect("a client's task")?;
    }
    server.abort();
    std::fs::remove_file(&path)?;
    println!("{clients} clients, {answered} answers");
    Ok(())
}

async fn sleepers(count: u64) {
    let start = Instant::now();
    let tasks: Vec<_> = (0..count)
        .map(|i| {
            tokio::spawn(async move {
                for _ in 0..3 {
                    tokio::time::sleep(Duration::from_millis(1 + i % 17)).await;
                    tokio::task::yield_now().await;
                }
                1
            })
        })
        .collect();
    let mut woke = 0;
    for task in tasks {
        woke += task.await.unwrap_or(0);
    }
    let was_long = start.elapsed() >= Duration::from_millis(3);
    println!("{woke} of {count} woke up, {}", if was_long { "in time" } else { "early" });
}

async fn ticks(count: u64) {
    let mut interval = tokio::time::interval(Duration::from_millis(5));
    for _ in 0..count {
        interval.tick().await;
    }
    let late = tokio::time::timeout(
        Duration::from_millis(10),
        std::future::pending::<()>(),
    );
    println!("{count} ticks, and a {}", if late.await.is_err() { "time-out" } else { "surprise" });
}

/// Many children at once, each waited for by a task.
async fn children(count: u64) {
    let tasks: Vec<_> = (0..count)
        .map(|i| {
            tokio::spawn(async move {
                let output = tokio::process::Command::new("/bin/echo")
                    .arg(i.to_string())
                    .output()
                    .await;
                output.map_or(false, |output| {
                    output.status.success()
                        && output.stdout == format!("{i}\n").as_bytes()
                })
            })
        })
        .collect();
    let mut good = 0;
    for task in tasks {
        good += task.await.unwrap_or(false) as u64;
    }
    println!("{good} of {count} children said what they should");
}

async fn cat_file(name: &str) -> std::io::Result<()> {
    let text = tokio::fs::read(name).await?;
    let mut out = tokio::io::stdout();
    out.write_all(&text).await?;
    out.flush().await
}

async fn foreground(shell: &mut Shell, words: &[String]) -> i32 {
    let job = number(words, 1, shell.jobs.latest().unwrap_or(0) as u64) as usize;
    if shell.jobs.group_of(job) == 0 {
        eprintln!("async-shell: {}: there is no such job", words[0]);
        return 1;
    }
    if words[0] == "bg" {
        shell.jobs.go_on(job);
        return 0;
    }
    // It may read at once, which needs the terminal.
    shell.give_terminal(shell.jobs.group_of(job));
    shell.jobs.go_on(job);
    shell.wait_for(job).await
}

pub async fn run(shell: &mut Shell, words: &[String]) -> i32 {
    let count = number(words, 1, 10);
    match words[0].as_str() {
        "cd" => {
            let to = words.get(1).map_or("/", |word| word.as_str());
            return answer(std::env::set_current_dir(to), "cd");
        }
        "exit" => {
            shell.has_ended = true;
            return number(words, 1, shell.status as u64) as i32;
        }
        "jobs" => shell.jobs.list(),
        "fg" | "bg" => return foreground(shell, words).await,
        "wait" => return shell.jobs.wait_all().await,
        "sleep-ms" => tokio::time::sleep(Duration::from_millis(count)).await,
        "echo-service" => return answer(echo_service(count).await, "echo-service"),
        "sleepers" => sleepers(count).await,
        "ticks" => ticks(count).await,
        "children" => children(count).await,
        _ => {
            let name = words.get(1).map_or("", |word| word.as_str());
            return answer(cat_file(name).await, "cat-file");
        }
    }
    0
}
