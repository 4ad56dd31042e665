//! GET, POST `{prefix}/authorize` — RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1, OAuth 2.1
//! §4.1.1.

use std::sync::Arc;

use axum::{debug_handler, extract::Request, response::Response};

use crate::{
    clients::documents::{ClientRefreshError, ClientUse},
    config::RateLimitEntry,
    controllers::outcome::{NavigationKind, respond, to_continue},
    error::{Failure, PageError},
    events::request,
    http::{
        answer::see_other,
        browser::with_cookies,
        extract::{QueryParams, ServerState, TransportRules, read_form},
        layers::SentBack,
    },
    interactions::{Interaction, InteractionOutcome, usable},
    keys::JwtPurpose,
    limits::RateLimitKeys,
    protocol::{
        authorize::{self, AuthorizationRequest},
        callback::Callback,
        client::Client,
        error::{ErrorCode, OAuthError},
        error_kind::ErrorKind,
        interaction::Step,
        params::Params,
        policy::Entitlement,
        redirect_uri,
        refusals::StateRefusal,
    },
    server::Server,
    sessions::{Browser, SignedIn},
};

/// Answers an authorization request in the query.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(
    server: ServerState,
    mut browser: Browser,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    let answer = by_query(&server, &mut browser, &params).await?;
    Ok(with_cookies(browser, answer)?)
}

async fn by_query(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    let requester = load(server, params).await?;
    let Requester { client, callback } = &requester;
    let current = match server.sessions.current(browser, &client.client_id).await {
        Ok(current) => current,
        Err(failure) => return send_failure(callback, failure, client),
    };
    let request = match validate(server, params, &requester) {
        Ok(request) => request,
        Err(error) => return refuse(&requester, current.as_ref(), params, error),
    };
    let Requester { client, callback } = requester;
    let mut interaction = Interaction::new(client, request, server.clock.now());
    match decide(server, &mut interaction, browser, current).await {
        Ok(answer) => Ok(answer),
        Err(error) => send_failure(&callback, error.into_failure(), &interaction.client),
    }
}

/// The client of a request, and where answers to it may go.
struct Requester {
    client: Arc<Client>,
    callback: Callback,
}

/// Load: the client and where answers to it may go (AZ-04 to AZ-08, AZ-12).
async fn load(server: &Server, params: &Params) -> Result<Requester, PageError> {
    let named = params.one("client_id").ok().flatten().unwrap_or_default();
    let keys = RateLimitKeys::entry(RateLimitEntry::Authorize).address();
    server.limits.check(keys.client_and_address(named)).await?;
    let client_id = authorize::client_id(params)?;
    request::note_client(client_id);
    let stored = server.clients.find(client_id).await?;
    let current = Box::pin(
        server
            .clients
            .up_to_date(client_id, stored, ClientUse::Authorization),
    );
    let client = usable(current.await.map_err(no_client)?)?;
    let callback = Callback::find(params, &client, &server.urls.issuer)?;
    Ok(Requester { client, callback })
}

/// CI-05: the page names the host that could not be read.
fn no_client(why: ClientRefreshError) -> PageError {
    match why {
        ClientRefreshError::Unread { host, failure } => PageError::from(failure)
            .showing(ErrorKind::UnreadDocument)
            .naming(host),
        ClientRefreshError::Failed(failure) => failure.into(),
    }
}

/// Decide, first half: the request itself (AZ-10, AZ-13 to AZ-25).
fn validate(
    server: &Server,
    params: &Params,
    requester: &Requester,
) -> Result<AuthorizationRequest, OAuthError> {
    let verify_hint = |token: &str| {
        let now = server.clock.now();
        let hint = server
            .keys
            .verify(token, JwtPurpose::IdTokenHint, now)
            .ok()?;
        Some(hint.subject)
    };
    let entitlement = Entitlement {
        client: &requester.client,
        policy: &server.policy,
    };
    authorize::validate(params, entitlement, &requester.callback, &verify_hint)
}

/// Decide, second half, then persist and respond: a code at once, or a stored interaction and its first
/// page.
async fn decide(
    server: &Server,
    interaction: &mut Interaction,
    browser: &mut Browser,
    mut current: Option<SignedIn>,
) -> Result<Response, PageError> {
    // Login, client or consent can change while a code is issued; if they do twice in a row, NX-10 refuses.
    for _ in 0..2 {
        let next = server
            .interactions
            .next_step(interaction, current.as_ref())
            .await?;
        let outcome = match (next, current.as_ref()) {
            (Err(error), _) => {
                return sent_back(&interaction.request.callback, error, &interaction.client);
            }
            (Ok(Step::Issue), Some(current)) => {
                let interactions = &server.interactions;
                interactions
                    .issue_code(interaction, browser, current, None)
                    .await?
            }
            (Ok(step), current) => {
                let interactions = &server.interactions;
                interactions
                    .open(interaction, Some(browser), current, step)
                    .await?;
                InteractionOutcome::Step(step)
            }
        };
        if outcome != InteractionOutcome::Again {
            return respond(
                server,
                browser,
                interaction,
                outcome,
                NavigationKind::Request,
            );
        }
        let client_id = interaction.client.client_id.clone();
        interaction.client = usable(server.clients.find(&client_id).await?)?;
        interaction.request.callback.check(&interaction.client)?;
        current = server.sessions.current(browser, &client_id).await?;
    }
    Err(OAuthError::of(StateRefusal::KeepsChanging).into())
}

/// GE-11: the answer where the setting `grant_types` has no `authorization_code`.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn switched_off() -> PageError {
    PageError::switched_off("grant_types has no authorization_code")
}

/// Answers an authorization request in a form body. It is stored and then resumed by GET, because a
/// cross-site POST carries no `Lax` cookie.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn post(server: ServerState, request: Request) -> Result<Response, PageError> {
    let params = read_form(request, TransportRules::AUTHORIZE).await?;
    let requester = load(&server, &params).await?;
    let request = match validate(&server, &params, &requester) {
        Ok(request) => request,
        Err(error) => return refuse(&requester, None, &params, error),
    };
    let Requester { client, callback } = requester;
    let mut interaction = Interaction::new(client, request, server.clock.now());
    match server
        .interactions
        .open(&mut interaction, None, None, Step::Login)
        .await
    {
        Ok(()) => to_continue(&server, &interaction),
        Err(failure) => send_failure(&callback, failure, &interaction.client),
    }
}

/// Refuses a request: by a redirect to the client (AR-02), or by a page that names the host and offers the
/// way back as a link (AR-04).
fn refuse(
    requester: &Requester,
    current: Option<&SignedIn>,
    params: &Params,
    error: OAuthError,
) -> Result<Response, PageError> {
    let Requester { client, callback } = requester;
    let silent = matches!(params.one("prompt"), Ok(Some("none")));
    if client.is_trusted() || current.is_some() || silent {
        return sent_back(callback, error, client);
    }
    let location = callback.error(&error);
    let host = redirect_uri::host(callback.redirect_uri())
        .unwrap_or_else(|| callback.redirect_uri().to_owned());
    let kind = ErrorKind::of_code(error.code);
    Err(PageError::from(error)
        .showing(kind)
        .with_link(host, location))
}

fn sent_back(
    callback: &Callback,
    error: OAuthError,
    client: &Client,
) -> Result<Response, PageError> {
    let mut response = see_other(&callback.error(&error))?;
    response
        .extensions_mut()
        .insert(SentBack::new(error, &client.client_id));
    Ok(response)
}

/// AR-06: client and redirect URI are verified, so a fault goes back to the client.
fn send_failure(
    callback: &Callback,
    failure: Failure,
    client: &Client,
) -> Result<Response, PageError> {
    if !matches!(
        failure.error.code,
        ErrorCode::TemporarilyUnavailable | ErrorCode::ServerError
    ) {
        return Err(failure.into());
    }
    let mut response = see_other(&callback.error(&failure.error))?;
    response
        .extensions_mut()
        .insert(SentBack::new(failure, &client.client_id));
    Ok(response)
}
