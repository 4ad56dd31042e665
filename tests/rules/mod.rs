//! Whoever has only this repository can look up every reference in it: the id of a rule is an
//! entry of `docs/rules.md`, and a section is one of a standard that is named before it.

mod entries;
mod ids;
mod sections;
mod sources;

use std::collections::{BTreeMap, BTreeSet};

use self::{
    entries::{Entry, entries},
    sources::sources,
};

/// The list of rules.
const RULES: &str = "docs/rules.md";

/// An id or a section, and where it stands: `path:line`.
struct Mention {
    place: String,
    text: String,
}

/// Every id that the repository names outside of the list of rules.
fn mentions() -> Vec<Mention> {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.name != RULES) {
        for line in source.lines() {
            let ids = ids::in_text(line.text).into_iter();
            let ids = ids.chain(ids::of_test(line.text));
            found.extend(ids.map(|text| Mention {
                place: format!("{}:{}", source.name, line.number),
                text,
            }));
        }
    }
    found
}

#[test]
fn every_rule_that_is_named_has_one_entry_and_every_entry_is_named() {
    let mut wrong = Vec::new();
    let mut listed = BTreeMap::new();
    for Entry { place, id, .. } in entries() {
        if let Some(first) = listed.insert(id.clone(), place.clone()) {
            wrong.push(format!("{place}: {id} is at {first} already; keep one"));
        }
    }
    let mentions = mentions();
    for Mention { place, text: id } in &mentions {
        if !listed.contains_key(id) {
            wrong.push(format!(
                "{place}: {id} is not in {RULES}; name the rule that is meant, or describe this \
                 one there"
            ));
        }
    }
    let named: BTreeSet<&String> = mentions.iter().map(|mention| &mention.text).collect();
    for (id, place) in listed.iter().filter(|(id, _)| !named.contains(id)) {
        wrong.push(format!(
            "{place}: nothing names {id}; remove the entry, or name it where the rule is applied"
        ));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_entry_is_one_sentence() {
    for entry in entries() {
        let Entry {
            place,
            id,
            sentence,
            ..
        } = &entry;
        let whole = sentence.len() > 20 && sentence.ends_with('.') && !sentence.contains(". ");
        let upper = sentence.starts_with(|first: char| !first.is_lowercase());
        assert!(whole && upper, "{place}: {id} is not one whole sentence");
        let named = !entry.standard.ends_with('.');
        assert!(named, "{place}: a standard of {id} is no sentence");
    }
}

#[test]
fn every_section_is_one_of_a_standard_that_is_named() {
    let mut wrong = Vec::new();
    for source in sources() {
        for Mention { place, text } in sections::bare(&source) {
            wrong.push(format!(
                "{place}: nobody can tell what text {text} is a section of; write the name of the \
                 standard before it, or the id of a rule of {RULES}, or what is meant"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
