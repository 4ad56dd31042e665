//! The app's queue of background jobs (BL-01): one job for each client, which a worker takes.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use loco_oauth_server::internals::{app::plugin, boot::load};
use loco_rs::{
    Error, Result,
    app::AppContext,
    bgworker::{Job, JobHandler, JobStatus, Queue, QueueProvider},
    config::WorkerMode,
};
use serde_json::{Value, json};

use super::Site;
use crate::app::oauth_server::OAuth;

/// A queue in memory, as Redis or a table would be one.
#[derive(Default)]
struct Memory {
    jobs: Mutex<Vec<(String, Value)>>,
    handlers: tokio::sync::Mutex<Vec<(String, JobHandler)>>,
    is_down: bool,
}

impl Memory {
    /// Runs the jobs so far, each with the worker of its name; returns how many.
    async fn work(&self) -> usize {
        let jobs = std::mem::take(&mut *self.jobs.lock().unwrap());
        let handlers = self.handlers.lock().await;
        for (name, data) in &jobs {
            let (_, handler) = handlers.iter().find(|(known, _)| known == name).unwrap();
            handler("id".to_owned(), data.clone()).await.unwrap();
        }
        jobs.len()
    }
}

#[async_trait]
impl QueueProvider for Memory {
    async fn enqueue(
        &self,
        class: String,
        _queue: Option<String>,
        args: Value,
        _tags: Option<Vec<String>>,
        _priority: Option<i32>,
    ) -> Result<Option<String>> {
        if self.is_down {
            return Err(Error::string("the queue is away"));
        }
        self.jobs.lock().unwrap().push((class, args));
        Ok(Some("id".to_owned()))
    }

    async fn register_handler(&self, name: String, handler: JobHandler) -> Result<()> {
        self.handlers.lock().await.push((name, handler));
        Ok(())
    }

    async fn run(&self, _tags: Vec<String>) -> Result<()> {
        Ok(())
    }

    async fn setup(&self) -> Result<()> {
        Ok(())
    }

    async fn clear(&self) -> Result<()> {
        Ok(())
    }

    async fn ping(&self) -> Result<()> {
        Ok(())
    }

    async fn get_jobs(
        &self,
        _status: Option<&Vec<JobStatus>>,
        _age_days: Option<i64>,
    ) -> Result<Vec<Job>> {
        Ok(Vec::new())
    }

    async fn cancel_jobs_by_name(&self, _name: &str) -> Result<()> {
        Ok(())
    }

    async fn clear_by_status(&self, _status: Vec<JobStatus>) -> Result<()> {
        Ok(())
    }

    async fn clear_jobs_older_than(
        &self,
        _age_days: i64,
        _status: Option<&Vec<JobStatus>>,
    ) -> Result<()> {
        Ok(())
    }

    async fn requeue(&self, _age_minutes: &i64) -> Result<()> {
        Ok(())
    }

    async fn retry_failed(&self, _id: Option<&str>) -> Result<u64> {
        Ok(0)
    }

    fn describe(&self) -> String {
        "memory".to_owned()
    }

    fn shutdown(&self) -> Result<()> {
        Ok(())
    }
}

/// The context of the app with this queue.
fn queued(site: &Site, memory: &Arc<Memory>) -> AppContext {
    let mut ctx = site.server.ctx.clone();
    ctx.config.workers.mode = WorkerMode::BackgroundQueue;
    let provider: Arc<dyn QueueProvider> = memory.clone();
    ctx.queue_provider = Some(Arc::new(Queue::from_provider(provider)));
    ctx
}

/// Ends alice's session in a process of the app with this queue.
async fn sign_out_with(site: &Site, memory: &Arc<Memory>) -> AppContext {
    let mut browser = site.server.browser();
    site.tokens(&mut browser).await;
    let ctx = queued(site, memory);
    let server = load::server::<OAuth>(&ctx).await.unwrap();
    let sid = site.server.sessions().await[0].sid.clone();
    let alice = site.server.user(crate::app::fixtures::ALICE).await.unwrap();
    let session = server.sessions.of_person_by_sid(alice.id.into(), &sid);
    let session = session.await.unwrap().unwrap();
    server.sessions.end_elsewhere(&session).await.unwrap();
    ctx
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_01_a_job_in_the_queue_for_each_client() {
    let site = Site::start().await;
    let memory = Arc::new(Memory::default());
    let ctx = sign_out_with(&site, &memory).await;
    super::eventually(|| !memory.jobs.lock().unwrap().is_empty()).await;
    let jobs = memory.jobs.lock().unwrap().clone();
    let id = site.pending().await[0].job.id.get();
    let args = json!({ "id": id, "tries": 0 });
    assert_eq!(jobs, [("OauthLogoutWorker".to_owned(), args)]);
    assert_eq!(site.https.connections(), 0, "that is the worker's");

    // A worker, in this process or in another one. The same job twice tells once.
    memory.jobs.lock().unwrap().extend(jobs);
    let queue = ctx.queue_provider.clone().unwrap();
    plugin::connect_workers::<OAuth>(&ctx, &queue)
        .await
        .unwrap();
    assert_eq!(memory.work().await, 2);
    site.told(1).await;
}

/// A queue that is down keeps nobody from hearing.
#[tokio::test(flavor = "multi_thread")]
async fn bl_01_a_queue_that_is_away() {
    let site = Site::start().await;
    let memory = Memory {
        is_down: true,
        ..Memory::default()
    };
    sign_out_with(&site, &Arc::new(memory)).await;
    site.told(1).await;
}
