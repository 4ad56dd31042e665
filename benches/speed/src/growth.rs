//! What large tables change: the operations at growing numbers of rows, and the cleanup of rows that are
//! over while requests are served.

use std::{process::Stdio, time::Duration};

use crate::{
    Fault,
    contender::{Contender, Figures, Target, good},
    database::MeasuredDatabase,
    fill::Age,
    measure::set_up,
    operation::Operation,
    options::{DatabaseKind, Options},
    round::{Pace, Round},
    server::{Server, free_address},
    site::Site,
    table,
    user::Preparation,
    workshop::{Place, Program, Workshop},
};

/// Requests of a virtual user while the cleanup is measured: calm enough that nobody waits for a core.
const CALM: Pace = Pace::Every(Duration::from_millis(200));

/// The operations at one number of rows.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Rows of tokens that were filled in.
    pub rows: u64,
    /// What was measured.
    pub figures: Vec<StageFigures>,
}

/// One operation at one number of rows.
#[derive(Clone, Copy, Debug)]
pub struct StageFigures {
    /// The operation.
    pub operation: Operation,
    /// Its figures.
    pub figures: Figures,
}

/// Latencies of one operation without and beside the cleanup.
#[derive(Clone, Copy, Debug)]
pub struct BesideCleanup {
    /// The operation.
    pub operation: Operation,
    /// 99th percentile before.
    pub before: Duration,
    /// 99th percentile while rows were deleted.
    pub during: Duration,
}

/// What was measured with one kind of database.
#[derive(Clone, Debug)]
pub struct Growth {
    /// The kind.
    pub database: DatabaseKind,
    /// Stage by stage.
    pub stages: Vec<Stage>,
    /// Rows that the cleanup had to delete; 0 = it was not measured.
    pub over: u64,
    /// Operation by operation.
    pub cleanup: Vec<BesideCleanup>,
}

/// Measures with each kind of database, and prints a table for each.
///
/// # Errors
/// When a program does not run, or an answer is not the expected one.
pub async fn run(options: &Options) -> Result<(), Fault> {
    for kind in options.databases() {
        let workshop = Workshop::new(options)?;
        let database = MeasuredDatabase::create(kind, options, &workshop).await?;
        let growth = with_database(kind, options, &workshop, &database).await;
        database.drop().await?;
        println!("{}", table::growth(&growth?, options));
    }
    Ok(())
}

async fn with_database(
    kind: DatabaseKind,
    options: &Options,
    workshop: &Workshop,
    database: &MeasuredDatabase,
) -> Result<Growth, Fault> {
    let place = Place::new(free_address()?, database.uri());
    let site = set_up(workshop, &place).await?;
    let mut growth = Growth {
        database: kind,
        stages: Vec::new(),
        over: options.over,
        cleanup: Vec::new(),
    };
    let mut there = 0;
    for rows in &options.rows {
        database.fill(rows.saturating_sub(there), Age::Live).await?;
        there = there.max(*rows);
        let target = start(workshop, &place, &site, database).await?;
        let mut figures = Vec::new();
        for operation in options.operations() {
            // The demo has no guarded route.
            if operation == Operation::Guard {
                continue;
            }
            let mut contender = Contender::new(&target, operation, options).await?;
            for _ in 0..options.rounds {
                contender.round(options).await?;
            }
            let measured = StageFigures {
                operation,
                figures: contender.figures(),
            };
            eprintln!("{there} rows: {}", table::progress_of(&measured));
            figures.push(measured);
        }
        growth.stages.push(Stage {
            rows: there,
            figures,
        });
        target.server.stop().await?;
    }
    if options.over > 0 {
        database.fill(options.over, Age::Over).await?;
        let target = start(workshop, &place, &site, database).await?;
        growth.cleanup = beside_cleanup(options, workshop, &place, &target).await?;
        target.server.stop().await?;
    }
    Ok(growth)
}

async fn start(
    workshop: &Workshop,
    place: &Place,
    site: &Site,
    database: &MeasuredDatabase,
) -> Result<Target, Fault> {
    Ok(Target {
        server: Server::start(workshop, Program::Demo, place).await?,
        site: site.clone(),
        database: database.clone(),
    })
}

/// Measures calm requests, first alone and then beside the task that deletes what is over.
async fn beside_cleanup(
    options: &Options,
    workshop: &Workshop,
    place: &Place,
    target: &Target,
) -> Result<Vec<BesideCleanup>, Fault> {
    let mut measured = Vec::new();
    for operation in [Operation::Introspect, Operation::Refresh, Operation::Code] {
        let preparation = Preparation::new(&target.site, operation).await?;
        let mut users = Vec::new();
        for _ in 0..options.connections {
            users.push(preparation.user().await?);
        }
        good(Round::run(&mut users, options.warm, CALM).await?)?;
        let before = good(Round::run(&mut users, options.seconds, CALM).await?)?;
        let arguments = ["task", "oauth:cleanup", "max_seconds:86400"];
        let mut command = workshop.command(Program::Demo, place)?;
        let mut task = command.args(arguments).stdin(Stdio::null()).spawn()?;
        let during = good(Round::run(&mut users, options.seconds, CALM).await?)?;
        if task.try_wait()?.is_some() {
            return Err("the cleanup ended before the round: fill in more rows".into());
        }
        task.kill()?;
        task.wait()?;
        let result = BesideCleanup {
            operation,
            before: before.percentile(99),
            during: during.percentile(99),
        };
        eprintln!("{result:?}");
        measured.push(result);
    }
    Ok(measured)
}
