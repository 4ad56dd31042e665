//! Passes events to the log and to the subscribers of the app.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use tokio::{runtime::Handle, time::timeout};

use super::{AuditEvent, EventSubscriber, line, request};
use crate::clock::Clock;

/// Most time that a subscriber may take for one event.
const LIMIT: Duration = Duration::from_secs(2);

/// Most events that are kept for a test: a server whose events no test takes keeps no more.
#[cfg(feature = "testing")]
const CAPTURED: usize = 4096;

/// Receivers of the events of one app.
#[derive(Clone)]
pub struct Events {
    subscribers: Arc<[Arc<dyn EventSubscriber>]>,
    clock: Clock,
    #[cfg(feature = "testing")]
    captured: Arc<std::sync::Mutex<std::collections::VecDeque<AuditEvent>>>,
}

impl Events {
    pub fn new(subscribers: Vec<Arc<dyn EventSubscriber>>, clock: Clock) -> Self {
        Self {
            subscribers: subscribers.into(),
            clock,
            #[cfg(feature = "testing")]
            captured: Arc::default(),
        }
    }

    /// Logs the event at once, and tells the subscribers when the request is answered, or at once
    /// outside of a request.
    pub fn emit(&self, event: AuditEvent) {
        let event = self.logged(event);
        if self.subscribers.is_empty() {
            return;
        }
        if let Err(event) = request::queue(event) {
            self.deliver(vec![*event]);
        }
    }

    /// Logs the event for a task, whose process may end at once: outside of a request it waits
    /// until the subscribers have received the event.
    pub async fn emit_to_end(&self, event: AuditEvent) {
        if request::current().is_some() {
            return self.emit(event);
        }
        let events: Arc<[AuditEvent]> = Arc::new([self.logged(event)]);
        for subscriber in self.subscribers.iter() {
            tell(Arc::clone(subscriber), Arc::clone(&events)).await;
        }
    }

    fn logged(&self, event: AuditEvent) -> AuditEvent {
        let event = event.stamped(self.clock.now(), request::current().as_deref());
        line::log(&event);
        #[cfg(feature = "testing")]
        if let Ok(mut captured) = self.captured.lock() {
            if captured.len() == CAPTURED {
                captured.pop_front();
            }
            captured.push_back(event.clone());
        }
        event
    }

    /// Returns the events since the last call, at most the last 4,096, for tests.
    #[cfg(feature = "testing")]
    pub fn take(&self) -> Vec<AuditEvent> {
        let captured = self.captured.lock();
        captured.map_or_else(|_| Vec::new(), |mut captured| captured.drain(..).collect())
    }

    /// Tells the subscribers of the events in a task of its own.
    pub fn deliver(&self, events: Vec<AuditEvent>) {
        if let (false, Ok(runtime)) = (events.is_empty(), Handle::try_current()) {
            let events: Arc<[AuditEvent]> = events.into();
            for subscriber in self.subscribers.iter() {
                runtime.spawn(tell(Arc::clone(subscriber), Arc::clone(&events)));
            }
        }
    }
}

async fn tell(subscriber: Arc<dyn EventSubscriber>, events: Arc<[AuditEvent]>) {
    for event in events.iter() {
        // A panic must not keep the other events of the request from the subscriber.
        let told = AssertUnwindSafe(subscriber.on_event(event)).catch_unwind();
        let lost = match timeout(LIMIT, told).await {
            Ok(Ok(())) => continue,
            Ok(Err(_)) => "it panicked",
            Err(_) => "it took more than 2 seconds",
        };
        tracing::warn!(
            event = event.event.as_str(),
            reference_id = event.reference_id,
            lost,
            "a subscriber did not hear of an event"
        );
    }
}

/// Emits an event of code that has no server at hand (templates, tables): its subscribers are those
/// of the request that is being answered; outside of a request there is only the log line.
pub fn emit(event: AuditEvent) {
    match request::events() {
        Some(events) => events.emit(event),
        None => line::log(&event.stamped(Clock::system().now(), None)),
    }
}
