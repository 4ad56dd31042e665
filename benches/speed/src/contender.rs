//! A program at one operation, and what its rounds say.

use std::time::Duration;

use crate::{
    Fault,
    database::MeasuredDatabase,
    operation::Operation,
    options::Options,
    processes,
    round::{Pace, Round},
    server::{Server, free_address},
    site::Site,
    user::{Preparation, VirtualUser},
    workshop::{Place, Program, Workshop},
};

/// What the rounds of one program say about one operation: medians.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Operations per second.
    pub per_second: f64,
    /// Median latency.
    pub p50: Duration,
    /// The latency below which 99 of 100 operations stayed.
    pub p99: Duration,
    /// Time on the cores of the server's process, per operation.
    pub server_cpu: Duration,
    /// The same of PostgreSQL's processes for its connections, if they run on this machine.
    pub database_cpu: Option<Duration>,
}

/// A program that is measured.
#[derive(Debug)]
pub struct Target {
    /// The program.
    pub server: Server,
    /// Where its clients find it.
    pub site: Site,
    /// Its database.
    pub database: MeasuredDatabase,
}

/// A program at one operation.
pub struct Contender<'a> {
    target: &'a Target,
    users: Vec<VirtualUser>,
    rounds: Vec<Figures>,
}

impl Target {
    /// Starts another program, at which the person of `like` is signed in, too.
    ///
    /// # Errors
    /// When it does not serve.
    pub async fn start(
        workshop: &Workshop,
        program: Program,
        like: &Self,
        database: &MeasuredDatabase,
        uri: String,
    ) -> Result<Self, Fault> {
        let place = Place::new(free_address()?, uri);
        Ok(Self {
            server: Server::start(workshop, program, &place).await?,
            site: like.site.at(place.address),
            database: database.clone(),
        })
    }
}

impl<'a> Contender<'a> {
    /// Prepares the virtual users, and lets them run until everything is warm.
    ///
    /// # Errors
    /// When an answer is not the expected one.
    pub async fn new(
        target: &'a Target,
        operation: Operation,
        options: &Options,
    ) -> Result<Self, Fault> {
        let preparation = Preparation::new(&target.site, operation).await?;
        let mut users = Vec::new();
        for _ in 0..options.connections {
            users.push(preparation.user().await?);
        }
        good(Round::run(&mut users, options.warm, Pace::AtOnce).await?)?;
        if let Some(cores) = &options.server_cpu {
            for process in target.database.backends() {
                processes::pin(process, cores);
            }
        }
        Ok(Self {
            target,
            users,
            rounds: Vec::new(),
        })
    }

    /// One round.
    ///
    /// # Errors
    /// When an answer is not the expected one.
    pub async fn round(&mut self, options: &Options) -> Result<(), Fault> {
        let (server, backends) = (
            self.target.server.process(),
            self.target.database.backends(),
        );
        let used = || {
            backends
                .iter()
                .map(|process| processes::cpu_time(*process))
                .sum()
        };
        let server_before = processes::cpu_time(server);
        let database_before: Duration = used();
        let round = good(Round::run(&mut self.users, options.seconds, Pace::AtOnce).await?)?;
        let database: Duration = used();
        let each = |time: Duration| time.checked_div(round.finished).unwrap_or_default();
        self.rounds.push(Figures {
            per_second: round.per_second(),
            p50: round.percentile(50),
            p99: round.percentile(99),
            server_cpu: each(processes::cpu_time(server).saturating_sub(server_before)),
            database_cpu: (!backends.is_empty())
                .then(|| each(database.saturating_sub(database_before))),
        });
        Ok(())
    }
}

impl Contender<'_> {
    /// The medians of the rounds.
    pub fn figures(&self) -> Figures {
        median(&self.rounds)
    }
}

/// The round, if all answers were good.
///
/// # Errors
/// With the first bad answer.
pub fn good(round: Round) -> Result<Round, Fault> {
    match &round.first_bad {
        Some(bad) => Err(format!("{} bad answers; the first:\n{}", round.bad, bad.0).into()),
        None if round.finished == 0 => Err("nothing was answered in a round".into()),
        None => Ok(round),
    }
}

/// Figure by figure, the median of the rounds.
fn median(rounds: &[Figures]) -> Figures {
    let mut per_second: Vec<f64> = rounds.iter().map(|it| it.per_second).collect();
    per_second.sort_by(f64::total_cmp);
    let middle = |figure: fn(&Figures) -> Option<Duration>| {
        let mut figures: Vec<Duration> = rounds.iter().filter_map(figure).collect();
        figures.sort_unstable();
        figures.get(figures.len() / 2).copied()
    };
    Figures {
        per_second: per_second
            .get(per_second.len() / 2)
            .copied()
            .unwrap_or_default(),
        p50: middle(|it| Some(it.p50)).unwrap_or_default(),
        p99: middle(|it| Some(it.p99)).unwrap_or_default(),
        server_cpu: middle(|it| Some(it.server_cpu)).unwrap_or_default(),
        database_cpu: middle(|it| it.database_cpu),
    }
}
