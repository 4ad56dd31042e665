//! `--views`: the shipped pages, stylesheet and English texts as files of the app.

use include_dir::{Dir, File, include_dir};

use super::{files::NewFile, stamp::Style};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Folder of the pages, in the crate's `templates/` and in the app's `assets/views/`.
const PAGES: &str = "oauth_server";

/// Copies of everything that a file of the app can override.
pub fn copies() -> Vec<NewFile> {
    let mut files = Vec::new();
    if let Some(pages) = TEMPLATES.get_dir(PAGES) {
        collect(pages, &mut files);
    }
    files
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
