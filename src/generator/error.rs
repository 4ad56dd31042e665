//! Why the generator stopped.

use std::path::PathBuf;

/// Why the generator stopped. Every text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum GeneratorError {
    /// The current directory holds no Loco app with a database.
    #[error("{0} was not found: run the command in the root of a Loco app that has a database")]
    NotAnApp(String),
    /// There is nothing to upgrade.
    #[error(
        "this app has no OAuth server yet: no file in migration/src uses OAuthServerMigration\n\
         Run the command without --upgrade."
    )]
    NothingToUpgrade,
    /// The users entity is not where it was looked for.
    #[error(
        "no users model at {path} (looked for {files})\n\
         Name the module of your users entity: \
         cargo loco generate oauth-server --users crate::models::_entities::accounts\n\
         An app without users gets them from `loco new` with a database, or `cargo loco generate model`."
    )]
    NoUsers {
        /// Module path.
        path: String,
        /// Files that could have been it.
        files: String,
    },
    /// The primary key of the users entity is not of a type that the plugin can refer to.
    #[error(
        "{file}: the primary key of the users could not be read ({found})\n\
         It must be one column of type i32, i64 or Uuid; name the type with --user-key"
    )]
    UserKey {
        /// File of the users entity.
        file: String,
        /// What was found.
        found: String,
    },
    /// A manifest that is no TOML.
    #[error("{file}: {source}")]
    Manifest {
        /// File name.
        file: String,
        /// What TOML says.
        source: toml_edit::TomlError,
    },
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// File name.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Some edits had no place; nothing was written.
    #[error("Nothing was written: {0} edit(s) found no place. Add the lines above by hand.")]
    Misfits(usize),
    /// Some generated files were edited and not overwritten.
    #[error(
        "{0} edited file(s) were left alone. See what is new with --dry-run --force, overwrite with --force."
    )]
    Refused(usize),
}
