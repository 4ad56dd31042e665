//! The order of a measurement.

use std::{fs, process::Stdio, time::Duration};

use tokio::time::sleep;

use crate::{
    Fault,
    contender::{Contender, Figures, Target},
    database::MeasuredDatabase,
    operation::Operation,
    options::{DatabaseKind, Options},
    processes,
    server::{Server, free_address},
    site::Site,
    table,
    workshop::{Place, Program, Workshop, stripped_size},
};

/// Pause before the memory of an idle server is read, and that of one that was busy.
const REST: Duration = Duration::from_secs(2);

/// Allocations of one operation.
#[derive(Clone, Copy, Debug)]
pub struct Allocations {
    /// Their number.
    pub count: f64,
    /// Their bytes.
    pub bytes: f64,
}

/// Both programs at one operation.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    /// The operation.
    pub operation: Operation,
    /// The server.
    pub ours: Figures,
    /// The bare handlers.
    pub bare: Figures,
    /// Allocations of the server.
    pub allocations: Option<Allocations>,
}

/// What was measured with one kind of database.
#[derive(Clone, Debug)]
pub struct Report {
    /// The kind.
    pub database: DatabaseKind,
    /// Operation by operation.
    pub comparisons: Vec<Comparison>,
    /// Megabytes of the server that has just started.
    pub idle_megabytes: f64,
    /// Megabytes after all operations.
    pub loaded_megabytes: f64,
    /// Time from the start to the first answer.
    pub cold_start: Duration,
    /// Size of the program without symbols, in bytes.
    pub program_size: Option<u64>,
}

/// One kind of database with its programs.
struct Measurement<'a> {
    options: &'a Options,
    workshop: &'a Workshop,
    ours: Target,
    bare: Target,
}

/// Measures with each kind of database, and prints a table for each.
///
/// # Errors
/// When a program does not run, or an answer is not the expected one.
pub async fn run(options: &Options) -> Result<(), Fault> {
    if let Some(cores) = &options.load_cpu {
        processes::pin(std::process::id(), cores);
    }
    for kind in options.databases() {
        // A new folder, and so new keys, for each.
        let workshop = Workshop::new(options)?;
        let ours = MeasuredDatabase::create(kind, options, &workshop).await?;
        let report = with_database(kind, options, &workshop, &ours).await;
        ours.drop().await?;
        println!("{}", table::markdown(&report?, options));
    }
    Ok(())
}

async fn with_database(
    kind: DatabaseKind,
    options: &Options,
    workshop: &Workshop,
    database: &MeasuredDatabase,
) -> Result<Report, Fault> {
    let place = Place::new(free_address()?, database.uri());
    let site = set_up(workshop, &place).await?;
    let copy = database.copy("bare").await?;
    let copied = copy.uri();
    let programs = async {
        let cold_start = cold_start(options, workshop, &place).await?;
        let ours = Target {
            server: Server::start(workshop, Program::Demo, &place).await?,
            site,
            database: database.clone(),
        };
        let bare = Target::start(workshop, Program::Bare, &ours, &copy, copied).await?;
        let measurement = Measurement {
            options,
            workshop,
            ours,
            bare,
        };
        measurement.report(kind, cold_start).await
    };
    let report = programs.await;
    copy.drop().await?;
    report
}

/// Makes tables and keys, and signs up the one person.
///
/// # Errors
/// When the demo does not do it.
pub async fn set_up(workshop: &Workshop, place: &Place) -> Result<Site, Fault> {
    workshop.run(Program::Demo, place, &["db", "migrate"])?;
    let rotate = ["task", "oauth:keys:rotate", "now:true"];
    workshop.run(Program::Demo, place, &rotate)?;
    let server = Server::start(workshop, Program::Demo, place).await?;
    let site = Site::sign_up(place.address).await?;
    server.stop().await?;
    Ok(site)
}

/// The median time of a start.
async fn cold_start(
    options: &Options,
    workshop: &Workshop,
    place: &Place,
) -> Result<Duration, Fault> {
    let mut times = Vec::new();
    for _ in 0..options.starts {
        let server = Server::start(workshop, Program::Demo, place).await?;
        times.push(server.started_in);
        server.stop().await?;
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

impl Measurement<'_> {
    async fn report(self, kind: DatabaseKind, cold_start: Duration) -> Result<Report, Fault> {
        sleep(REST).await;
        let idle_megabytes = self.ours.server.megabytes();
        let mut comparisons = Vec::new();
        for operation in self.options.operations() {
            comparisons.push(self.compare(operation).await?);
        }
        sleep(REST).await;
        let loaded_megabytes = self.ours.server.megabytes();
        let Self {
            ours,
            bare,
            workshop,
            ..
        } = self;
        let database = ours.database.clone();
        let site = ours.site.clone();
        ours.server.stop().await?;
        bare.server.stop().await?;
        if kind == DatabaseKind::Sqlite {
            count_allocations(workshop, &database, &site, &mut comparisons)?;
        }
        let program = workshop.program(Program::Demo);
        Ok(Report {
            database: kind,
            comparisons,
            idle_megabytes,
            loaded_megabytes,
            cold_start,
            program_size: stripped_size(&program, &workshop.file("stripped"))?,
        })
    }

    /// Both programs at one operation; their rounds alternate, so that a change of the machine meets both.
    async fn compare(&self, operation: Operation) -> Result<Comparison, Fault> {
        let guarded = self.guarded(operation).await?;
        let options = self.options;
        let ours = guarded.as_ref().unwrap_or(&self.ours);
        let mut ours = Contender::new(ours, operation, options).await?;
        let mut bare = Contender::new(&self.bare, operation, options).await?;
        for _ in 0..options.rounds {
            ours.round(options).await?;
            bare.round(options).await?;
        }
        let comparison = Comparison {
            operation,
            ours: ours.figures(),
            bare: bare.figures(),
            allocations: None,
        };
        eprintln!("{}", table::progress(&comparison));
        Ok(comparison)
    }

    /// The demo has no guarded route: another program has one.
    async fn guarded(&self, operation: Operation) -> Result<Option<Target>, Fault> {
        if operation != Operation::Guard {
            return Ok(None);
        }
        let database = &self.ours.database;
        let uri = database.uri();
        let target = Target::start(self.workshop, Program::Guarded, &self.ours, database, uri);
        target.await.map(Some)
    }
}

/// Runs the program that counts allocations, whose output is a line for each operation: its name,
/// allocations and bytes.
fn count_allocations(
    workshop: &Workshop,
    database: &MeasuredDatabase,
    site: &Site,
    comparisons: &mut [Comparison],
) -> Result<(), Fault> {
    let place = Place::new(free_address()?, database.uri());
    let output = workshop
        .command(Program::Allocations, &place)?
        .env("SPEED_COOKIE", &site.cookie)
        .args(comparisons.iter().map(|it| it.operation.name()))
        .stdout(Stdio::piped())
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    fs::write(workshop.file("allocations.txt"), &text)?;
    for comparison in comparisons {
        comparison.allocations = allocations_of(&text, comparison.operation);
        if comparison.allocations.is_none() {
            let told = workshop.told(Program::Allocations);
            return Err(format!("allocations were not counted:\n{text}{told}").into());
        }
    }
    Ok(())
}

fn allocations_of(text: &str, operation: Operation) -> Option<Allocations> {
    let mut lines = text.lines().map(|line| line.split(' '));
    let mut words =
        lines.find_map(|mut words| (words.next() == Some(operation.name())).then_some(words))?;
    Some(Allocations {
        count: words.next()?.parse().ok()?,
        bytes: words.next()?.parse().ok()?,
    })
}
