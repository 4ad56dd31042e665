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

/// A set of files, by what they are for.
#[derive(Default)]
pub(super) struct Files {
    /// Pages, layout and partials by name, `login.html`.
    pub(super) templates: BTreeMap<String, String>,
    /// Texts by language tag.
    pub(super) texts: BTreeMap<String, String>,
    /// The stylesheet.
    pub(super) stylesheet: Option<String>,
    /// Files that could not be read, with the reason.
    pub(super) unreadable: Vec<String>,
}

/// What changes when a file is changed, added or removed.
pub(super) type Fingerprint = Vec<FileMark>;

/// A file, with what changes when it is written.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileMark {
    path: PathBuf,
    size: u64,
    changed_at: Option<SystemTime>,
}

impl Files {
    /// The files compiled into the crate.
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

/// Every file below `dir` with size and time of change. Cheap: reads no contents.
pub(super) fn fingerprint(dir: &Path) -> Fingerprint {
    let mut found = Vec::new();
    // A directory that cannot be listed counts as empty, like one that is not there.
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

/// The name a template is called by: its path below the directory, with `/` on every system.
fn name_below(dir: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path
        .strip_prefix(dir)
        .ok()?
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    Some(parts?.join("/"))
}

/// Only `.html` names are escaped by Tera, so nothing else is a template (PG-03). The shipped
/// pages keep the names below `builtin/`.
fn is_template(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "html")
        && !name.starts_with("builtin/")
}
