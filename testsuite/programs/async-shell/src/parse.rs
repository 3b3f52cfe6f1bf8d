// SPDX-License-Identifier: MIT
//! From a line to what is to be run.

#[derive(Debug, Default, Clone)]
pub struct Command {
    pub words: Vec<String>,
    pub input: Option<String>,
    pub output: Option<(String, bool)>, // its name; whether to append
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum After {
    Always,
    Success,
    Failure,
}

/// Commands joined by pipes; when it is run; whether it is waited for.
#[derive(Debug, Clone)]
pub struct Pipeline {
    pub when: After,
    pub commands: Vec<Command>,
    pub in_background: bool,
    pub text: String,
}

#[derive(Debug, PartialEq, Clone)]
enum Token {
    Word(String),
    Sign(&'static str),
}

const SIGNS: [&str; 9] = ["&&", "||", ">>", "|", "&", ";", "<", ">", "#"];

fn sign_at(text: &str) -> Option<&'static str> {
    SIGNS.iter().find(|sign| text.starts_with(**sign)).copied()
}

fn word_at(text: &str) -> Result<(String, usize), String> {
    let mut word = String::new();
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => word.push(c),
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c.is_whitespace() || sign_at(&text[at..]).is_some() => {
                return Ok((word, at))
            }
            None => word.push(c),
        }
    }
    match quote {
        Some(_) => Err("a quote has no end".into()),
        None => Ok((word, text.len())),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(sign) = sign_at(rest) {
            if sign == "#" {
                break;
            }
            found.push(Token::Sign(sign));
            rest = rest[sign.len()..].trim_start();
            continue;
        }
        let (word, bytes) = word_at(rest)?;
        found.push(Token::Word(word));
        rest = rest[bytes..].trim_start();
    }
    Ok(found)
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
}

impl Parser {
    fn file(&mut self) -> Result<String, String> {
        match self.tokens.next() {
            Some(Token::Word(word)) => Ok(word),
            _ => Err("a redirection names no file".into()),
        }
    }

    fn command(&mut self) -> Result<Command, String> {
        let mut command = Command::default();
        while let Some(token) = self.tokens.peek().cloned() {
            match token {
                Token::Word(word) => {
                    self.tokens.next();
                    command.words.push(word);
                }
                Token::Sign("<") => {
                    self.tokens.next();
                    command.input = Some(self.file()?);
                }
                Token::Sign(sign @ (">" | ">>")) => {
                    self.tokens.next();
                    command.output = Some((self.file()?, sign == ">>"));
                }
                _ => break,
            }
        }
        if command.words.is_empty() {
            return Err("a command is missing".into());
        }
        Ok(command)
    }

    fn pipeline(&mut self, when: After) -> Result<Pipeline, String> {
        let mut commands = vec![self.command()?];
        while self.tokens.peek() == Some(&Token::Sign("|")) {
            self.tokens.next();
            commands.push(self.command()?);
        }
        let text = commands
            .iter()
            .map(|command| command.words.join(" "))
            .collect::<Vec<_>>()
            .join(" | ");
        Ok(Pipeline { when, commands, in_background: false, text })
    }

    fn all(&mut self) -> Result<Vec<Pipeline>, String> {
        let mut pipelines = Vec::new();
        let mut when = After::Always;
        while self.tokens.peek().is_some() {
            let mut pipeline = self.pipeline(when)?;
            when = match self.tokens.next() {
                Some(Token::Sign("&&")) => After::Success,
                Some(Token::Sign("||")) => After::Failure,
                Some(Token::Sign("&")) => {
                    pipeline.in_background = true;
                    After::Always
                }
                _ => After::Always,
            };
            pipelines.push(pipeline);
        }
        Ok(pipelines)
    }
}

pub fn parse(text: &str) -> Result<Vec<Pipeline>, String> {
    Parser { tokens: tokens(text)?.into_iter().peekable() }.all()
}
