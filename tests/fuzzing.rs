//! The targets of `tests/fuzz` over their seeds, and over seeds with a few changes; `tests/fuzz/run`
//! goes on from there for as long as one likes.

use std::{
    collections::BTreeSet,
    fs,
    panic::catch_unwind,
    path::{Path, PathBuf},
};

use loco_oauth_server::fuzzing::{TARGETS, Target};
use proptest::{
    collection::vec,
    prelude::{Strategy, any},
    prop_oneof,
    sample::{Index, select},
    test_runner::{Config, TestRng, TestRunner},
};
use rstest::rstest;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz")
}

fn names(directory: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(directory)).unwrap();
    let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    entries.map(|entry| stem(entry.unwrap().path())).collect()
}

fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(root().join("corpus").join(target)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| (path.clone(), fs::read(path).unwrap());
    paths.into_iter().map(read).collect()
}

/// The words of the dictionary, which is in libFuzzer's format.
fn dictionary() -> Vec<Vec<u8>> {
    let text = fs::read_to_string(root().join("dictionary")).unwrap();
    let quoted = |line: &str| line.strip_prefix('"')?.strip_suffix('"').map(unescaped);
    text.lines().filter_map(quoted).collect()
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match (byte, byte == b'\\') {
            (_, true) => match rest.next().unwrap() {
                b'x' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                escaped => escaped,
            },
            (byte, false) => byte,
        });
    }
    bytes
}

#[test]
fn every_target_has_seeds_and_a_program() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("corpus"), targets);
    assert_eq!(names("fuzz_targets"), targets);
    for (name, _) in TARGETS {
        assert!(seeds(name).len() >= 5, "{name}");
    }
}

/// What fuzzing found stays a seed.
#[test]
fn every_seed() {
    for (name, target) in TARGETS {
        for (path, seed) in seeds(name) {
            let run = catch_unwind(|| target(&seed));
            assert!(run.is_ok(), "{name}: {}", path.display());
        }
    }
}

/// A change at one place: so many bytes go, others come.
#[derive(Clone, Debug)]
struct Edit {
    at: Index,
    gone: usize,
    new: New,
}

#[derive(Clone, Debug)]
enum New {
    Bytes(Vec<u8>),
    Word(Vec<u8>),
    /// So many bytes from the place in the same seed.
    Copy(Index, usize),
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let at = self.at.index(bytes.len() + 1);
        let new = match &self.new {
            New::Bytes(new) | New::Word(new) => new.clone(),
            New::Copy(from, length) => {
                let from = from.index(bytes.len() + 1);
                let end = bytes.len().min(from + length);
                bytes[from..end].to_vec()
            }
        };
        let end = bytes.len().min(at + self.gone);
        bytes.splice(at..end, new);
    }
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let new = prop_oneof![
        2 => vec(any::<u8>(), 0..3).prop_map(New::Bytes),
        4 => select(dictionary()).prop_map(New::Word),
        1 => (any::<Index>(), 1_usize..40).prop_map(|(from, length)| New::Copy(from, length)),
    ];
    let gone = prop_oneof![3 => 0_usize..4, 1 => 0_usize..30];
    let edit = (any::<Index>(), gone, new).prop_map(|(at, gone, new)| Edit { at, gone, new });
    vec(edit, 1..5)
}

/// Inputs per target; a long run sets more.
fn rounds() -> u32 {
    let rounds = std::env::var("FUZZ_ROUNDS").ok();
    rounds.and_then(|text| text.parse().ok()).unwrap_or(3000)
}

#[rstest]
fn seeds_with_changes(#[values(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)] number: usize) {
    let (name, target): Target = TARGETS[number];
    let seeds: Vec<Vec<u8>> = seeds(name).into_iter().map(|(_, seed)| seed).collect();
    let config = Config {
        cases: rounds(),
        failure_persistence: None,
        ..Config::default()
    };
    // The same inputs in every run.
    let algorithm = config.rng_algorithm;
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(algorithm));
    let input = (select(seeds), edits()).prop_map(|(mut seed, edits)| {
        for edit in &edits {
            edit.apply(&mut seed);
        }
        Input(seed)
    });
    let found = runner.run(&input, |Input(bytes)| {
        target(&bytes);
        Ok(())
    });
    assert!(found.is_ok(), "{name}: {}", found.unwrap_err());
}

/// Bytes that a failure shows as text.
#[derive(Clone)]
struct Input(Vec<u8>);

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}
