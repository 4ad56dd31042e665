//! Edits to files that list modules: `src/models/mod.rs`, `tests/requests/mod.rs`,
//! `migration/src/lib.rs`.

use super::{
    edit::{Draft, Edited, Finished, Missing, indent_at, insert, line_start},
    source::mask,
};

/// Adds a module line such as `pub mod oauth_server;`, in alphabetical order among the others.
///
/// # Errors
/// Never; an empty file gets its first line.
pub fn declare(text: &str, line: &str) -> Edited {
    let code = mask(text);
    let Some(name) = module_name(line) else {
        return Ok(text.to_owned());
    };
    let declared: Vec<(usize, &str)> = module_lines(&code).collect();
    if declared.iter().any(|(_, other)| *other == name) {
        return Ok(text.to_owned());
    }
    let next = declared.iter().find(|(_, other)| *other > name);
    Ok(match (next, declared.last()) {
        (Some((at, _)), _) => insert(text, *at, &format!("{line}\n")),
        (None, Some((at, _))) => below(text, *at, line),
        (None, None) => below(text, text.len(), line),
    })
}

/// The offsets and names of the modules declared at the left margin.
fn module_lines(code: &str) -> impl Iterator<Item = (usize, &str)> {
    std::iter::once(0)
        .chain(code.match_indices('\n').map(|(at, _)| at + 1))
        .filter_map(|at| {
            let line = code[at..].lines().next()?;
            Some((at, module_name(line)?))
        })
}

fn module_name(line: &str) -> Option<&str> {
    let line = line.trim_end().strip_suffix(';')?;
    let line = line.strip_prefix("pub ").unwrap_or(line);
    line.strip_prefix("mod ").map(str::trim)
}

/// `text` with a line of its own below the line at `at`.
fn below(text: &str, at: usize, line: &str) -> String {
    match text[at..].find('\n') {
        Some(end) => insert(text, at + end + 1, &format!("{line}\n")),
        None if text.is_empty() => format!("{line}\n"),
        None => insert(text, text.len(), &format!("\n{line}\n")),
    }
}

/// Registers a migration in `migration/src/lib.rs`: the module, and the entry above Loco's anchor.
#[must_use]
pub fn register_migration(text: &str, module: &str) -> Finished {
    Draft::new("migration/src/lib.rs", text)
        .then(|text| declare(text, &format!("mod {module};")))
        .then(|text| list_migration(text, module))
        .finish()
}

fn list_migration(text: &str, module: &str) -> Edited {
    let entry = format!("Box::new({module}::Migration),");
    if mask(text).contains(entry.trim_end_matches(',')) {
        return Ok(text.to_owned());
    }
    let anchor = text
        .find("// inject-above")
        .ok_or_else(|| Missing::new("the comment `// inject-above`", &entry))?;
    let indent = indent_at(text, anchor).to_owned();
    Ok(insert(
        text,
        line_start(text, anchor),
        &format!("{indent}{entry}\n"),
    ))
}
