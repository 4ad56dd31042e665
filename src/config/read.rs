//! From JSON to [`RawSettings`], with every unknown key and wrong type found in one go.

use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use super::{finding::Findings, names, raw::RawSettings};

/// Reads the block. What cannot be read is noted and counts as not written.
pub(super) fn read(block: &Value, findings: &mut Findings) -> RawSettings {
    let mut block = block.clone();
    let raw = loop {
        match serde_path_to_error::deserialize::<_, RawSettings>(&block) {
            Ok(raw) => break raw,
            Err(error) => {
                note(error.path(), &error.inner().to_string(), findings);
                if !remove(&mut block, error.path()) {
                    break RawSettings::default();
                }
            }
        }
    };
    if let Err(errors) = raw.validate() {
        note_bounds("", &errors, findings);
    }
    raw
}

fn note(path: &Path, message: &str, findings: &mut Findings) {
    let key = path.to_string();
    let (found, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    if found.starts_with("unknown field ") {
        let names::UnknownKey { problem, fix } = names::unknown_key(&key, &quoted(expected));
        findings.add(key, problem, fix);
    } else if let Some(word) = found.strip_prefix("unknown variant ") {
        match names::later_value(&key, word) {
            Some(problem) => findings.add(key, problem, "remove it"),
            None => findings.add(
                key,
                format!("unknown word {word}"),
                format!("write {expected}"),
            ),
        }
    } else if let Some(field) = found.strip_prefix("missing field ") {
        // A misspelt key was noted already and taken out.
        if !findings.any_below(&key) {
            findings.add(key, format!("{field} is missing"), "write it");
        }
    } else if found.starts_with("invalid ") {
        // Serde's text shows the value, which may be a secret.
        findings.add(
            key,
            "wrong kind of value",
            format!("write {}", in_words(expected)),
        );
    } else {
        findings.add(key, message, "write a value of that kind");
    }
}

/// The words between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn in_words(expected: &str) -> &str {
    match expected {
        "i64" | "u64" | "u32" => "a whole number",
        "a boolean" => "true or false",
        "a string" => "a text, in quotes if it looks like a number",
        "a sequence" => "a list",
        kind if kind.starts_with("struct ") => "a map of keys",
        kind => kind,
    }
}

/// Takes the value at `path` out; inside a list, the whole list, because the positions of its
/// other entries must stay true.
fn remove(block: &mut Value, path: &Path) -> bool {
    let segments: Vec<&Segment> = path.iter().collect();
    let Some(last) = segments
        .iter()
        .rposition(|segment| matches!(segment, Segment::Map { .. }))
    else {
        return false;
    };
    let (parents, rest) = segments.split_at(last);
    let parent = parents
        .iter()
        .try_fold(block, |value, segment| match segment {
            Segment::Map { key } => value.get_mut(key),
            Segment::Seq { index } => value.get_mut(index),
            _ => None,
        });
    match (parent.and_then(Value::as_object_mut), rest.first()) {
        (Some(object), Some(Segment::Map { key })) => object.remove(key).is_some(),
        _ => false,
    }
}

/// Flattens what `validator` found.
fn note_bounds(path: &str, errors: &ValidationErrors, findings: &mut Findings) {
    // The errors are a hash map: they are sorted, so that the list is in the same order each time.
    let mut fields: Vec<_> = errors.errors().iter().collect();
    fields.sort_by_key(|(field, _)| *field);
    for (field, kind) in fields {
        let key = if path.is_empty() {
            field.to_string()
        } else {
            format!("{path}.{field}")
        };
        match kind {
            ValidationErrorsKind::Field(errors) => {
                for error in errors {
                    let bound = |name: &str| error.params.get(name).map(ToString::to_string);
                    let fix = match (bound("min"), bound("max")) {
                        (Some(min), Some(max)) => format!("write a number from {min} to {max}"),
                        (Some(min), None) => format!("write a number from {min} on"),
                        _ => "write another value".to_owned(),
                    };
                    findings.add(key.clone(), "out of range", fix);
                }
            }
            ValidationErrorsKind::Struct(errors) => note_bounds(&key, errors, findings),
            ValidationErrorsKind::List(entries) => {
                for (index, errors) in entries {
                    note_bounds(&format!("{key}[{index}]"), errors, findings);
                }
            }
        }
    }
}
