//! `--views`: the shipped pages, stylesheet and English texts as files of the app.

use std::path::Path;

use include_dir::{Dir, File, include_dir};

use super::{GeneratorError, files::NewFile, stamp::Style};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Folder of the pages, in the crate's `templates/` and in the app's `assets/views/`.
const PAGES: &str = "oauth_server";

/// Where the app has its own.
const FOLDER: &str = "assets/views/oauth_server";

/// Copies of everything that a file of the app can override.
pub fn copies() -> Vec<NewFile> {
    let mut files = Vec::new();
    if let Some(pages) = TEMPLATES.get_dir(PAGES) {
        collect(pages, &mut files);
    }
    files
}

/// Paths of the files with which the app overrides shipped ones, sorted.
///
/// # Errors
/// When the folder cannot be read.
pub fn of_app(root: &Path) -> Result<Vec<String>, GeneratorError> {
    let mut paths = Vec::new();
    for folder in [FOLDER.to_owned(), format!("{FOLDER}/i18n")] {
        let entries = match std::fs::read_dir(root.join(&folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(source) => {
                let path = root.join(&folder);
                return Err(GeneratorError::Io { path, source });
            }
        };
        let entries = entries.flatten().filter(|entry| entry.path().is_file());
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        paths.extend(names.map(|name| format!("{folder}/{name}")));
    }
    paths.sort();
    Ok(paths)
}

fn collect(folder: &Dir<'_>, files: &mut Vec<NewFile>) {
    files.extend(folder.files().filter_map(copy));
    for folder in folder.dirs() {
        collect(folder, files);
    }
}

/// `None` for a file that is no text, or a text in another language than English: those are few
/// lines that an app adds one by one.
fn copy(file: &File<'_>) -> Option<NewFile> {
    let path = file.path().to_str()?.replace('\\', "/");
    let style = match path.rsplit('.').next()? {
        "html" => Style::Template,
        "css" => Style::Css,
        "ftl" if path.ends_with("/en.ftl") => Style::Fluent,
        _ => return None,
    };
    let mut body = file.contents_utf8()?.to_owned();
    if !body.ends_with('\n') {
        body.push('\n');
    }
    Some(NewFile::new(format!("assets/views/{path}"), body, style))
}
