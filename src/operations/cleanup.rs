//! Deleting what is over and removing clients that nobody uses (CL-01, CL-02).

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::{
    events::{AuditEvent, EventName},
    server::Server,
    store::{
        StoreResult,
        cleanup::{self, Expired, ExpiredBatch},
        clients, markers,
        reaping::{self, Reaping},
        refresh_tokens,
    },
};

/// Name of the marker that holds the time of the last run.
pub const MARKER: &str = "cleanup";

/// How one run works.
#[derive(Clone, Copy, Debug)]
pub struct CleanupOptions {
    /// Rows per statement, 1 to 1000.
    pub batch: u64,
    /// The pause between two batches, so that requests are served meanwhile.
    pub pause: Duration,
    /// The run stops after this time; the next one goes on.
    pub most: Duration,
    /// Whether the run only counts.
    pub dry_run: bool,
}

/// What a run did to one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cleaned {
    /// The table.
    pub table: &'static str,
    /// Number of deleted rows. Tokens that are deleted together with their grant are not counted.
    pub deleted: u64,
    /// Number of expired rows that are still there.
    pub remaining: i64,
}

/// What a run did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CleanupReport {
    /// What was done to each table, in the order of deletion.
    pub tables: Vec<Cleaned>,
    /// Number of clients that were removed because nobody uses them.
    pub reaped: u64,
    /// How long the run took.
    pub seconds: u64,
}

impl CleanupReport {
    /// Returns the number of expired rows that are still there, in all tables.
    pub fn remaining(&self) -> i64 {
        self.tables.iter().map(|table| table.remaining).sum()
    }
}

/// Deletes expired rows in the tables of a server.
pub struct Cleanup<'a>(pub &'a Server);

impl Cleanup<'_> {
    /// Returns the options of the setting `cleanup`.
    pub fn options(&self) -> CleanupOptions {
        let cleanup = &self.0.settings.cleanup;
        CleanupOptions {
            batch: cleanup.batch_size,
            pause: Duration::from_millis(cleanup.pause_ms),
            most: cleanup.max_seconds.into(),
            dry_run: false,
        }
    }

    /// Runs the cleanup with the options of the settings.
    ///
    /// # Errors
    /// When the database fails; what was deleted until then stays deleted.
    #[cfg(feature = "testing")]
    pub async fn run_as_configured(&self) -> StoreResult<CleanupReport> {
        self.run(self.options()).await
    }

    /// Runs the cleanup once. Several runs at the same time, on one node or many, share the work.
    ///
    /// # Errors
    /// When the database fails; what was deleted until then stays deleted.
    pub async fn run(&self, options: CleanupOptions) -> StoreResult<CleanupReport> {
        let started = Instant::now();
        let reaped = self.reap(options, started).await?;
        let thinned = self.thin_out(options, started).await?;
        self.forget_answers(options, started).await?;
        let mut report = CleanupReport {
            tables: Vec::new(),
            reaped,
            seconds: 0,
        };
        for kind in Expired::ALL {
            let mut deleted = self.delete_expired(kind, options, started).await?;
            if kind == Expired::Clients {
                deleted += thinned;
            }
            let (tables, now) = (self.0.store.tables(), self.0.clock.now());
            let count = |db| cleanup::remaining(db, tables, kind, now);
            report.tables.push(Cleaned {
                table: kind.table(tables),
                deleted,
                remaining: self.0.store.run(count).await?,
            });
        }
        report.seconds = started.elapsed().as_secs();
        if !options.dry_run {
            let (tables, now) = (self.0.store.tables(), self.0.clock.now());
            let mark = |db| markers::set(db, tables, MARKER, now);
            self.0.store.run(mark).await?;
            self.tell(&report).await;
        }
        Ok(report)
    }

    async fn tell(&self, report: &CleanupReport) {
        let mut event = AuditEvent::new(EventName::CleanupFinished)
            .detail("seconds", report.seconds)
            .detail("reaped", report.reaped)
            .detail("remaining", report.remaining());
        for cleaned in &report.tables {
            event = event.detail(cleaned.table, cleaned.deleted);
        }
        self.0.events.emit_to_end(event).await;
    }

    async fn delete_expired(
        &self,
        kind: Expired,
        options: CleanupOptions,
        started: Instant,
    ) -> StoreResult<u64> {
        let mut deleted = 0;
        while !options.dry_run && started.elapsed() < options.most {
            let batch = ExpiredBatch {
                kind,
                now: self.0.clock.now(),
                most: options.batch,
            };
            let rows = self
                .0
                .store
                .write(move |txn, tables| {
                    Box::pin(async move { cleanup::delete(txn, tables, batch).await })
                })
                .await?;
            deleted += rows;
            if rows < options.batch {
                break;
            }
            tokio::time::sleep(options.pause).await;
        }
        Ok(deleted)
    }

    /// Deletes tombstones of clients that were never used, except for `max_unused_clients` of them: what
    /// strangers can make the server keep is bounded.
    async fn thin_out(&self, options: CleanupOptions, started: Instant) -> StoreResult<u64> {
        let most = self.0.settings.registration.max_unused_clients;
        let mut deleted = 0;
        while !options.dry_run && started.elapsed() < options.most {
            let (tables, batch) = (self.0.store.tables(), options.batch);
            let thin = |db| clients::thin_out(db, tables, most, batch);
            let rows = self.0.store.run(thin).await?;
            deleted += rows;
            if rows < batch {
                break;
            }
            tokio::time::sleep(options.pause).await;
        }
        Ok(deleted)
    }

    /// Erases the sealed answers of rotations whose time is over (RF-05).
    async fn forget_answers(&self, options: CleanupOptions, started: Instant) -> StoreResult<()> {
        while !options.dry_run && started.elapsed() < options.most {
            let (tables, batch) = (self.0.store.tables(), options.batch);
            let now = self.0.clock.now();
            let forget = |db| refresh_tokens::forget_answers(db, tables, now, batch);
            if self.0.store.run(forget).await? < batch {
                break;
            }
            tokio::time::sleep(options.pause).await;
        }
        Ok(())
    }

    async fn reap_one(&self, client_id: &str, reaping: Reaping) -> StoreResult<bool> {
        let id = client_id.to_owned();
        let reap = self.0.store.write(move |txn, tables| {
            let id = id.clone();
            Box::pin(async move { reaping::reap(txn, tables, &id, &reaping).await })
        });
        reap.await
    }

    /// Removes clients that registered themselves and that nobody uses, batch by batch (CL-01).
    async fn reap(&self, options: CleanupOptions, started: Instant) -> StoreResult<u64> {
        let mut reaped = 0;
        while !options.dry_run && started.elapsed() < options.most {
            let now = self.0.clock.now();
            let reaping = Reaping {
                now,
                unused_before: now - self.0.settings.unused_client_ttl_seconds,
                idle_before: now - self.0.settings.idle_client_ttl_seconds,
                batch: options.batch,
            };
            let tables = self.0.store.tables();
            let candidates = |db| reaping::candidates(db, tables, &reaping);
            let candidates = self.0.store.run(candidates).await?;
            if candidates.is_empty() {
                break;
            }
            let before = reaped;
            for client_id in candidates {
                if self.reap_one(&client_id, reaping).await? {
                    reaped += 1;
                    let event = AuditEvent::new(EventName::ClientReaped).client_id(client_id);
                    self.0.events.emit_to_end(event).await;
                }
            }
            if reaped == before {
                // Another node was faster, or the clients have been used meanwhile.
                break;
            }
            tokio::time::sleep(options.pause).await;
        }
        Ok(reaped)
    }
}
