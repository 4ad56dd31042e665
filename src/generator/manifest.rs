//! Edits to `Cargo.toml` and `migration/Cargo.toml`. Comments and order stay.

use std::str::FromStr;

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::GeneratorError;

/// The plugin's crate.
const PLUGIN: &str = "loco-oauth-server";
/// The crate with its migrations.
const MIGRATION: &str = "loco-oauth-server-migration";
/// Tables that `cargo loco db entities` leaves alone: their entities come from the derive.
const TABLES: [&str; 8] = [
    "oauth_clients",
    "oauth_authorization_states",
    "oauth_authorization_codes",
    "oauth_access_tokens",
    "oauth_refresh_tokens",
    "oauth_consents",
    "oauth_sessions",
    "oauth_ephemerals",
];
/// What the generated test uses besides Loco, as the starters have it.
const TEST_CRATES: [(&str, &str, &[&str]); 2] = [
    ("insta", "1.34", &["redactions", "yaml", "filters"]),
    ("serial_test", "3.1.1", &[]),
];

/// The app's `Cargo.toml`.
pub struct Manifest {
    document: DocumentMut,
}

impl Manifest {
    /// Parses the manifest.
    ///
    /// # Errors
    /// When it is no TOML.
    pub fn parse(file: &str, text: &str) -> Result<Self, GeneratorError> {
        let document = DocumentMut::from_str(text).map_err(|source| GeneratorError::Manifest {
            file: file.to_owned(),
            source,
        })?;
        Ok(Self { document })
    }

    /// Name of the library crate as other code writes it.
    #[must_use]
    pub fn crate_name(&self) -> Option<String> {
        let name = |table: &str| self.document.get(table)?.get("name")?.as_str();
        name("lib")
            .or_else(|| name("package"))
            .map(|name| name.replace('-', "_"))
    }

    /// The edition, for rustfmt.
    #[must_use]
    pub fn edition(&self) -> &str {
        self.document
            .get("package")
            .and_then(|package| package.get("edition"))
            .and_then(Item::as_str)
            .unwrap_or("2021")
    }

    /// Where the app takes the plugin from.
    #[must_use]
    pub fn source(&self) -> Source {
        let own = self.dependency("dependencies");
        Source {
            root: own.map_or_else(published, source_keys),
            explicit: match own {
                Some(item) if inherits(item) => self
                    .document
                    .get("workspace")
                    .and_then(|workspace| workspace.get("dependencies"))
                    .and_then(|dependencies| dependencies.get(PLUGIN))
                    .map_or_else(published, source_keys),
                Some(item) => source_keys(item),
                None => published(),
            },
        }
    }

    fn dependency(&self, table: &str) -> Option<&Item> {
        self.document.get(table)?.get(PLUGIN)
    }

    /// The app's manifest with dependency, dev-dependency, ignored tables and profile.
    #[must_use]
    pub fn with_plugin(&self) -> String {
        let source = self.source();
        let mut document = self.document.clone();
        add(&mut document, "dependencies", PLUGIN, source.root.clone());
        let testing = with_features(source.root, &["testing"]);
        add(&mut document, "dev-dependencies", PLUGIN, testing);
        for (name, version, features) in TEST_CRATES {
            let test_crate = with_features(versioned(version), features);
            add(&mut document, "dev-dependencies", name, test_crate);
        }
        ignore_tables(&mut document);
        optimise(&mut document);
        document.to_string()
    }

    /// The migration crate's manifest with the plugin's migrations.
    #[must_use]
    pub fn with_migrations(&self, source: &Source) -> String {
        let mut document = self.document.clone();
        add(
            &mut document,
            "dependencies",
            MIGRATION,
            source.of_migrations(),
        );
        document.to_string()
    }
}

/// The keys of a dependency that say where it comes from.
pub struct Source {
    /// As written in the app's manifest.
    root: InlineTable,
    /// The same without `workspace = true`, which other manifests might not resolve.
    explicit: InlineTable,
}

impl Source {
    /// The migration crate lies beside the plugin, one folder deeper; the app's migration crate is
    /// one folder deeper, too.
    fn of_migrations(&self) -> InlineTable {
        let mut keys = self.explicit.clone();
        let path = keys.get("path").and_then(Value::as_str).map(|path| {
            let path = path.trim_end_matches('/');
            if std::path::Path::new(path).is_absolute() {
                format!("{path}/migration")
            } else {
                format!("../{path}/migration")
            }
        });
        if let Some(path) = path {
            keys.insert("path", path.into());
        }
        keys
    }
}

const SOURCE_KEYS: [&str; 8] = [
    "workspace",
    "version",
    "path",
    "git",
    "branch",
    "tag",
    "rev",
    "registry",
];

fn source_keys(dependency: &Item) -> InlineTable {
    if let Some(version) = dependency.as_str() {
        return versioned(version);
    }
    let mut keys = InlineTable::new();
    for key in SOURCE_KEYS {
        if let Some(value) = dependency.get(key).and_then(Item::as_value) {
            keys.insert(key, value.clone().decorated("", ""));
        }
    }
    keys
}

fn inherits(dependency: &Item) -> bool {
    dependency.get("workspace").and_then(Item::as_bool) == Some(true)
}

fn published() -> InlineTable {
    let version = env!("CARGO_PKG_VERSION");
    versioned(version.rsplit_once('.').map_or(version, |(minor, _)| minor))
}

fn versioned(version: &str) -> InlineTable {
    let mut keys = InlineTable::new();
    keys.insert("version", version.into());
    keys
}

fn with_features(mut keys: InlineTable, features: &[&str]) -> InlineTable {
    if !features.is_empty() {
        let features: Array = features.iter().copied().collect();
        keys.insert("features", Value::Array(features));
    }
    keys
}

/// Adds a dependency unless it is there.
fn add(document: &mut DocumentMut, table: &str, name: &str, mut keys: InlineTable) {
    let entry = document
        .entry(table)
        .or_insert_with(|| Item::Table(Table::new()));
    let Some(dependencies) = entry.as_table_like_mut() else {
        return;
    };
    if !dependencies.contains_key(name) {
        keys.fmt();
        dependencies.insert(name, Item::Value(Value::InlineTable(keys)));
    }
}

/// `[package.metadata.db.entity] ignore-tables`, a comma-separated text that Loco reads.
fn ignore_tables(document: &mut DocumentMut) {
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for key in ["package", "metadata", "db", "entity"] {
        let entry = table.entry(key).or_insert_with(|| {
            let mut new = Table::new();
            new.set_implicit(key != "entity");
            Item::Table(new)
        });
        let Some(next) = entry.as_table_like_mut() else {
            return;
        };
        table = next;
    }
    let ignored = table.get("ignore-tables").and_then(Item::as_str);
    let mut names: Vec<&str> = ignored
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let new: Vec<&str> = TABLES
        .into_iter()
        .filter(|name| !names.contains(name))
        .collect();
    if new.is_empty() {
        return;
    }
    names.extend(new);
    let names = Value::from(names.join(","));
    match table.get_mut("ignore-tables") {
        Some(item) => *item = Item::Value(names),
        None => {
            table.insert("ignore-tables", Item::Value(names));
        }
    }
}

/// What a debug build cannot do without optimisation in the time that a person waits: a login would
/// take seconds, and the first start, which makes an RSA key, longer.
const OPTIMISED: [&str; 4] = ["argon2", "blake2", "num-bigint-dig", "sha2"];

/// Above the first of [`OPTIMISED`].
const PROFILE_COMMENT: &str = "
# Password hashing and the OAuth server's RSA key: unusably slow in a debug build without optimisation.
";

/// Cargo reads profiles from the workspace's root only, which the starters are.
fn optimise(document: &mut DocumentMut) {
    if !document.contains_key("workspace") {
        return;
    }
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for key in ["profile", "dev", "package"] {
        let entry = table.entry(key).or_insert_with(|| {
            let mut new = Table::new();
            new.set_implicit(true);
            Item::Table(new)
        });
        let Some(next) = entry.as_table_like_mut() else {
            return;
        };
        table = next;
    }
    let mut comment = PROFILE_COMMENT;
    for name in OPTIMISED {
        if table.contains_key(name) {
            continue;
        }
        let mut package = Table::new();
        package.decor_mut().set_prefix(std::mem::take(&mut comment));
        package.insert("opt-level", Item::Value(3.into()));
        table.insert(name, Item::Table(package));
    }
}
