//! The databases of a measurement: made for it, copied, and dropped.

use std::{fs, path::PathBuf, process};

use sea_orm::sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use url::Url;

use crate::{Fault, options::DatabaseKind, options::Options, processes, workshop::Workshop};

/// A database.
#[derive(Clone, Debug)]
pub enum MeasuredDatabase {
    /// A file and what SQLite puts beside it.
    Sqlite {
        /// The file.
        file: PathBuf,
    },
    /// A database of a PostgreSQL server.
    Postgres {
        /// The server, with a database that exists.
        server: Url,
        /// Its name.
        name: String,
    },
}

impl MeasuredDatabase {
    /// Makes an empty database.
    ///
    /// # Errors
    /// When there is no PostgreSQL server, or it refuses.
    pub async fn create(
        kind: DatabaseKind,
        options: &Options,
        workshop: &Workshop,
    ) -> Result<Self, Fault> {
        match kind {
            DatabaseKind::Sqlite => Ok(Self::Sqlite {
                file: workshop.file("ours.sqlite"),
            }),
            DatabaseKind::Postgres => {
                let server = options.postgres.as_deref();
                let server = server.ok_or("TEST_POSTGRES_URL names no PostgreSQL server")?;
                let name = format!("speed_{}_ours", process::id());
                let database = Self::Postgres {
                    server: Url::parse(server)?,
                    name: name.clone(),
                };
                database.execute(format!("CREATE DATABASE {name}")).await?;
                Ok(database)
            }
        }
    }

    /// Copies a database that nobody uses.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub async fn copy(&self, suffix: &str) -> Result<Self, Fault> {
        match self {
            Self::Sqlite { file } => {
                let copy = file.with_file_name(format!("{suffix}.sqlite"));
                for part in ["", "-wal"] {
                    let from = PathBuf::from(format!("{}{part}", file.display()));
                    if from.exists() {
                        fs::copy(from, format!("{}{part}", copy.display()))?;
                    }
                }
                Ok(Self::Sqlite { file: copy })
            }
            Self::Postgres { server, name } => {
                let copy = format!("speed_{}_{suffix}", process::id());
                self.execute(format!("CREATE DATABASE {copy} TEMPLATE {name}"))
                    .await?;
                Ok(Self::Postgres {
                    server: server.clone(),
                    name: copy,
                })
            }
        }
    }

    /// Drops the database, whoever uses it; the folder takes the files of SQLite with it.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn drop(&self) -> Result<(), Fault> {
        if let Self::Postgres { name, .. } = self {
            self.execute(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                .await?;
        }
        Ok(())
    }

    /// The URI for the configuration.
    pub fn uri(&self) -> String {
        match self {
            Self::Sqlite { file } => format!("sqlite://{}?mode=rwc", file.display()),
            Self::Postgres { server, name } => {
                let mut uri = server.clone();
                uri.set_path(name);
                uri.to_string()
            }
        }
    }

    /// The processes of the database for its connections. SQLite works in the program itself.
    pub fn backends(&self) -> Vec<u32> {
        match self {
            Self::Sqlite { .. } => Vec::new(),
            Self::Postgres { name, .. } => processes::postgres_backends(name),
        }
    }

    /// Runs a statement about whole databases; their names are this program's own.
    async fn execute(&self, statement: String) -> Result<(), Fault> {
        if let Self::Postgres { server, .. } = self {
            let mut connection = PgConnection::connect(server.as_str()).await?;
            connection.execute(AssertSqlSafe(statement)).await?;
            connection.close().await?;
        }
        Ok(())
    }
}
