//! [`OAuthInteraction`]: what the app's own login, sign-up, chooser and consent pages use (§8.6).

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use loco_rs::app::AppContext;

use super::Pending;
use crate::{
    browser::{Browser, CsrfCheck, Form, SignIn, SignedIn},
    controllers::page,
    error::{Failure, PageError},
    extract::server_of,
    interaction::go_on::see_other,
    layers,
    owners::Owner,
    pages,
    protocol::{
        authorize::Prompt, error::OAuthError, interaction::Step, params::Params, scope::Scopes,
    },
    resource_owner::ResourceOwner,
    server::Server,
    views::{
        ClientCard, ErrorKind,
        pages::{ResourceLine, ScopeLine},
    },
};

/// An authorization request that one of the app's own pages takes part in.
///
/// The page receives a redirect with the query `interaction`, `intent` and `return_to`; this
/// extractor reads the first, or the `interaction` inside `return_to`. `Option<OAuthInteraction>`
/// is `None` when neither is there, so that one page serves requests with and without a client.
///
/// ```ignore
/// async fn login(
///     interaction: OAuthInteraction,
///     State(ctx): State<AppContext>,
///     Form(form): Form<LoginForm>,
/// ) -> Result<Response> {
///     let user = check(&ctx, &form).await?;
///     Ok(interaction.sign_in(&user, SignIn::default()).await?)
/// }
/// ```
pub struct OAuthInteraction {
    server: Arc<Server>,
    browser: Browser,
    pending: Pending,
    current: Option<SignedIn>,
    /// Interaction id, made by the server.
    pub state: String,
    /// The step that is next.
    pub intent: Step,
    /// Words of `prompt` that were asked for.
    pub prompt: Vec<Prompt>,
    /// The client, as pages show it.
    pub client: ClientCard,
    /// What it asks for. Descriptions are texts or message keys of the settings.
    pub scopes: Vec<ScopeLine>,
    /// Where access is for.
    pub resources: Vec<ResourceLine>,
    /// OIDC `login_hint`.
    pub login_hint: Option<String>,
    /// OIDC `ui_locales`.
    pub ui_locales: Option<String>,
    /// OIDC `acr_values`.
    pub acr_values: Vec<String>,
    /// OIDC `max_age`, seconds.
    pub max_age: Option<i64>,
    /// Every parameter of the request without a meaning for the plugin.
    pub params: Vec<(String, String)>,
    /// URL that resumes the request: computed by the server, safe to redirect to.
    pub return_to: String,
    /// For own forms: the token that [`Self::check_csrf`] and the plugin's routes expect.
    pub csrf_token: String,
}

/// Proof that a posted form came from here ([`OAuthInteraction::check_csrf`]).
#[derive(Clone, Copy, Debug)]
pub struct Csrf(());

/// An error page, ready to be answered.
#[derive(Debug)]
pub struct InteractionError(Box<Response>);

impl IntoResponse for InteractionError {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl OAuthInteraction {
    /// The interaction of a request, or `None` when it names none.
    ///
    /// # Errors
    /// The error page 400: blank, unknown, expired, or started in another browser.
    pub async fn try_resolve_login_context(
        server: &Arc<Server>,
        parts: &Parts,
    ) -> Result<Option<Self>, InteractionError> {
        let browser = Browser::of_request(server, parts);
        let language = browser.accept_language().map(str::to_owned);
        let found = Self::find(server, browser, parts).await;
        found.map_err(|error| rendered(server, error, language.as_deref()))
    }

    /// The interaction of a request.
    ///
    /// # Errors
    /// As [`Self::try_resolve_login_context`], and when the request names none.
    pub async fn resolve_login_context(
        server: &Arc<Server>,
        parts: &Parts,
    ) -> Result<Self, InteractionError> {
        let found = Self::try_resolve_login_context(server, parts).await?;
        found.ok_or_else(|| {
            let error = OAuthError::invalid_request("IX-03", "interaction is missing");
            let error = PageError::from(error).showing(ErrorKind::NoInteraction);
            rendered(server, error, None)
        })
    }

    async fn find(
        server: &Arc<Server>,
        mut browser: Browser,
        parts: &Parts,
    ) -> Result<Option<Self>, PageError> {
        let Some(id) = interaction_of(parts)? else {
            return Ok(None);
        };
        let pending = server.find_pending(&id, &mut browser).await?;
        if pending
            .row
            .as_ref()
            .is_some_and(|row| row.consumed_at.is_some())
        {
            let error = OAuthError::invalid_request("IX-05", "The request is already completed");
            return Err(PageError::from(error).showing(ErrorKind::AlreadyCompleted));
        }
        let current = server.current(&browser, &pending.client.client_id).await?;
        let next = server.next_step(&pending, current.as_ref()).await?;
        let intent = next.unwrap_or(Step::Issue);
        let csrf_token = browser.csrf_token(form(intent, &id, current.as_ref()))?;
        let asked = current
            .as_ref()
            .map(|current| server.asked(&pending, current));
        let request = &pending.request;
        Ok(Some(Self {
            server: Arc::clone(server),
            intent,
            prompt: request.prompts.clone(),
            client: pages::client_card(&pending),
            scopes: asked.map(|asked| asked.scopes).unwrap_or_default(),
            resources: server.asked_resources(&pending),
            login_hint: request.login_hint.clone(),
            ui_locales: request.ui_locales.clone(),
            acr_values: request.acr_values.clone(),
            max_age: request.max_age,
            params: request.params.clone(),
            return_to: server.continue_url(&id),
            csrf_token,
            state: id,
            browser,
            current,
            pending,
        }))
    }

    /// The user who is signed in in this browser now.
    pub fn user<U: ResourceOwner>(&self) -> Option<&U> {
        self.current.as_ref()?.owner.model()
    }

    /// Signs the person in and goes on: session cookie, step marked, 303 to [`Self::return_to`].
    /// Whose address waits to be verified (`require_verified_email`) sees the page that says so.
    ///
    /// # Errors
    /// An error page: the user is inactive, or the database failed.
    pub async fn sign_in<U: ResourceOwner>(
        self,
        user: &U,
        sign_in: SignIn,
    ) -> Result<Response, InteractionError> {
        self.sign_in_owner(Owner::new(user.clone()), sign_in).await
    }

    /// [`Self::sign_in`] of a user whose type the caller does not know.
    pub(crate) async fn sign_in_owner(
        mut self,
        owner: Owner,
        sign_in: SignIn,
    ) -> Result<Response, InteractionError> {
        let answer = self.enter(owner, sign_in).await;
        self.answer(answer)
    }

    /// The same for an account that was made just now.
    ///
    /// # Errors
    /// As [`Self::sign_in`].
    pub async fn signed_up<U: ResourceOwner>(
        self,
        user: &U,
        sign_in: SignIn,
    ) -> Result<Response, InteractionError> {
        self.sign_in(user, sign_in).await
    }

    async fn enter(&mut self, owner: Owner, sign_in: SignIn) -> Result<Response, PageError> {
        if self.server.waits_for_mail(&owner) {
            let login = owner.login_name();
            let of = (Some(&self.pending), login.as_str());
            return page::check_mail(&self.server, &self.browser, of);
        }
        let current = self
            .server
            .sign_in(&mut self.browser, &owner, sign_in)
            .await?;
        self.pending.signed_in(current.session.auth_time);
        self.server
            .record_step(&self.pending, Some(&current))
            .await?;
        Ok(see_other(&self.return_to)?)
    }

    /// Whether a posted token belongs to this interaction, step and account (CS-01, CS-02).
    pub fn check_csrf(&self, token: &str) -> Option<Csrf> {
        let form = form(self.intent, &self.state, self.current.as_ref());
        let verdict = self
            .browser
            .check_csrf(form, Some(token), &self.server.urls);
        (verdict == CsrfCheck::Good).then_some(Csrf(()))
    }

    /// The person agrees to `scopes`; others of the request are not granted.
    ///
    /// # Errors
    /// An error page when the database failed.
    pub async fn accept(
        mut self,
        scopes: &[String],
        _csrf: Csrf,
    ) -> Result<Response, InteractionError> {
        let ticked: Scopes = scopes.iter().collect();
        let answer = match (&self.current, self.intent) {
            (Some(current), Step::Consent) => {
                let with = (&mut self.browser, current);
                self.server.accept(&mut self.pending, with, &ticked).await
            }
            _ => see_other(&self.return_to).map_err(PageError::from),
        };
        self.answer(answer)
    }

    /// The person refuses: `access_denied` at the client.
    ///
    /// # Errors
    /// An error page when the database failed.
    pub async fn deny(mut self, _csrf: Csrf) -> Result<Response, InteractionError> {
        let answer = self.server.deny(&self.pending, &mut self.browser).await;
        self.answer(answer)
    }

    /// The person leaves the page: `access_denied` at the client.
    ///
    /// # Errors
    /// An error page when the database failed.
    pub async fn cancel(self, csrf: Csrf) -> Result<Response, InteractionError> {
        self.deny(csrf).await
    }

    /// Cookies and the headers of our pages on an answer of the app's own route.
    fn answer(self, answer: Result<Response, PageError>) -> Result<Response, InteractionError> {
        let language = self.browser.accept_language().map(str::to_owned);
        let answer = answer.and_then(|answer| Ok(self.browser.answer(answer)?));
        match answer {
            Ok(answer) => Ok(layers::with_page_headers(answer)),
            Err(error) => Err(rendered(&self.server, error, language.as_deref())),
        }
    }
}

fn rendered(server: &Server, error: PageError, language: Option<&str>) -> InteractionError {
    InteractionError(Box::new(layers::rendered(server, error, language)))
}

/// The form of a step: own pages may post to the plugin's route of the same step.
fn form<'a>(intent: Step, state: &'a str, current: Option<&'a SignedIn>) -> Form<'a> {
    let route = match intent {
        Step::Create => "signup",
        Step::SelectAccount => "select-account",
        Step::Consent => "consent",
        Step::Login | Step::Issue => "login",
    };
    let sid = current.filter(|_| intent == Step::Consent);
    Form {
        route,
        interaction: Some(state),
        sid: sid.map(|current| current.session.sid.as_str()),
    }
}

/// `interaction` of the query, else of the query inside `return_to`.
fn interaction_of(parts: &Parts) -> Result<Option<String>, PageError> {
    let bad = || OAuthError::invalid_request("IX-03", "interaction cannot be read");
    let query = parts.uri.query().unwrap_or_default();
    let params = Params::parse(query.as_bytes()).map_err(|_| bad())?;
    if params.contains("interaction") {
        let id = params.one("interaction").map_err(|_| bad())?;
        return Ok(Some(id.ok_or_else(bad)?.to_owned()));
    }
    let Some(return_to) = params.one("return_to").map_err(|_| bad())? else {
        return Ok(None);
    };
    let (_, query) = return_to.split_once('?').unwrap_or((return_to, ""));
    let inner = Params::parse(query.as_bytes()).map_err(|_| bad())?;
    let id = inner.one("interaction").map_err(|_| bad())?;
    Ok(id.map(str::to_owned))
}

impl FromRequestParts<AppContext> for OAuthInteraction {
    type Rejection = InteractionError;

    async fn from_request_parts(
        parts: &mut Parts,
        ctx: &AppContext,
    ) -> Result<Self, Self::Rejection> {
        Self::resolve_login_context(&server(ctx)?, parts).await
    }
}

impl OptionalFromRequestParts<AppContext> for OAuthInteraction {
    type Rejection = InteractionError;

    async fn from_request_parts(
        parts: &mut Parts,
        ctx: &AppContext,
    ) -> Result<Option<Self>, Self::Rejection> {
        Self::try_resolve_login_context(&server(ctx)?, parts).await
    }
}

fn server(ctx: &AppContext) -> Result<Arc<Server>, InteractionError> {
    server_of(ctx).map_err(|failure: Failure| {
        tracing::error!(source = failure.source, "no server");
        InteractionError(Box::new(failure.status.into_response()))
    })
}
