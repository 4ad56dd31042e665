//! Rust source as text: enough understanding to find a function, its parameters and its body
//! without losing a comment or a blank line.

use std::ops::Range;

/// `text` with comments and the insides of strings blanked out, byte for byte in place, so that
/// braces and words found in it are code.
pub fn mask(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut masked = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = at + skipped_length(&bytes[at..], at.checked_sub(1).map(|i| bytes[i]));
        for byte in &mut masked[at..end] {
            if *byte != b'\n' && *byte != b'\r' {
                *byte = b' ';
            }
        }
        at = end.max(at + 1);
    }
    // Only whole comments and literals were replaced, so this is the text's own encoding still.
    String::from_utf8(masked).unwrap_or_else(|_| text.to_owned())
}

/// Length of the comment or literal that `rest` begins with, 0 when it begins with code.
fn skipped_length(rest: &[u8], before: Option<u8>) -> usize {
    match rest {
        [b'/', b'/', ..] => rest
            .iter()
            .position(|&byte| byte == b'\n')
            .unwrap_or(rest.len()),
        [b'/', b'*', ..] => block_comment_length(rest),
        [b'"', ..] => string_length(rest),
        [b'r', b'"' | b'#', ..] if !before.is_some_and(is_word_byte) => raw_string_length(rest),
        [b'\'', b'\\', ..] => 2 + closing(&rest[2..], b'\''),
        [b'\'', _, b'\'', ..] => 3,
        _ => 0,
    }
}

fn block_comment_length(rest: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

fn string_length(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn raw_string_length(rest: &[u8]) -> usize {
    let hashes = rest[1..].iter().take_while(|&&byte| byte == b'#').count();
    if rest.get(1 + hashes) != Some(&b'"') {
        return 0; // a raw identifier
    }
    let mut end = vec![b'"'];
    end.resize(1 + hashes, b'#');
    let body = 2 + hashes;
    rest[body..]
        .windows(end.len())
        .position(|window| window == end)
        .map_or(rest.len(), |at| body + at + end.len())
}

/// Bytes up to and including `close`.
fn closing(rest: &[u8], close: u8) -> usize {
    rest.iter()
        .skip(1)
        .position(|&byte| byte == close)
        .map_or(rest.len(), |at| at + 2)
}

const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Every place where `word` stands alone in `code`.
pub fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |&at| {
            let before = at.checked_sub(1).map(|i| bytes[i]);
            let after = bytes.get(at + word.len()).copied();
            !before.is_some_and(is_word_byte) && !after.is_some_and(is_word_byte)
        })
}

/// The bracket that closes the one at `open`.
pub fn matching(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// A function in a source text.
#[derive(Debug)]
pub struct Function {
    /// From the name to the closing brace.
    pub span: Range<usize>,
    /// Names of the parameters that have a type.
    pub parameters: Vec<String>,
    /// Between the braces.
    pub body: Range<usize>,
}

/// Finds `fn name(…) … { … }` in masked code.
pub fn function(code: &str, name: &str) -> Option<Function> {
    let start = words(code, name).find(|&at| code[..at].trim_end().ends_with("fn"))?;
    let open = start + code[start..].find('(')?;
    let close = matching(code, open)?;
    let brace = close + code[close..].find(['{', ';'])?;
    if code.as_bytes()[brace] != b'{' {
        return None;
    }
    let end = matching(code, brace)?;
    Some(Function {
        span: start..end,
        parameters: parameter_names(&code[open + 1..close]),
        body: brace + 1..end,
    })
}

fn parameter_names(list: &str) -> Vec<String> {
    top_level_items(list)
        .filter_map(|parameter| parameter.split_once(':'))
        .map(|(name, _)| name.trim().trim_start_matches("mut ").trim().to_owned())
        .collect()
}

/// The items of a comma-separated list, brackets of all kinds respected.
fn top_level_items(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    list.split(move |character| {
        match character {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth -= 1,
            _ => {}
        }
        character == ',' && depth == 0
    })
}
