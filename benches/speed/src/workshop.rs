//! The folder that the measured programs run in: configuration, keys, databases, logs.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Fault, options::Options, site::base_url};

const CONFIGURATION: &str = include_str!("../production.yaml");

/// The folder; it is removed at the end.
#[derive(Debug)]
pub struct Workshop {
    folder: PathBuf,
    programs: PathBuf,
    alg: &'static str,
    pool: u32,
    cores: Option<String>,
    /// Words of a command under which servers run from now on.
    under: Vec<String>,
}

/// A program of the measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// The demo, as its people run it.
    Demo,
    /// The demo with a guarded route.
    Guarded,
    /// The bare handlers.
    Bare,
    /// What counts allocations.
    Allocations,
}

impl Program {
    /// Name of the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo-cli",
            Self::Guarded => "guarded",
            Self::Bare => "bare",
            Self::Allocations => "allocations",
        }
    }
}

/// Where a program listens, and its database.
#[derive(Clone, Debug)]
pub struct Place {
    /// The address.
    pub address: SocketAddr,
    /// The URI of the database.
    pub database: String,
    /// The address that clients know: another one than `address` for a node behind a proxy.
    pub known_as: SocketAddr,
}

impl Place {
    /// A place that clients find at its own address.
    pub const fn new(address: SocketAddr, database: String) -> Self {
        Self {
            address,
            database,
            known_as: address,
        }
    }
}

impl Workshop {
    /// Makes the folder.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn new(options: &Options) -> Result<Self, Fault> {
        let folder = &options.folder;
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        fs::write(folder.join("production.yaml"), CONFIGURATION)?;
        Ok(Self {
            folder,
            programs: options.programs.canonicalize()?,
            alg: options.alg.name(),
            pool: options.pool,
            cores: options.server_cpu.clone(),
            under: Vec::new(),
        })
    }

    /// Lets every program run under a command from now on, such as one that limits its time on the cores.
    pub fn run_under(&mut self, command: &str) {
        self.under = command.split_whitespace().map(str::to_owned).collect();
    }

    /// A file of the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The file of a program.
    pub fn program(&self, program: Program) -> PathBuf {
        self.programs.join(program.name())
    }

    /// The command of a program, on the cores of the measured programs.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn command(&self, program: Program, place: &Place) -> Result<Command, Fault> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log(program))?;
        let pinned = |cores: &String| ["taskset", "-c", cores].map(str::to_owned);
        let mut words: Vec<String> = self.cores.iter().flat_map(pinned).collect();
        words.extend(self.under.iter().cloned());
        words.push(self.program(program).display().to_string());
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .current_dir(&self.folder)
            .env("LOCO_ENV", "production")
            .env("LOCO_CONFIG_FOLDER", &self.folder)
            .env("PORT", place.address.port().to_string())
            .env("SPEED_BASE_URL", base_url(place.known_as))
            .env("SPEED_KEYS", self.file("keys"))
            .env("SPEED_ALG", self.alg)
            .env("DATABASE_URL", &place.database)
            .env("DB_MAX_CONNECTIONS", self.pool.to_string())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }

    /// Runs a program to its end.
    ///
    /// # Errors
    /// When it fails.
    pub fn run(&self, program: Program, place: &Place, arguments: &[&str]) -> Result<(), Fault> {
        let status = self.command(program, place)?.args(arguments).status()?;
        if status.success() {
            return Ok(());
        }
        Err(format!(
            "{} {arguments:?}: {status}\n{}",
            program.name(),
            self.told(program)
        )
        .into())
    }

    /// What a program wrote last, for a message.
    pub fn told(&self, program: Program) -> String {
        let text = fs::read_to_string(self.log(program)).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn log(&self, program: Program) -> PathBuf {
        self.file(&format!("{}.log", program.name()))
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Size in bytes of a program without its symbols; `None` without the command `strip`.
///
/// # Errors
/// When the file cannot be read.
pub fn stripped_size(program: &Path, stripped: &Path) -> Result<Option<u64>, Fault> {
    let strip = Command::new("strip")
        .arg("-o")
        .arg(stripped)
        .arg(program)
        .status();
    let done = strip.is_ok_and(|status| status.success());
    if done {
        Ok(Some(fs::metadata(stripped)?.len()))
    } else {
        Ok(None)
    }
}
