//! Findings: mistakes in the settings, which are listed all at once.

use std::fmt;

/// One mistake in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Path of the key below `oauth_server`, for example `clients[0].redirect_uris[1]`.
    pub key: String,
    /// The mistake.
    pub problem: String,
    /// How to correct it.
    pub fix: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, problem, fix } = self;
        write!(f, "oauth_server: {key}: {problem} — {fix}")
    }
}

/// Error that the settings cannot be used. It lists every finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// The findings, at least one.
    pub findings: Vec<Finding>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}

/// Collects findings. Only the first finding about a key is kept: later ones would only follow from
/// it.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub fn add(
        &mut self,
        key: impl Into<String>,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let key = key.into();
        if !self.0.iter().any(|finding| finding.key == key) {
            let (problem, fix) = (problem.into(), fix.into());
            self.0.push(Finding { key, problem, fix });
        }
    }

    /// Whether something below `key` has a finding.
    pub fn any_below(&self, key: &str) -> bool {
        self.0.iter().any(|finding| {
            let rest = finding.key.strip_prefix(key);
            rest.is_some_and(|rest| rest.starts_with(['.', '[']))
        })
    }

    pub fn into_result<T>(self, value: T) -> Result<T, SettingsError> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(SettingsError { findings: self.0 })
        }
    }
}
