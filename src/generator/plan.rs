//! All changes of one run, computed before the first one is written.

use std::path::Path;

use similar::TextDiff;

use super::{GeneratorError, Misfit};

/// A file and its text before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Path relative to the app.
    pub path: String,
    /// The text on disk, `None` for a new file.
    pub before: Option<String>,
    /// The text to be written.
    pub after: String,
}

/// A generated file that is not written again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Path relative to the app.
    pub path: String,
    /// Whether the generator would have written something new.
    pub refused: bool,
}

/// All changes of one run.
#[derive(Debug, Default)]
pub struct Plan {
    /// Files that change.
    pub changes: Vec<Change>,
    /// Files that the developer edited and that stay.
    pub kept: Vec<Kept>,
    /// Edits without a place; when there is one, nothing is written.
    pub misfits: Vec<Misfit>,
    /// What the developer should look at.
    pub notes: Vec<String>,
}

impl Plan {
    /// Whether there is nothing to write.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.misfits.is_empty()
    }

    /// All changes as unified diffs.
    #[must_use]
    pub fn diff(&self) -> String {
        self.changes.iter().map(Change::diff).collect()
    }

    /// Writes all files, or none when an edit had no place.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn write(&self, root: &Path) -> Result<(), GeneratorError> {
        if !self.misfits.is_empty() {
            return Ok(());
        }
        for change in &self.changes {
            let path = root.join(&change.path);
            let folder = path.parent().unwrap_or(root);
            std::fs::create_dir_all(folder)
                .and_then(|()| std::fs::write(&path, &change.after))
                .map_err(|source| GeneratorError::Io { path, source })?;
        }
        Ok(())
    }

    /// Whether the run succeeded.
    ///
    /// # Errors
    /// When nothing was written, or an edited file was left alone although there is a newer one.
    pub fn into_result(self) -> Result<(), GeneratorError> {
        let refused = self.kept.iter().filter(|kept| kept.refused).count();
        match (self.misfits.len(), refused) {
            (0, 0) => Ok(()),
            (0, refused) => Err(GeneratorError::Refused(refused)),
            (misfits, _) => Err(GeneratorError::Misfits(misfits)),
        }
    }
}

impl Change {
    /// The change as a unified diff.
    #[must_use]
    pub fn diff(&self) -> String {
        let before = self.before.as_deref().unwrap_or_default();
        let old = match self.before {
            Some(_) => format!("a/{}", self.path),
            None => "/dev/null".to_owned(),
        };
        TextDiff::from_lines(before, &self.after)
            .unified_diff()
            .header(&old, &format!("b/{}", self.path))
            .to_string()
    }
}

/// Text of a file of the app, `None` when there is no such file.
///
/// # Errors
/// When it is there and cannot be read.
pub fn read(root: &Path, file: &str) -> Result<Option<String>, GeneratorError> {
    let path = root.join(file);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(GeneratorError::Io { path, source }),
    }
}

/// Text of a file that every Loco app with a database has.
///
/// # Errors
/// When it is not there.
pub fn required(root: &Path, file: &str) -> Result<String, GeneratorError> {
    read(root, file)?.ok_or_else(|| GeneratorError::NotAnApp(file.to_owned()))
}
