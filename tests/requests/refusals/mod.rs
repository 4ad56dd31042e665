//! Messages that help: the log line behind a reference, the page for developers.

mod log;
mod page;

use crate::app::{logs::Logs, server::Answer};

/// The log of one refused request, as an operator finds it.
pub struct Line(String);

impl Line {
    /// The only line of a refusal with the answer's reference.
    #[track_caller]
    pub fn of(logs: &Logs, answer: &Answer) -> Self {
        let reference = answer.header("x-request-id").expect("a reference");
        let text = logs.text();
        let wanted = format!("reference_id=\"{reference}\"");
        let refused = "event=\"request.refused\"";
        let mut lines = text
            .lines()
            .filter(|line| line.contains(&wanted) && line.contains(refused));
        let line = lines.next();
        assert!(lines.next().is_none(), "two lines: {text}");
        Self(line.unwrap_or_else(|| panic!("no line: {text}")).to_owned())
    }

    /// What was wrong, in words.
    pub fn message(&self) -> &str {
        let (_, rest) = self.0.split_once("oauth_server::audit: ").unwrap();
        rest.split_once(" v=1").map_or("", |(message, _)| message)
    }

    /// A field, as it stands between its quotes.
    pub fn field(&self, name: &str) -> &str {
        let start = format!(" {name}=\"");
        let Some((_, rest)) = self.0.split_once(&start) else {
            return "";
        };
        let mut escaped = false;
        let end = rest.find(|c| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        end.map_or("", |end| &rest[..end])
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}
