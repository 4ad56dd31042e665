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
    answer::GuardExtension,
    browsers::{self, OtherOrigins, is_preflight},
    request_context::RequestContext,
    requirement::GuardRequirement,
    token_check::TokenCheck,
};
use crate::protocol::{scope::Scopes, step_up::LoginRequirement, time::Seconds};

/// A layer that lets requests with a sufficient access token through, and refuses all others. The handlers
/// inside take the token as [`super::AccessToken`].
///
/// A CORS preflight brings no token. `OAuth::mcp` answers it, and lets scripts of every origin read
/// all answers of its routes. The other guards let it through to what answers
/// `OPTIONS`, usually the app's `cors` middleware: a handler for any method must do nothing for it.
#[derive(Clone, Debug)]
pub struct Guard {
    requirement: Arc<GuardRequirement>,
    origins: OtherOrigins,
}

impl Guard {
    /// Requires an access token for `resource` with all of `scopes`.
    #[must_use]
    pub fn require<S: AsRef<str>>(resource: &str, scopes: impl IntoIterator<Item = S>) -> Self {
        let scopes: Scopes = scopes.into_iter().collect();
        Self::new(
            GuardRequirement::new(resource, Some(scopes)),
            OtherOrigins::App,
        )
    }

    /// Requires an access token for `resource` with its `default_scopes`.
    #[must_use]
    pub fn with_default_scopes(resource: &str) -> Self {
        Self::new(GuardRequirement::new(resource, None), OtherOrigins::App)
    }

    /// Requires an access token for `resource` with its `default_scopes`, and serves scripts of every
    /// origin: for routes of the Model Context Protocol.
    #[must_use]
    pub fn mcp(resource: &str) -> Self {
        Self::new(GuardRequirement::new(resource, None), OtherOrigins::Guard)
    }

    /// Requires besides that the login behind the token is of the class `acr`, or of a stronger one in the
    /// order of the setting `acr_values` (RFC 9470). Who calls it several times wants any of these classes.
    ///
    /// A token of a weaker login gets a 401 with the code `insufficient_user_authentication`: the client
    /// starts a new authorization with the `acr_values` of that answer, and the person signs in once more.
    #[must_use]
    pub fn acr(self, acr: impl AsRef<str>) -> Self {
        let mut login = self.requirement.login().clone();
        login.acr_values.push(acr.as_ref().to_owned());
        self.with_login(&login)
    }

    /// Requires besides that the login behind the token is not longer ago than `max_age` (RFC 9470).
    #[must_use]
    pub fn max_age(self, max_age: Seconds) -> Self {
        let login = LoginRequirement {
            max_age: Some(max_age),
            ..LoginRequirement::default()
        };
        self.with_login(&login)
    }

    fn with_login(self, login: &LoginRequirement) -> Self {
        let requirement = GuardRequirement::clone(&self.requirement).with_login(login);
        Self::new(requirement, self.origins)
    }

    fn new(requirement: GuardRequirement, origins: OtherOrigins) -> Self {
        Self {
            requirement: Arc::new(requirement.noted()),
            origins,
        }
    }
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded {
            inner,
            requirement: Arc::clone(&self.requirement),
            origins: self.origins,
        }
    }
}

/// A service inside a [`Guard`].
#[derive(Debug)]
pub struct Guarded<S> {
    inner: S,
    requirement: Arc<GuardRequirement>,
    origins: OtherOrigins,
}

impl<S: Clone> Clone for Guarded<S> {
    fn clone(&self) -> Self {
        browsers::copied(self.origins);
        Self {
            inner: self.inner.clone(),
            requirement: Arc::clone(&self.requirement),
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
        let (requirement, origins) = (Arc::clone(&self.requirement), self.origins);
        Box::pin(async move {
            let is_preflight = is_preflight(&request);
            if origins == OtherOrigins::Guard {
                if is_preflight {
                    return Ok(browsers::preflight(&request));
                }
                if let Some(extension) = request.extensions().get::<GuardExtension>() {
                    extension.cors_flag.note();
                }
            }
            if !is_preflight && let Err(answer) = admit(&mut request, &requirement).await {
                return Ok(answer);
            }
            inner.call(request).await
        })
    }
}

/// Checks the token of a request, and puts it into the request's extensions.
async fn admit(request: &mut Request, requirement: &GuardRequirement) -> Result<(), Response> {
    let Some(extension) = request.extensions().get::<GuardExtension>().cloned() else {
        tracing::error!("a guard of oauth_server stands in an app without its initializer");
        return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    };
    let token = {
        let token_check = TokenCheck::new(extension, RequestContext::take(request), requirement);
        let token_check = token_check.map_err(BearerError::into_response)?;
        let token_check = Arc::new(token_check);
        let token = token_check.access_token(request.headers());
        let token = token.map_err(BearerError::into_response)?;
        let token = token.ok_or_else(|| token_check.ask().into_response())?;
        token_check.admit(&token).await
    };
    let token = token.map_err(BearerError::into_response)?;
    request.extensions_mut().insert(token);
    Ok(())
}
