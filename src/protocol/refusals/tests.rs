use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{all, document, offer};

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![root.join("src")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                let name = path.strip_prefix(root).unwrap().display().to_string();
                found.push((name, code.to_owned()));
            }
        }
    }
    found.retain(|(name, _)| !name.starts_with("src/protocol/refusals/"));
    found
}

#[test]
fn s_d1_every_row_is_used() {
    let sources = sources();
    for refusal in all() {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        let used = sources
            .iter()
            .any(|(_, code)| code.split(|c| !word(c)).any(|found| found == refusal.name));
        assert!(used, "{} is used nowhere", refusal.name);
    }
}

/// A refusal that is not in the table has no words for the operator.
#[test]
fn s_d1_no_refusal_is_written_outside_of_the_table() {
    for (name, code) in sources() {
        let by_hand = code
            .split("OAuthError::")
            .skip(1)
            .filter(|rest| !rest.starts_with("of(") && !rest.starts_with("from("))
            .filter(|rest| rest.split_once('(').is_some_and(|(call, _)| is_name(call)))
            .count();
        assert_eq!(by_hand, 0, "{name} writes refusals by hand");
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[test]
fn s_d1_names_are_unique() {
    let mut names = BTreeSet::new();
    for refusal in all() {
        assert!(names.insert(refusal.name), "{} twice", refusal.name);
    }
}

/// RFC 6749 §5.2, §29.1.
#[test]
fn s_d5_what_a_client_reads_fits_into_an_answer() {
    for refusal in all() {
        let fits = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        assert!(refusal.client.bytes().all(fits), "{}", refusal.name);
        let length = refusal.client.len();
        assert!((8..=200).contains(&length), "{}: {length}", refusal.name);
        assert!(!refusal.client.ends_with('.'), "{}", refusal.name);
    }
}

/// Nothing is left empty, and what to do is an action.
#[test]
fn s_d8_every_row_says_what_was_wrong_what_is_expected_and_what_to_do() {
    for refusal in all() {
        for sentence in [refusal.problem, refusal.fix] {
            assert!(sentence.len() > 15, "{}: {sentence}", refusal.name);
            assert!(sentence.ends_with('.'), "{}: {sentence}", refusal.name);
            let upper = sentence.starts_with(|c: char| c.is_ascii_uppercase());
            assert!(upper, "{}: {sentence}", refusal.name);
        }
        assert!(!refusal.expected.is_empty(), "{}", refusal.name);
        assert!(!refusal.expected.ends_with('.'), "{}", refusal.name);
        assert!(!refusal.standard.is_empty(), "{}", refusal.name);
        assert_ne!(refusal.problem, refusal.fix, "{}", refusal.name);
    }
}

#[test]
fn s_d1_the_documentation_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/refusals.md");
    let made = document();
    if std::env::var_os("UPDATE_REFUSALS").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == made,
        "docs/refusals.md is not the table: run with UPDATE_REFUSALS=1"
    );
}

#[test]
fn s_d5_what_is_offered_is_named_as_far_as_it_has_room() {
    assert_eq!(offer("No", &["a", "b"]), "No; offered: a, b");
    assert_eq!(offer("No", &[]), "No; offered: none");
    assert_eq!(offer("No", &["a\"b", "é", "c"]), "No; offered: c");
    let many = ["https://api.example/a-long-path"; 20];
    let told = offer("The resource is not known", &many);
    assert!(told.len() <= 200, "{told}");
    assert!(told.ends_with(", ..."), "{told}");
    assert!(offer("No", &["x".repeat(300).as_str()]).len() <= 200);
}
