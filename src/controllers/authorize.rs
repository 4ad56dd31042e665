//! GET, POST `{prefix}/authorize` — RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1, OAuth 2.1
//! §4.1.1.

mod refuse;
mod requested;

use std::sync::Arc;

use axum::{debug_handler, extract::Request, response::Response};

use self::refuse::Sender;
pub use self::requested::{Requester, validate};
use crate::{
    controllers::outcome::{NavigationKind, respond, to_continue},
    error::PageError,
    http::{
        browser::with_cookies,
        extract::{QueryParams, ServerState, TransportRules, read_form},
    },
    interactions::{Interaction, InteractionOutcome, pushed::HandleBrowser, usable},
    protocol::{
        client::Client, error::OAuthError, interaction::Step, params::Params,
        refusals::StateRefusal,
    },
    server::Server,
    sessions::{Browser, SignedIn},
};

use self::requested::{Requested, load, requested};

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
    let client = load(server, params).await?;
    let found = match requested(server, client, params).await? {
        Requested::Pushed { client, handle } => {
            return Box::pin(by_handle(server, browser, &client, handle)).await;
        }
        Requested::Here(found) => found,
    };
    let Requester { client, callback } = &found.requester;
    let current = match server.sessions.current(browser, &client.client_id).await {
        Ok(current) => current,
        Err(failure) => return Sender { server, browser }.send_failure(client, callback, failure),
    };
    let request = match found.validate(server) {
        Ok(request) => request,
        Err(failure) => {
            return Sender { server, browser }.refuse(&found, current.as_ref(), failure);
        }
    };
    let Requester { client, callback } = found.requester;
    let mut interaction = Interaction::new(client, request, server.clock.now());
    match decide(server, &mut interaction, browser, current).await {
        Ok(answer) => Ok(answer),
        Err(error) => {
            let failure = error.into_failure();
            Sender { server, browser }.send_failure(&interaction.client, &callback, failure)
        }
    }
}

/// AZ-09, PR-06: a request that was pushed before. It is an interaction of this browser now, which goes on as at
/// `continue`.
async fn by_handle(
    server: &Server,
    browser: &mut Browser,
    client: &Arc<Client>,
    handle: &str,
) -> Result<Response, PageError> {
    let interactions = &server.interactions;
    let taken = interactions.take_pushed(client, handle, HandleBrowser::Navigating(browser));
    let mut interaction = taken.await?;
    match resume(server, &mut interaction, browser).await {
        Ok(outcome) => {
            let arrival = NavigationKind::Request;
            respond(server, browser, &interaction, outcome, arrival)
        }
        Err(error) => {
            let (callback, failure) = (&interaction.request.callback, error.into_failure());
            Sender { server, browser }.send_failure(client, callback, failure)
        }
    }
}

async fn resume(
    server: &Server,
    interaction: &mut Interaction,
    browser: &mut Browser,
) -> Result<InteractionOutcome, PageError> {
    let client_id = &interaction.client.client_id;
    let current = server.sessions.current(browser, client_id).await?;
    let interactions = &server.interactions;
    interactions
        .advance(interaction, browser, current.as_ref())
        .await
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
                let Interaction {
                    client, request, ..
                } = &*interaction;
                let sender = Sender { server, browser };
                return sender.sent_back(client, &request.callback, error);
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
pub async fn post(
    server: ServerState,
    browser: Browser,
    request: Request,
) -> Result<Response, PageError> {
    let params = read_form(request, TransportRules::AUTHORIZE).await?;
    let client = load(&server, &params).await?;
    let interactions = &server.interactions;
    let found = match requested(&server, client, &params).await? {
        Requested::Pushed { client, handle } => {
            let taken = interactions.take_pushed(&client, handle, HandleBrowser::Posting);
            return to_continue(&server, &taken.await?);
        }
        Requested::Here(found) => found,
    };
    let sender = Sender {
        server: &server,
        browser: &browser,
    };
    let request = match found.validate(&server) {
        Ok(request) => request,
        Err(failure) => return sender.refuse(&found, None, failure),
    };
    let Requester { client, callback } = found.requester;
    let mut interaction = Interaction::new(client, request, server.clock.now());
    match interactions
        .open(&mut interaction, None, None, Step::Login)
        .await
    {
        Ok(()) => to_continue(&server, &interaction),
        Err(failure) => sender.send_failure(&interaction.client, &callback, failure),
    }
}
