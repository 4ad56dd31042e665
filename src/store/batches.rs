//! Work of several requests in one statement.
//!
//! A statement has a price of its own, whatever it reads: the way to the database, a connection, two or more
//! changes of process. Requests that wait at the same time share it.
//!
//! Nobody waits for company: a request that finds no statement under way starts one at once, alone. Those
//! that come while statements are under way go together with the next one.

use std::{
    collections::VecDeque,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::FutureExt;
use tokio::{sync::oneshot, time::timeout};

use super::{StoreError, StoreResult, transaction::BUDGET};

/// Most requests in one statement.
pub const MOST: usize = 16;

/// Most statements of one kind at a time. With more of them there would be no company under load.
const AT_A_TIME: usize = 2;

/// Requests for one kind of statement; `K` is what a request asks for, `V` what it gets.
pub struct Batches<K, V>(Arc<Mutex<Waiting<K, V>>>);

struct Waiting<K, V> {
    requests: VecDeque<BatchRequest<K, V>>,
    /// Statements under way.
    running: usize,
}

struct BatchRequest<K, V> {
    key: K,
    reply: oneshot::Sender<StoreResult<V>>,
    gone: Arc<AtomicBool>,
}

/// Those who wait for a statement.
#[derive(Clone, Debug, Default)]
pub struct Waiters {
    gone: Vec<Arc<AtomicBool>>,
    queue: Queue,
}

/// Whether requests wait behind a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Queue {
    /// The statement is on its own.
    #[default]
    Nobody,
    /// The statement has one of the few turns of its kind.
    Behind,
}

impl Waiters {
    /// Whether the statement holds others up: those who share it, and those who wait for its turn.
    pub fn hold_others_up(&self) -> bool {
        self.queue == Queue::Behind
    }

    /// Whether each of them still waits. Who gave up was told that nothing is stored: then nothing may be.
    pub fn all_wait(&self) -> bool {
        !self.gone.iter().any(|gone| gone.load(Ordering::Acquire))
    }
}

/// Tells that a request waits no more.
struct GoneWhenDropped(Arc<AtomicBool>);

impl Drop for GoneWhenDropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

impl<K, V> Default for Batches<K, V> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Waiting {
            requests: VecDeque::new(),
            running: 0,
        })))
    }
}

impl<K, V> Clone for Batches<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> std::fmt::Debug for Batches<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let running = self.waiting().running;
        f.debug_struct("Batches")
            .field("running", &running)
            .finish_non_exhaustive()
    }
}

impl<K: Clone + Send + 'static, V: Send + 'static> Batches<K, V> {
    /// Returns what `run` finds for `key`, alone or with others. `run` gets at most [`MOST`] keys and those who
    /// wait for them, and returns as many values in the same order.
    ///
    /// # Errors
    /// Those of `run`; where it failed for several keys, it is run for each of them alone.
    pub async fn ask<F>(
        &self,
        key: K,
        run: impl Fn(Vec<K>, Waiters) -> F + Send + Sync + 'static,
    ) -> StoreResult<V>
    where
        F: Future<Output = StoreResult<Vec<V>>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let gone = GoneWhenDropped(Arc::default());
        let starts = {
            let mut waiting = self.waiting();
            waiting.requests.push_back(BatchRequest {
                key,
                reply,
                gone: Arc::clone(&gone.0),
            });
            let starts = waiting.running < AT_A_TIME;
            waiting.running += usize::from(starts);
            starts
        };
        if starts {
            tokio::spawn(self.clone().work_off(run));
        }
        // The task ends without an answer only with the runtime.
        let answer = answer.await.unwrap_or(Err(StoreError::TimedOut(BUDGET)));
        drop(gone);
        answer
    }

    async fn work_off<F>(self, run: impl Fn(Vec<K>, Waiters) -> F + Send + Sync + 'static)
    where
        F: Future<Output = StoreResult<Vec<V>>> + Send + 'static,
    {
        let run = Arc::new(run);
        let mut turn = Turn {
            batches: &self,
            is_over: false,
        };
        while let Some(requests) = turn.next() {
            let keys = requests.iter().map(|request| request.key.clone());
            let waiters = requests.iter().map(|request| Arc::clone(&request.gone));
            let waiters = Waiters {
                gone: waiters.collect(),
                queue: Queue::Behind,
            };
            let keys = keys.collect();
            match within_budget(async { run(keys, waiters).await }).await {
                Ok(values) => {
                    for (request, value) in requests.into_iter().zip(values) {
                        // Whoever asked may have gone.
                        let _ = request.reply.send(Ok(value));
                    }
                }
                Err(error)
                    if !error.is_of_one() || requests.len() == 1 && !error.is_lock_timeout() =>
                {
                    for request in requests {
                        // Whoever asked may have gone.
                        let _ = request.reply.send(Err(error.clone()));
                    }
                }
                // What one of them brought must not fail the others, nor hold up those who come next.
                Err(_) => {
                    for request in requests {
                        tokio::spawn(request.alone(Arc::clone(&run)));
                    }
                }
            }
        }
    }
}

impl<K: Send, V: Send> BatchRequest<K, V> {
    /// Answers this request by a statement of its own.
    async fn alone<F>(self, run: Arc<impl Fn(Vec<K>, Waiters) -> F + Send + Sync>)
    where
        F: Future<Output = StoreResult<Vec<V>>> + Send,
    {
        let Self { key, reply, gone } = self;
        if reply.is_closed() {
            return;
        }
        let waiters = Waiters {
            gone: vec![gone],
            queue: Queue::Nobody,
        };
        let statement = async { run(vec![key], waiters).await };
        let values = within_budget(statement).await;
        let value = values.and_then(|values| {
            let one = values.into_iter().next();
            one.ok_or(StoreError::TimedOut(BUDGET))
        });
        // Whoever asked may have gone.
        let _ = reply.send(value);
    }
}

/// The turn of a task at the queue. It ends with the task, however that ends.
struct Turn<'b, K, V> {
    batches: &'b Batches<K, V>,
    is_over: bool,
}

impl<K, V> Turn<'_, K, V> {
    /// Takes the requests of the next statement; without any, the caller's turn is over.
    fn next(&mut self) -> Option<Vec<BatchRequest<K, V>>> {
        let mut waiting = self.batches.waiting();
        waiting
            .requests
            .retain(|request| !request.reply.is_closed());
        let most = waiting.requests.len().min(MOST);
        if most == 0 {
            waiting.running -= 1;
            self.is_over = true;
            return None;
        }
        Some(waiting.requests.drain(..most).collect())
    }
}

impl<K, V> Drop for Turn<'_, K, V> {
    fn drop(&mut self) {
        if !self.is_over {
            self.batches.waiting().running -= 1;
        }
    }
}

impl<K, V> Batches<K, V> {
    fn waiting(&self) -> MutexGuard<'_, Waiting<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a statement for at most [`BUDGET`]. A panic, as of the app's model, is an error of this statement.
async fn within_budget<T>(run: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
    let run = AssertUnwindSafe(run).catch_unwind();
    match timeout(BUDGET, run).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(StoreError::Owner("a statement panicked".to_owned())),
        Err(_) => Err(StoreError::TimedOut(BUDGET)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures_util::future::join_all;

    use super::*;

    type Doubled = futures_util::future::BoxFuture<'static, StoreResult<Vec<u64>>>;

    /// Doubles numbers, and counts the statements; a batch with 13 fails, and so does one whose waiters do
    /// not all wait.
    fn doubled(
        statements: &Arc<AtomicUsize>,
    ) -> impl Fn(Vec<u64>, Waiters) -> Doubled + Send + Sync + use<> {
        let statements = Arc::clone(statements);
        move |keys, waiters| {
            statements.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                if keys.contains(&13) {
                    return Err(StoreError::Owner("unlucky".to_owned()));
                }
                if !waiters.all_wait() {
                    return Err(StoreError::GivenUp);
                }
                Ok(keys.into_iter().map(|key| 2 * key).collect())
            })
        }
    }

    /// Who gives up while the statement runs fails nobody else.
    #[tokio::test]
    async fn a_request_that_gives_up_leaves_the_others_their_answers() {
        let (batches, statements) = (Batches::default(), Arc::default());
        let all = (20..23).map(|key| batches.ask(key, doubled(&statements)));
        let mut all: Vec<_> = all.map(Box::pin).collect();
        let impatient = all.pop().unwrap();
        let soon = std::time::Duration::from_millis(5);
        let (values, late) = tokio::join!(join_all(all), timeout(soon, impatient));
        assert!(late.is_err());
        let values: Vec<u64> = values.into_iter().map(Result::unwrap).collect();
        assert_eq!(values, [40, 42]);
    }

    #[tokio::test]
    async fn requests_at_the_same_time_share_statements_and_get_their_own_values() {
        let (batches, statements) = (Batches::default(), Arc::default());
        let asks = (20..60).map(|key| batches.ask(key, doubled(&statements)));
        for (key, value) in (20..60).zip(join_all(asks).await) {
            assert_eq!(value.unwrap(), 2 * key);
        }
        // Of 16, 16 and 8 requests: all were there before the first statement began.
        assert_eq!(statements.load(Ordering::SeqCst), 3);
        assert_eq!(batches.waiting().running, 0);
    }

    #[tokio::test]
    async fn a_request_that_fails_fails_alone() {
        let (batches, statements) = (Batches::default(), Arc::default());
        let asks = (10..20).map(|key| batches.ask(key, doubled(&statements)));
        for (key, value) in (10..20).zip(join_all(asks).await) {
            assert_eq!(value.ok(), (key != 13).then_some(2 * key));
        }
    }

    #[tokio::test]
    async fn a_panic_leaves_the_queue_in_order() {
        let batches = Batches::<u64, u64>::default();
        let panics =
            |_: Vec<u64>, _: Waiters| -> Doubled { Box::pin(async { panic!("on purpose") }) };
        assert!(batches.ask(1, panics).await.is_err());
        let statements = Arc::default();
        assert_eq!(batches.ask(2, doubled(&statements)).await.unwrap(), 4);
    }
}
