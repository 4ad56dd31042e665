//! The files that are the generator's own, from `templates/generator/`.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::{GeneratorError, plan::read, stamp::Style, users::Users};

/// Newest version of the plugin's tables.
pub const MIGRATION_VERSION: u32 = 2;

const MODEL: &str = include_str!("../../templates/generator/model.rs.t");
const MIGRATION: &str = include_str!("../../templates/generator/migration.rs.t");
const REQUEST_TEST: &str = include_str!("../../templates/generator/request_test.rs.t");
const FLOWS_TEST: &str = include_str!("../../templates/generator/flows_test.rs.t");

/// Snapshots of the generated test, by name.
const SNAPSHOTS: &[(&str, &str)] = &[
    (
        "oauth_metadata",
        include_str!("../../templates/generator/snapshots/oauth_metadata.snap"),
    ),
    (
        "oauth_tokens",
        include_str!("../../templates/generator/snapshots/oauth_tokens.snap"),
    ),
    (
        "oauth_userinfo",
        include_str!("../../templates/generator/snapshots/oauth_userinfo.snap"),
    ),
    (
        "oauth_revoked",
        include_str!("../../templates/generator/snapshots/oauth_revoked.snap"),
    ),
];

/// A file to be written as a whole, without its stamp.
pub struct NewFile {
    /// Path relative to the app.
    pub path: String,
    /// Text.
    pub body: String,
    /// How its stamp is written.
    pub style: Style,
}

impl NewFile {
    /// A file with this text.
    pub fn new(path: impl Into<String>, body: impl Into<String>, style: Style) -> Self {
        Self {
            path: path.into(),
            body: body.into(),
            style,
        }
    }
}

/// `src/models/oauth_server.rs`.
pub fn model(users: &Users) -> NewFile {
    let body = MODEL
        .replace("__USE_USERS__", &use_as_users(&users.module))
        .replace("__USERS_METHODS__", &users.methods)
        .replace("__ATTRIBUTES__", &derive_attributes(users))
        .replace("__KEY__", &users.key)
        .replace("__KEY_COLUMN__", &users.key_column);
    NewFile::new("src/models/oauth_server.rs", body, Style::Rust)
}

/// `use …::users;`, or the app's own entity under that name.
fn use_as_users(module: &str) -> String {
    if module.ends_with("::users") {
        format!("use {module};")
    } else {
        format!("use {module} as users;")
    }
}

fn derive_attributes(users: &Users) -> String {
    let users_attribute = format!("users = \"{}\"", users.module);
    let column = pascal_case(&users.key_column);
    std::iter::once(users_attribute)
        .chain(key_attributes(users, &column, "Id"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// What differs from the derives' defaults.
fn key_attributes<'a>(
    users: &'a Users,
    column: &'a str,
    default_column: &'a str,
) -> impl Iterator<Item = String> + 'a {
    [
        ("user_key", users.key.as_str(), "i64"),
        ("user_key_column", column, default_column),
        ("users_table", &users.table, "users"),
    ]
    .into_iter()
    .filter(|(_, value, default)| value != default)
    .map(|(key, value, _)| format!("{key} = \"{value}\""))
}

/// SeaORM's name for a column's variant.
fn pascal_case(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .into_iter()
                .flat_map(char::to_uppercase)
                .chain(letters)
        })
        .collect()
}

/// One version of the plugin's tables as a migration of the app.
pub struct Migration {
    /// Name of file, module and migration.
    pub module: String,
    /// The file; `None` = the app has it. It may have run, and is never written again.
    pub file: Option<NewFile>,
}

/// The migrations of all versions. A new one has what the app wrote into the attributes of an earlier one, such as the
/// prefix of its tables.
///
/// # Errors
/// When the folder cannot be read.
pub fn migrations(
    root: &Path,
    users: &Users,
    now: DateTime<Utc>,
) -> Result<Vec<Migration>, GeneratorError> {
    let existing = existing_migrations(root)?;
    let inherited = existing.iter().find_map(|(_, text)| attributes(text));
    let new = (1..=MIGRATION_VERSION).map(|version| {
        let found = existing
            .iter()
            .find(|(_, text)| named_version(text) == Some(version));
        if let Some((module, _)) = found {
            return Migration {
                module: module.clone(),
                file: None,
            };
        }
        let column = users.key_column.as_str();
        let own = || key_attributes(users, column, "id").collect();
        let attributes = inherited.clone().unwrap_or_else(own);
        migration(module_name(version, now), version, attributes)
    });
    Ok(new.collect())
}

/// Whether the app has a migration of the plugin.
///
/// # Errors
/// When the folder cannot be read.
pub fn has_migrations(root: &Path) -> Result<bool, GeneratorError> {
    Ok(!existing_migrations(root)?.is_empty())
}

/// The attributes of a migration that hold for every version: without name, version and the app's own columns, which
/// one version creates.
fn attributes(text: &str) -> Option<Vec<String>> {
    let (_, rest) = text.split_once("#[oauth_server_migration(")?;
    let mut all = vec![String::new()];
    let (mut depth, mut quoted) = (0_usize, false);
    for character in rest.chars() {
        match character {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth == 0 => break,
            ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                all.push(String::new());
                continue;
            }
            _ => {}
        }
        all.last_mut()?.push(character);
    }
    let all = all.into_iter().map(|one| one.trim().to_owned());
    let other = |one: &String| {
        let name = one.split(['=', '(']).next().unwrap_or_default().trim();
        !matches!(name, "" | "name" | "version" | "extra")
    };
    Some(all.filter(other).collect())
}

fn module_name(version: u32, now: DateTime<Utc>) -> String {
    let time = now.format("%Y%m%d_%H%M%S");
    match version {
        1 => format!("m{time}_oauth_server"),
        _ => format!("m{time}_oauth_server_v{version}"),
    }
}

fn migration(module: String, version: u32, attributes: Vec<String>) -> Migration {
    let named = [
        format!("name = \"{module}\""),
        format!("version = {version}"),
    ];
    let attributes = named
        .into_iter()
        .chain(attributes)
        .collect::<Vec<_>>()
        .join(", ");
    let body = MIGRATION
        .replace("__ATTRIBUTES__", &attributes)
        .replace("__VERSION__", &version.to_string());
    let path = format!("migration/src/{module}.rs");
    Migration {
        file: Some(NewFile::new(path, body, Style::Rust)),
        module,
    }
}

/// The `version = n` of a migration.
fn named_version(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("version = ")?;
    let digits = rest.split(|character: char| !character.is_ascii_digit());
    digits.into_iter().next()?.parse().ok()
}

/// Names and texts of the migrations that use the plugin's derive.
fn existing_migrations(root: &Path) -> Result<Vec<(String, String)>, GeneratorError> {
    let folder = root.join("migration/src");
    let entries = std::fs::read_dir(&folder).map_err(|source| GeneratorError::Io {
        path: folder,
        source,
    })?;
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(module) = name
            .strip_suffix(".rs")
            .filter(|name| name.starts_with('m'))
        else {
            continue;
        };
        let text = read(root, &format!("migration/src/{name}"))?.unwrap_or_default();
        if text.contains("OAuthServerMigration") {
            found.push((module.to_owned(), text));
        }
    }
    found.sort();
    Ok(found)
}

/// `tests/requests/oauth_server.rs` and its snapshots.
pub fn request_test(app_crate: &str, users: &Users) -> Vec<NewFile> {
    let body = for_app(REQUEST_TEST, app_crate, users);
    let test = NewFile::new("tests/requests/oauth_server.rs", body, Style::Rust);
    let snapshots = SNAPSHOTS.iter().map(|(name, body)| {
        let path = format!("tests/requests/snapshots/{name}@oauth_server.snap");
        NewFile::new(path, *body, Style::Snapshot)
    });
    std::iter::once(test).chain(snapshots).collect()
}

/// `--tests`: `tests/requests/oauth_server_flows.rs`.
pub fn flows_test(app_crate: &str, users: &Users) -> NewFile {
    let body = for_app(FLOWS_TEST, app_crate, users);
    NewFile::new("tests/requests/oauth_server_flows.rs", body, Style::Rust)
}

/// A test that imports the app and its users.
fn for_app(template: &str, app_crate: &str, users: &Users) -> String {
    let methods = users.methods.replacen("crate", app_crate, 1);
    template
        .replace("__USE_USERS__", &use_as_users(&methods))
        .replace("__APP__", app_crate)
}
