//! The guard of a group of routes, for `Routes::layer`.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tower::{Layer, Service};

use super::{
    answer::BearerError,
    answer::Provided,
    asked::Asked,
    browsers::{self, OtherOrigins, is_preflight},
    gate::Gate,
    needs::Needs,
};
use crate::protocol::scope::Scopes;

/// Lets requests through that bring a good access token, and answers all others. Handlers behind
/// it take the token as [`super::AccessToken`].
///
/// A CORS preflight brings no token. `OAuth::mcp` answers it, and lets scripts of every origin read
/// all answers of its routes. GrantContext the other guards it goes through to what answers
/// `OPTIONS`, usually the app's `cors` middleware: a handler for any method must do nothing for it.
#[derive(Clone, Debug)]
pub struct Guard {
    needs: Arc<Needs>,
    origins: OtherOrigins,
}

impl Guard {
    /// Wants an access token for `resource` with all of `scopes`.
    #[must_use]
    pub fn require<S: AsRef<str>>(resource: &str, scopes: impl IntoIterator<Item = S>) -> Self {
        let scopes: Scopes = scopes.into_iter().collect();
        Self::new(Needs::new(resource, Some(scopes)), OtherOrigins::App)
    }

    /// Wants an access token for `resource` with its `default_scopes`.
    #[must_use]
    pub fn with_default_scopes(resource: &str) -> Self {
        Self::new(Needs::new(resource, None), OtherOrigins::App)
    }

    /// Wants an access token for `resource` with its `default_scopes`, from a server, a program or
    /// a script in a browser: a route of the Model Context Protocol.
    #[must_use]
    pub fn mcp(resource: &str) -> Self {
        Self::new(Needs::new(resource, None), OtherOrigins::Guard)
    }

    fn new(needs: Needs, origins: OtherOrigins) -> Self {
        Self {
            needs: Arc::new(needs.noted()),
            origins,
        }
    }
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded {
            inner,
            needs: Arc::clone(&self.needs),
            origins: self.origins,
        }
    }
}

/// A service behind a [`Guard`].
#[derive(Debug)]
pub struct Guarded<S> {
    inner: S,
    needs: Arc<Needs>,
    origins: OtherOrigins,
}

impl<S: Clone> Clone for Guarded<S> {
    fn clone(&self) -> Self {
        browsers::copied(self.origins);
        Self {
            inner: self.inner.clone(),
            needs: Arc::clone(&self.needs),
            origins: self.origins,
        }
    }
}

impl<S> Service<Request> for Guarded<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        // The clone has not been polled ready; the service that was is the one to call.
        let mut inner = self.inner.clone();
        std::mem::swap(&mut self.inner, &mut inner);
        let (needs, origins) = (Arc::clone(&self.needs), self.origins);
        Box::pin(async move {
            let is_preflight = is_preflight(&request);
            if origins == OtherOrigins::Guard {
                if is_preflight {
                    return Ok(browsers::preflight(&request));
                }
                if let Some(provided) = request.extensions().get::<Provided>() {
                    provided.opened.note();
                }
            }
            if !is_preflight && let Err(answer) = admit(&mut request, &needs).await {
                return Ok(answer);
            }
            inner.call(request).await
        })
    }
}

/// Puts the token into the request.
async fn admit(request: &mut Request, needs: &Needs) -> Result<(), Response> {
    let Some(provided) = request.extensions().get::<Provided>().cloned() else {
        tracing::error!("a guard of oauth_server stands in an app without its initializer");
        return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    };
    let token = {
        let gate = Gate::new(provided, Asked::of(request), needs);
        let gate = gate.map_err(BearerError::into_response)?;
        let gate = Arc::new(gate);
        let presented = gate.presented(request.headers());
        let presented = presented.map_err(BearerError::into_response)?;
        let presented = presented.ok_or_else(|| gate.ask().into_response())?;
        gate.admit(&presented).await
    };
    let token = token.map_err(BearerError::into_response)?;
    request.extensions_mut().insert(token);
    Ok(())
}
