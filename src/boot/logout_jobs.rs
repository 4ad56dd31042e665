//! The background job that tells a client of an ended session, in the queue that the app has.
//!
//! Loco's other modes (`BackgroundAsync`, `ForegroundBlocking`) have no queue; there the process does the work itself,
//! in the background (`logouts/`).

use std::{marker::PhantomData, sync::Arc};

use async_trait::async_trait;
use futures_util::{FutureExt, future::BoxFuture};
use loco_rs::{
    app::AppContext,
    bgworker::{BackgroundWorker, Queue},
    config::WorkerMode,
};
use serde::{Deserialize, Serialize};

use super::{definition::OAuthServerDefinition, error, load};
use crate::{logouts::JobQueue, protocol::row_id::EphemeralId, store::logouts::LogoutJob};

/// Name of the job in the queue, the same for every app.
const CLASS: &str = "OauthLogoutWorker";

/// The job as it stands in the queue.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct LogoutJobArgs {
    /// Primary key of the row.
    id: i64,
    /// Number of attempts before this one.
    tries: i64,
}

/// Loco's background worker for these jobs.
pub struct LogoutWorker<D> {
    ctx: AppContext,
    definition: PhantomData<fn() -> D>,
}

#[async_trait]
impl<D: OAuthServerDefinition> BackgroundWorker<LogoutJobArgs> for LogoutWorker<D> {
    fn build(ctx: &AppContext) -> Self {
        Self {
            ctx: ctx.clone(),
            definition: PhantomData,
        }
    }

    fn class_name() -> String {
        CLASS.to_owned()
    }

    async fn perform(&self, args: LogoutJobArgs) -> loco_rs::Result<()> {
        let server = load::running::<D>(&self.ctx).await?;
        let job = LogoutJob {
            id: EphemeralId::new(args.id),
            tries: args.tries,
        };
        server.logouts.deliver(job).await.map_err(error)?;
        Ok(())
    }
}

/// The queue of an app, if its workers have one.
pub fn queue(ctx: &AppContext) -> Option<Arc<dyn JobQueue>> {
    if ctx.config.workers.mode != WorkerMode::BackgroundQueue {
        return None;
    }
    let queue = ctx.queue_provider.clone()?;
    Some(Arc::new(AppQueue(queue)))
}

struct AppQueue(Arc<Queue>);

impl JobQueue for AppQueue {
    fn put(&self, job: LogoutJob) -> BoxFuture<'_, Result<(), String>> {
        let args = LogoutJobArgs {
            id: job.id.get(),
            tries: job.tries,
        };
        async move {
            let put = self.0.enqueue(CLASS.to_owned(), None, args, None, None);
            match put.await {
                Ok(Some(_)) => Ok(()),
                Ok(None) => Err("there is no queue".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        }
        .boxed()
    }
}
