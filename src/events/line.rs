//! Writes the log line of an event: one line, whatever texts it holds (ASVS 16.4.1).

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::Value;
use tracing::Level;

use super::{AuditEvent, EventName, Outcome};
use crate::protocol::{client::ClientKind, display_name::is_invisible, rule::RuleId};

/// Log target of the lines.
const AUDIT: &str = "oauth_server::audit";

/// Log target of a line that must be found although the app's logger hides [`AUDIT`]: Loco's logger
/// lets only some modules through, `loco_rs` among them.
pub const SHOWN: &str = "loco_rs::oauth_server";

/// Writes the line with the target `oauth_server::audit`. Tokens that were used twice are warnings,
/// faults are errors.
///
/// Where the app's logger hides that target, refusals and faults are written under [`SHOWN`]: a
/// refused request has a reference id, which must be found in the log.
pub fn log(event: &AuditEvent) {
    if tracing::enabled!(target: AUDIT, Level::INFO) {
        write(event, Target::Audit);
    } else if event.outcome != Outcome::Ok {
        write(event, Target::Shown);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Audit,
    Shown,
}

fn write(event: &AuditEvent, target: Target) {
    macro_rules! line {
        ($level:ident) => {
            match target {
                Target::Audit => line!($level, AUDIT),
                Target::Shown => line!($level, SHOWN),
            }
        };
        ($level:ident, $target:expr) => {{
            let detail = |name| event.details.get(name).and_then(Value::as_str).map(escaped);
            let details = details(event);
            tracing::$level!(
                target: $target,
                message = detail("message").as_deref(),
                v = event.v,
                event = event.event.as_str(),
                at = event.at.as_seconds(),
                reference_id = &*escaped(&event.reference_id),
                outcome = event.outcome.as_str(),
                rule = event.rule.map(RuleId::as_str),
                client_id = event.client_id.as_deref().map(escaped).as_deref(),
                client_kind = event.client_kind.map(kind),
                subject = event.subject.as_deref().map(escaped).as_deref(),
                user_id = event.user_id.as_deref(),
                sid = event.sid.as_deref(),
                grant_id = event.grant_id,
                scopes = words(&event.scopes).as_deref(),
                resources = words(&event.resources).as_deref(),
                ip_prefix = event.ip_prefix.as_deref(),
                user_agent_family = event.user_agent_family.as_deref(),
                token_ref = event.token_ref.as_deref(),
                expected = detail("expected").as_deref(),
                received = detail("received").as_deref(),
                difference = detail("difference").as_deref(),
                fix = detail("fix").as_deref(),
                details = details.as_deref().map(escaped).as_deref(),
            )
        }};
    }
    match (event.event, event.outcome) {
        (EventName::CodeReplayed | EventName::RefreshReplayed, _) => line!(warn),
        (_, Outcome::Error) => line!(error),
        _ => line!(info),
    }
}

/// Details that people read, which stand in the line as fields of their own.
const IN_WORDS: [&str; 5] = ["message", "expected", "received", "difference", "fix"];

/// Returns the other details as JSON.
fn details(event: &AuditEvent) -> Option<String> {
    let others = event.details.iter();
    let others = others.filter(|(name, _)| !IN_WORDS.contains(&name.as_str()));
    let others: BTreeMap<&String, &Value> = others.collect();
    let none = others.is_empty();
    (!none)
        .then(|| serde_json::to_string(&others).ok())
        .flatten()
}

/// The word for the kind of a client, as in the serialised event.
const fn kind(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Static => "static",
        ClientKind::Operator => "operator",
        ClientKind::Dynamic => "dynamic",
        ClientKind::Cimd => "cimd",
    }
}

fn words(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| escaped(&words.join(" ")).into_owned())
}

/// Escapes characters that break a line, control a terminal or reorder the displayed text.
fn escaped(text: &str) -> Cow<'_, str> {
    let breaks = |c: char| is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}');
    if !text.contains(breaks) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if breaks(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::escaped;

    #[rstest]
    #[case::plain("my app", "my app")]
    #[case::line_break("a\r\nb", r"a\r\nb")]
    #[case::terminal_escape("a\u{1b}[31mb", r"a\u{1b}[31mb")]
    #[case::second_control_set("a\u{9b}b", r"a\u{9b}b")]
    #[case::line_separator("a\u{2028}b", r"a\u{2028}b")]
    #[case::reordering("a\u{202e}b", r"a\u{202e}b")]
    #[case::other_scripts("例 é", "例 é")]
    fn c269_a_text_stays_on_its_line(#[case] text: &str, #[case] line: &str) {
        assert_eq!(escaped(text), line);
    }
}
