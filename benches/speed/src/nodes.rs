//! What several nodes bring: the operations with growing numbers of processes on one PostgreSQL.

use std::time::Duration;

use crate::{
    Fault,
    contender::good,
    database::MeasuredDatabase,
    measure::set_up,
    operation::Operation,
    options::{DatabaseKind, Options},
    processes,
    round::{Pace, Round},
    server::{Server, free_address},
    site::Site,
    table,
    user::Preparation,
    workshop::{Place, Program, Workshop},
};

/// One operation with one number of nodes.
#[derive(Clone, Copy, Debug)]
pub struct NodesFigures {
    /// The operation.
    pub operation: Operation,
    /// Operations per second.
    pub per_second: f64,
    /// The latency below which 99 of 100 operations stayed.
    pub p99: Duration,
    /// Time of all nodes on the cores, per operation.
    pub servers_cpu: Duration,
    /// Time of PostgreSQL's processes for their connections on the cores, per operation.
    pub database_cpu: Duration,
}

/// One number of nodes.
#[derive(Clone, Debug)]
pub struct NodesStage {
    /// The number.
    pub nodes: usize,
    /// Operation by operation.
    pub figures: Vec<NodesFigures>,
}

/// Measures and prints a table.
///
/// # Errors
/// When a program does not run, or an answer is not the expected one.
pub async fn run(options: &Options) -> Result<(), Fault> {
    if let Some(cores) = &options.load_cpu {
        processes::pin(std::process::id(), cores);
    }
    let mut workshop = Workshop::new(options)?;
    let database = MeasuredDatabase::create(DatabaseKind::Postgres, options, &workshop).await?;
    let stages = with_database(options, &mut workshop, &database).await;
    database.drop().await?;
    println!("{}", table::nodes(&stages?, options));
    Ok(())
}

async fn with_database(
    options: &Options,
    workshop: &mut Workshop,
    database: &MeasuredDatabase,
) -> Result<Vec<NodesStage>, Fault> {
    let first = Place::new(free_address()?, database.uri());
    let site = set_up(workshop, &first).await?;
    if let Some(command) = &options.under {
        workshop.run_under(command);
    }
    let mut stages = Vec::new();
    for number in &options.nodes {
        let cluster = Cluster::start(workshop, &first, *number).await?;
        let mut figures = Vec::new();
        for operation in options.operations() {
            // The demo has no guarded route.
            if operation != Operation::Guard {
                let measured = cluster.measure(options, &site, database, operation).await?;
                eprintln!("{number} nodes: {measured:?}");
                figures.push(measured);
            }
        }
        stages.push(NodesStage {
            nodes: *number,
            figures,
        });
        cluster.stop().await?;
    }
    Ok(stages)
}

/// The nodes of one stage.
struct Cluster {
    servers: Vec<Server>,
    places: Vec<Place>,
}

impl Cluster {
    /// Starts so many nodes; the first is at the address that clients know.
    async fn start(workshop: &Workshop, first: &Place, number: usize) -> Result<Self, Fault> {
        let mut cluster = Self {
            servers: Vec::new(),
            places: Vec::new(),
        };
        for node in 0..number {
            let mut place = first.clone();
            if node > 0 {
                place.address = free_address()?;
            }
            let server = Server::start(workshop, Program::Demo, &place).await?;
            cluster.servers.push(server);
            cluster.places.push(place);
        }
        Ok(cluster)
    }

    async fn measure(
        &self,
        options: &Options,
        site: &Site,
        database: &MeasuredDatabase,
        operation: Operation,
    ) -> Result<NodesFigures, Fault> {
        let preparation = Preparation::new(site, operation).await?;
        let mut users = Vec::new();
        for number in 0..options.connections {
            let mut nodes: Vec<_> = self.places.iter().map(|place| place.address).collect();
            // Not all users begin at the same node.
            let turns = number % nodes.len().max(1);
            nodes.rotate_left(turns);
            users.push(preparation.user_of(&nodes).await?);
        }
        good(Round::run(&mut users, options.warm, Pace::AtOnce).await?)?;
        let backends = database.backends();
        if let Some(cores) = &options.server_cpu {
            for process in &backends {
                processes::pin(*process, cores);
            }
        }
        let of_servers = || -> Duration {
            let servers = self.servers.iter();
            servers.map(|it| processes::cpu_time(it.process())).sum()
        };
        let of_database = || -> Duration {
            let backends = backends.iter();
            backends.map(|process| processes::cpu_time(*process)).sum()
        };
        let before = (of_servers(), of_database());
        let round = good(Round::run(&mut users, options.seconds, Pace::AtOnce).await?)?;
        let each = |time: Duration| time.checked_div(round.finished).unwrap_or_default();
        Ok(NodesFigures {
            operation,
            per_second: round.per_second(),
            p99: round.percentile(99),
            servers_cpu: each(of_servers().saturating_sub(before.0)),
            database_cpu: each(of_database().saturating_sub(before.1)),
        })
    }

    async fn stop(self) -> Result<(), Fault> {
        for server in self.servers {
            server.stop().await?;
        }
        Ok(())
    }
}
