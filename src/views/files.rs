//! The files behind the pages: those compiled in, and those of the app.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use include_dir::{Dir, include_dir};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/oauth_server");

/// Name of the stylesheet.
const STYLESHEET: &str = "oauth.css";

/// A set of files, sorted by their purpose.
#[derive(Default)]
pub(super) struct Files {
    /// Pages, layout and partials by file name, such as `login.html`.
    pub(super) templates: BTreeMap<String, String>,
    /// Message files by language tag.
    pub(super) texts: BTreeMap<String, String>,
    /// Text of the stylesheet.
    pub(super) stylesheet: Option<String>,
    /// Files that could not be read, with the reason.
    pub(super) unreadable: Vec<String>,
}

/// Marks of all files, which differ when a file is changed, added or removed.
pub(super) type Fingerprint = Vec<FileMark>;

/// A file with its size and time of change.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileMark {
    path: PathBuf,
    size: u64,
    changed_at: Option<SystemTime>,
}

impl Files {
    /// Returns the files compiled into the crate.
    pub(super) fn shipped() -> Self {
        let mut files = Self::default();
        for file in SHIPPED.files().chain(SHIPPED.dirs().flat_map(Dir::files)) {
            if let (Some(name), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
                files.add(name, text.to_owned());
            }
        }
        files
    }

    /// The app's files, none when it has no such directory.
    pub(super) fn of_app(dir: &Path) -> Self {
        let mut files = Self::default();
        for FileMark { path, .. } in fingerprint(dir) {
            let Some(name) = name_below(dir, &path) else {
                continue;
            };
            match fs::read_to_string(&path) {
                Ok(text) => files.add(&name, text),
                Err(error) => files.unreadable.push(format!("{name}: {error}")),
            }
        }
        files
    }

    fn add(&mut self, name: &str, text: String) {
        let language = name
            .strip_prefix("i18n/")
            .and_then(|file| file.strip_suffix(".ftl"));
        if let Some(tag) = language {
            self.texts.insert(tag.to_owned(), text);
        } else if name == STYLESHEET {
            self.stylesheet = Some(text);
        } else if is_template(name) {
            self.templates.insert(name.to_owned(), text);
        }
    }
}

/// Lists every file below `dir` with size and time of change. It reads no contents.
pub(super) fn fingerprint(dir: &Path) -> Fingerprint {
    let mut found = Vec::new();
    // A directory that cannot be listed counts as empty, like one that does not exist.
    let _ = list(dir, &mut found);
    found.sort();
    found
}

fn list(dir: &Path, found: &mut Fingerprint) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let Ok(metadata) = fs::metadata(&path) else {
            continue;
        };
        if metadata.is_dir() {
            list(&path, found)?;
        } else {
            found.push(FileMark {
                path,
                size: metadata.len(),
                changed_at: metadata.modified().ok(),
            });
        }
    }
    Ok(())
}

/// Returns the name of a template: its path below the directory, with `/` on every system.
fn name_below(dir: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path
        .strip_prefix(dir)
        .ok()?
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    Some(parts?.join("/"))
}

/// Whether a file is a template. Tera escapes only `.html` names, so nothing else is one (PG-03).
/// Names below `builtin/` belong to the shipped pages.
fn is_template(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "html")
        && !name.starts_with("builtin/")
}
