//! Edits to `config/*.yaml`: a block is put under a key, in the place and form that is there.
//! Comments and order stay; the result is parsed and compared before it counts.

use std::{
    collections::hash_map::DefaultHasher,
    fmt::Write,
    hash::{Hash, Hasher},
    ops::Range,
};

use serde_yaml_ng::Value;

use super::edit::{Draft, Edited, Finished, Missing, insert};

/// A block and the keys it belongs under.
pub struct Block {
    /// Keys from the top level down; the last one is the block's own.
    pub keys: &'static [&'static str],
    /// Comment lines above a top-level key that is not there yet.
    pub heading: &'static str,
    /// The block, beginning with its last key at the left margin.
    pub lines: &'static str,
}

const SETTINGS: &[&str] = &["initializers", "oauth_server"];

/// Settings of `config/development.yaml`.
pub const DEVELOPMENT: Block = Block {
    keys: SETTINGS,
    heading: "# Initializers Configuration\n",
    lines: include_str!("../../templates/generator/config/development.yaml"),
};
/// Settings of `config/test.yaml`.
pub const TEST: Block = Block {
    lines: include_str!("../../templates/generator/config/test.yaml"),
    ..DEVELOPMENT
};
/// Settings of `config/production.yaml`.
pub const PRODUCTION: Block = Block {
    lines: include_str!("../../templates/generator/config/production.yaml"),
    ..DEVELOPMENT
};
/// The job that deletes what has expired.
pub const CLEANUP: Block = Block {
    keys: &["scheduler", "jobs", "oauth_cleanup"],
    heading: "# Scheduler Configuration: runs with `cargo loco start --all` or `cargo loco scheduler`\n",
    lines: include_str!("../../templates/generator/config/cleanup.yaml"),
};

/// Adds the blocks that a configuration file lacks.
#[must_use]
pub fn configure(file: &str, text: &str, blocks: &[Block]) -> Finished {
    blocks
        .iter()
        .fold(Draft::new(file, text), |draft, block| {
            draft.then(|text| add(text, block))
        })
        .finish()
}

/// Adds one block.
///
/// # Errors
/// When the file cannot be read as YAML, or holds the parent key in a form that cannot be extended
/// by lines.
pub fn add(text: &str, block: &Block) -> Edited {
    let missing = |wanted: &str| Missing::new(wanted, spelled_out(block));
    let before = parse(text).map_err(|error| {
        missing(&format!(
            "its keys, because the file is not valid YAML ({error})"
        ))
    })?;
    if lookup(&before, block.keys).is_some() {
        return Ok(text.to_owned());
    }
    let after = placed(text, block).ok_or_else(|| missing("a mapping with a line for each key"))?;
    let addition = parse(&spelled_out(block)).unwrap_or_default();
    if parse(&after).is_ok_and(|after| after == merged(before, addition)) {
        Ok(after)
    } else {
        Err(missing("a place that changes nothing else"))
    }
}

/// The keys of a block that a file does not name, although it has the block.
pub fn missing_keys(text: &str, block: &Block) -> Vec<String> {
    let named = |text: &str| {
        let file = parse(text).unwrap_or_default();
        let found = lookup(&file, block.keys)
            .and_then(Value::as_mapping)
            .cloned();
        found.unwrap_or_default()
    };
    let (here, new) = (named(text), named(&spelled_out(block)));
    let missing = new
        .keys()
        .filter(|key| !here.is_empty() && !here.contains_key(*key));
    missing
        .filter_map(|key| Some(format!("`{}`", key.as_str()?)))
        .collect()
}

/// The block with all of its keys, as it stands in a file that has none of them.
fn spelled_out(block: &Block) -> String {
    nested(block, 0, 0, 2)
}

/// The lines of the block from key `depth` on, indented by `margin`.
fn nested(block: &Block, depth: usize, margin: usize, step: usize) -> String {
    let last = block.keys.len() - 1;
    let mut lines = String::new();
    for (level, key) in block.keys[..last].iter().enumerate().skip(depth) {
        let margin = margin + (level - depth) * step;
        let _ = writeln!(lines, "{:margin$}{key}:", "");
    }
    let margin = margin + (last - depth) * step;
    for line in block.lines.lines() {
        let _ = writeln!(lines, "{:margin$}{line}", "");
    }
    lines
}

/// The text with the block below the deepest of its keys that is there.
fn placed(text: &str, block: &Block) -> Option<String> {
    let Some(mut parent) = find_key(text, &(0..text.len()), block.keys[0], 0) else {
        return Some(at_top_level(text, block));
    };
    for (depth, key) in block.keys.iter().enumerate().skip(1) {
        let margin = parent.children_margin(text);
        match find_key(text, &parent.children, key, margin) {
            Some(child) => parent = child,
            None => return parent.with_child(text, &nested(block, depth, margin, 2)),
        }
    }
    None
}

/// A key and the lines below it.
struct Key {
    margin: usize,
    /// What stands after the colon, without comment.
    value: Range<usize>,
    children: Range<usize>,
}

impl Key {
    /// Indentation of the first line below that is neither blank nor a comment.
    fn children_margin(&self, text: &str) -> usize {
        text[self.children.clone()]
            .lines()
            .find(|line| !is_blank_or_comment(line))
            .map_or(self.margin + 2, margin_of)
    }

    /// Puts lines right below the key. `None` when its value is written on its own line.
    fn with_child(&self, text: &str, lines: &str) -> Option<String> {
        let mut at = self.children.start;
        let mut text = text.to_owned();
        match &text[self.value.clone()] {
            "" => {}
            "{}" | "~" | "null" => {
                let colon = text[..self.value.start].trim_end().len();
                text.replace_range(colon..self.value.end, "");
                at -= self.value.end - colon;
            }
            _ => return None,
        }
        if !text[..at].ends_with('\n') {
            return Some(insert(&text, at, &format!("\n{}", lines.trim_end())));
        }
        Some(insert(&text, at, lines))
    }
}

/// Finds `key:` at a margin, among the lines of a range.
fn find_key(text: &str, within: &Range<usize>, key: &str, margin: usize) -> Option<Key> {
    let mut at = within.start;
    for line in text[within.clone()].split_inclusive('\n') {
        let end = at + line.len();
        if margin_of(line) == margin
            && let Some(rest) = line[margin..].strip_prefix(key)
            && let Some(value) = rest.trim_start().strip_prefix(':')
        {
            let start = end - value.len();
            return Some(Key {
                margin,
                value: value_range(value, start),
                children: end..block_end(&text[..within.end], end, margin),
            });
        }
        at = end;
    }
    None
}

/// The value within the rest of a line.
fn value_range(rest: &str, start: usize) -> Range<usize> {
    let value = rest.split(" #").next().unwrap_or_default();
    let lead = value.len() - value.trim_start().len();
    let start = start + lead;
    start..start + value.trim().len()
}

/// Where the lines that are indented deeper than `margin` end.
fn block_end(text: &str, start: usize, margin: usize) -> usize {
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        if !is_blank_or_comment(line) && margin_of(line) <= margin {
            break;
        }
        at += line.len();
    }
    at
}

fn is_blank_or_comment(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn margin_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Below the comment that shows the key as an example, else at the end.
fn at_top_level(text: &str, block: &Block) -> String {
    let lines = spelled_out(block);
    if let Some(at) = below_example(text, block.keys[0]) {
        return insert(text, at, &lines);
    }
    let gap = if text.is_empty() || text.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    insert(text, text.len(), &format!("{gap}{}{lines}", block.heading))
}

/// End of the comment block that contains the line `# key:`.
fn below_example(text: &str, key: &str) -> Option<usize> {
    let mut at = 0;
    let mut found = false;
    for line in text.split_inclusive('\n') {
        let comment = line.strip_prefix('#');
        found |= comment.is_some_and(|comment| comment.trim() == format!("{key}:"));
        if found && comment.is_none() {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// Parses a file whose Loco tags (`<%= … %>`) are not rendered.
fn parse(text: &str) -> Result<Value, serde_yaml_ng::Error> {
    serde_yaml_ng::from_str(&without_tags(text))
}

/// Interpolations become plain words that differ as the tags do; statements and comments go.
fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (tag, after))) = rest
        .split_once("<%")
        .and_then(|(before, tag)| Some((before, tag.split_once("%>")?)))
    {
        plain.push_str(before);
        if let Some(expression) = tag.strip_prefix('=') {
            let mut hasher = DefaultHasher::new();
            expression.hash(&mut hasher);
            let _ = write!(plain, "tag{:x}", hasher.finish());
        }
        rest = after;
    }
    plain + rest
}

fn lookup<'a>(value: &'a Value, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().try_fold(value, |value, key| value.get(key))
}

/// What the file must say afterwards: mappings joined, everything else as it was.
fn merged(before: Value, addition: Value) -> Value {
    match (before, addition) {
        (Value::Null, addition) => addition,
        (Value::Mapping(mut before), Value::Mapping(addition)) => {
            for (key, value) in addition {
                let old = before.remove(&key).unwrap_or_default();
                before.insert(key, merged(old, value));
            }
            Value::Mapping(before)
        }
        (before, _) => before,
    }
}
