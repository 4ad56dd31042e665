//! One file on its way from its old text to its new one.

/// An edit that found no place: the lines to add by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// File, relative to the app.
    pub file: String,
    /// What was looked for.
    pub wanted: String,
    /// What to add.
    pub lines: String,
}

/// What was looked for, and the lines to add when it is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What was looked for, in words.
    pub wanted: String,
    /// What to add.
    pub lines: String,
}

impl Missing {
    /// Pairs the place with the lines.
    pub fn new(wanted: impl Into<String>, lines: impl Into<String>) -> Self {
        Self {
            wanted: wanted.into(),
            lines: lines.into(),
        }
    }
}

/// The new text (the old one when nothing is to do), or what is missing.
pub type Edited = Result<String, Missing>;

/// A file that several edits pass through, each independent of the failure of another.
pub struct Draft {
    file: String,
    text: String,
    misfits: Vec<Misfit>,
}

impl Draft {
    /// Begins with the text of `file`.
    pub fn new(file: &str, text: &str) -> Self {
        Self {
            file: file.to_owned(),
            text: text.to_owned(),
            misfits: Vec::new(),
        }
    }

    /// Applies one edit.
    #[must_use]
    pub fn then(mut self, edit: impl FnOnce(&str) -> Edited) -> Self {
        match edit(&self.text) {
            Ok(text) => self.text = text,
            Err(missing) => self.misfits.push(Misfit {
                file: self.file.clone(),
                wanted: missing.wanted,
                lines: missing.lines,
            }),
        }
        self
    }

    /// The new text and what found no place.
    pub fn finish(self) -> Finished {
        Finished {
            text: self.text,
            misfits: self.misfits,
        }
    }
}

/// A file after its edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The new text.
    pub text: String,
    /// What found no place.
    pub misfits: Vec<Misfit>,
}

/// The line ending that a text uses.
pub fn line_ending(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// `text` with `lines` inserted at byte `at`, in the line endings of `text`.
pub fn insert(text: &str, at: usize, lines: &str) -> String {
    let lines = lines.replace('\n', line_ending(text));
    let (before, after) = text.split_at(at);
    format!("{before}{lines}{after}")
}

/// Start of the line that byte `at` lies in.
pub fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The white space that the line of byte `at` begins with.
pub fn indent_at(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..];
    let width = line.len() - line.trim_start_matches([' ', '\t']).len();
    &line[..width]
}
