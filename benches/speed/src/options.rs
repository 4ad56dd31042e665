//! The options of the program `speed`.

use std::{path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};

use crate::operation::Operation;

/// Measures the server beside bare handlers. `benches/speed/run` builds what it needs, and runs it.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// Folder with the programs: demo-cli, bare, guarded, allocations.
    #[arg(long)]
    pub programs: PathBuf,
    /// Folder for databases, keys and logs; made anew and removed.
    #[arg(long)]
    pub folder: PathBuf,
    /// A PostgreSQL server, on which databases are made and dropped.
    #[arg(long, env = "TEST_POSTGRES_URL", hide_env_values = true)]
    pub postgres: Option<String>,
    /// Databases to measure with; without it all that there are.
    #[arg(long, value_delimiter = ',')]
    pub db: Vec<DatabaseKind>,
    /// Operations to measure; without it all.
    #[arg(long, value_delimiter = ',')]
    pub only: Vec<Operation>,
    /// Seconds of a round.
    #[arg(long, default_value = "8", value_parser = seconds)]
    pub seconds: Duration,
    /// Seconds before the first round of an operation.
    #[arg(long, default_value = "3", value_parser = seconds)]
    pub warm: Duration,
    /// Rounds, of which the medians are printed. Those of both programs alternate.
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// Starts, of which the median is printed.
    #[arg(long, default_value_t = 5)]
    pub starts: usize,
    /// Virtual users, each with one connection.
    #[arg(long, default_value_t = 16)]
    pub connections: usize,
    /// Connections of the database pool.
    #[arg(long, default_value_t = 10)]
    pub pool: u32,
    /// Algorithm of ID tokens.
    #[arg(long, default_value = "RS256")]
    pub alg: Algorithm,
    /// Instead of the comparison with bare handlers: the operations at these numbers of rows of tokens.
    #[arg(long, value_delimiter = ',')]
    pub rows: Vec<u64>,
    /// Rows of tokens that are over, which the cleanup deletes while requests are served.
    #[arg(long, default_value_t = 0)]
    pub over: u64,
    /// Instead of all that: the operations with these numbers of nodes on one PostgreSQL, each request of a virtual
    /// user at the next node.
    #[arg(long, value_delimiter = ',')]
    pub nodes: Vec<usize>,
    /// Command under which each node runs, to give it a part of a core: `systemd-run --scope -q -p CPUQuota=10%`.
    #[arg(long)]
    pub under: Option<String>,
    /// Cores of the measured programs, and of their connections' processes of PostgreSQL.
    #[arg(long)]
    pub server_cpu: Option<String>,
    /// Cores of the load.
    #[arg(long)]
    pub load_cpu: Option<String>,
}

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DatabaseKind {
    /// SQLite in a file.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl DatabaseKind {
    /// The name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// An algorithm of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Algorithm {
    /// RSA with 2048 bits.
    #[value(name = "RS256")]
    Rs256,
    /// ECDSA on P-256.
    #[value(name = "ES256")]
    Es256,
}

impl Algorithm {
    /// The name in JWTs (RFC 7518 §3.1).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

impl Options {
    /// The kinds of databases to measure with.
    pub fn databases(&self) -> Vec<DatabaseKind> {
        let all = [DatabaseKind::Sqlite, DatabaseKind::Postgres];
        let wanted = |kind: &DatabaseKind| self.db.is_empty() || self.db.contains(kind);
        let there = |kind: &DatabaseKind| {
            *kind == DatabaseKind::Sqlite || self.postgres.is_some() || !self.db.is_empty()
        };
        all.into_iter().filter(wanted).filter(there).collect()
    }

    /// The operations to measure.
    pub fn operations(&self) -> Vec<Operation> {
        let wanted = |operation: &Operation| self.only.is_empty() || self.only.contains(operation);
        Operation::ALL.into_iter().filter(wanted).collect()
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "not a number".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
