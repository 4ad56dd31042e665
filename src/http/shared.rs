//! A layer that makes the services inside of it cheap to copy.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use axum::extract::Request;
use tower::{Layer, Service};

/// Puts [`Shared`] around a service.
#[derive(Clone, Copy, Debug)]
pub struct SharedLayer;

/// A service whose copies share one value. Every layer around a route copies what it surrounds, at each request;
/// without this, layers around layers copy the innermost several times.
///
/// Only for services that are always ready, as those of axum are: the value itself is never polled.
#[derive(Debug)]
pub struct Shared<S>(Arc<S>);

impl<S> Layer<S> for SharedLayer {
    type Service = Shared<S>;

    fn layer(&self, inner: S) -> Shared<S> {
        Shared(Arc::new(inner))
    }
}

impl<S> Clone for Shared<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Service<Request> + Clone> Service<Request> for Shared<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        S::clone(&self.0).call(request)
    }
}
