//! The `key:value` pairs behind a task's name.

use loco_rs::task::Vars;

use crate::{boot, protocol::time::Seconds};

/// The `key:value` pairs of one command line, whose keys are all known.
#[derive(Clone, Copy)]
pub(super) struct Arguments<'a>(&'a Vars);

impl<'a> Arguments<'a> {
    /// Refuses keys that are neither in `known` nor `format`, and other formats than `json`.
    pub fn read(vars: &'a Vars, known: &[&str]) -> loco_rs::Result<Self> {
        let is_known = |key: &&String| known.contains(&key.as_str()) || *key == "format";
        if let Some(unknown) = vars.cli.keys().find(|key| !is_known(key)) {
            return Err(boot::error(format!(
                "unknown key {unknown}; the keys are {}, format",
                known.join(", ")
            )));
        }
        let arguments = Self(vars);
        match arguments.get("format") {
            None | Some("json") => Ok(arguments),
            Some(_) => Err(boot::error("format: json, or leave it out")),
        }
    }

    pub fn get(self, key: &str) -> Option<&'a str> {
        let value = self.0.cli.get(key).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// Returns the value of a key that must be there; `example` is shown if it is missing.
    pub fn required(self, key: &str, example: &str) -> loco_rs::Result<&'a str> {
        let missing = || boot::error(format!("{key} is missing: {key}:{example}"));
        self.get(key).ok_or_else(missing)
    }

    /// Returns the values of a key, which are separated by commas or spaces.
    pub fn list(self, key: &str) -> Option<Vec<String>> {
        let values = self.get(key)?.split([',', ' ']);
        let values = values.filter(|value| !value.is_empty());
        Some(values.map(str::to_owned).collect())
    }

    pub fn flag(self, key: &str) -> loco_rs::Result<Option<bool>> {
        match self.get(key) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(boot::error(format!("{key}: true or false"))),
        }
    }

    /// Returns the value of a key that is a whole number from 0 to `most`.
    pub fn number(self, key: &str, most: i64) -> loco_rs::Result<Option<i64>> {
        let Some(text) = self.get(key) else {
            return Ok(None);
        };
        let number = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.then(|| text.parse().ok()).flatten();
        match number {
            Some(number) if number <= most => Ok(Some(number)),
            _ => Err(boot::error(format!(
                "{key}: a whole number from 0 to {most}"
            ))),
        }
    }

    /// Returns the value of a key that is a whole number of seconds from 0 to `most`.
    pub fn seconds(self, key: &str, most: Seconds) -> loco_rs::Result<Option<Seconds>> {
        let number = self.number(key, most.get())?;
        Ok(number.map(Seconds::new))
    }

    /// Returns the value of a key that is one of these words.
    pub fn word(self, key: &str, words: &[&str]) -> loco_rs::Result<Option<&'a str>> {
        match self.get(key) {
            Some(word) if !words.contains(&word) => {
                Err(boot::error(format!("{key}: one of {}", words.join(", "))))
            }
            word => Ok(word),
        }
    }

    /// Whether `format:json` was given.
    pub fn wants_json(self) -> bool {
        self.get("format").is_some()
    }
}
