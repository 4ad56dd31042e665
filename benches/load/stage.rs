//! The served app and those who ask it.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    app::{browser::Authorize, process::Process, server::TestServer, traffic::Tally},
    report,
};

/// The app in a process of its own. Requests of `server` go there; its tables and clock are here.
pub struct Stage {
    pub server: Arc<TestServer>,
    process: Process,
}

/// What the kernel tells of the process.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Resident memory, kB.
    pub resident: u64,
    /// The most of it so far, kB.
    pub peak: u64,
    pub threads: u64,
}

impl Stage {
    pub async fn with(settings: Value) -> Self {
        let mut server = TestServer::with(settings.clone()).await;
        let process = Process::within(Path::new("."), &server.database, &settings).await;
        server.address = process.address;
        Self {
            server: Arc::new(server),
            process,
        }
    }

    pub fn usage(&self) -> Usage {
        let file = format!("/proc/{}/status", self.process.id());
        let number = |name| {
            let value = report::line(&file, name);
            let number = value.split(' ').next().and_then(|text| text.parse().ok());
            number.unwrap_or_default()
        };
        Usage {
            resident: number("VmRSS"),
            peak: number("VmHWM"),
            threads: number("Threads"),
        }
    }

    /// Cookies of browsers whose person is signed in and has allowed the app.
    pub async fn browsers(&self, count: usize) -> Arc<Vec<BTreeMap<String, String>>> {
        let mut all = Vec::new();
        for _ in 0..count {
            let mut browser = self.server.browser();
            browser.code(&Authorize::base()).await;
            all.push(browser.cookies);
        }
        Arc::new(all)
    }
}

/// Starts `work` so many times a second, however long each takes. How many did not end.
pub async fn paced<F>(rate: f64, lasting: Duration, work: impl Fn(usize) -> F) -> usize
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut tick = interval(Duration::from_secs_f64(1.0 / rate));
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let begun = tokio::time::Instant::now();
    let mut running = JoinSet::new();
    let mut number = 0;
    while begun.elapsed() < lasting {
        tick.tick().await;
        running.spawn(work(number));
        number += 1;
    }
    let mut lost = 0;
    let all = async {
        while let Some(ended) = running.join_next().await {
            lost += usize::from(ended.is_err());
        }
    };
    let in_time = timeout(Duration::from_mins(1), all).await.is_ok();
    lost + if in_time { 0 } else { running.len() }
}

/// Valid traffic: rounds of eleven requests.
pub async fn valid(stage: &Stage, tally: &Arc<Tally>, lasting: Duration) -> usize {
    let browsers = stage.browsers(8).await;
    let rate = f64::from(report::asked("RATE", 50)) / 11.0;
    let round = |number: usize| {
        let (server, tally) = (Arc::clone(&stage.server), Arc::clone(tally));
        let cookies = browsers[number % browsers.len()].clone();
        async move {
            let mut browser = server.browser();
            browser.cookies = cookies;
            server.round(&mut browser, &tally).await;
        }
    };
    paced(rate, lasting, round).await
}
