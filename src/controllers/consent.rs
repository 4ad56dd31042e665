//! GET, POST `{prefix}/consent` — the consent page (§8.4, OAuth 2.1 §7.9).

use axum::{debug_handler, extract::State, http::StatusCode, response::Response};
use loco_rs::app::AppContext;

use super::{
    page::{self, Entered, Visit, field},
    resume::no_interaction,
    select_account::use_another,
};
use crate::{
    browser::{Browser, SignedIn},
    error::PageError,
    extract::{PageForm, QueryParams, TheServer},
    interaction::{Pending, go_on::Arrival},
    protocol::{
        error::OAuthError,
        grants,
        interaction::Step,
        params::Params,
        redirect_uri,
        scope::{OFFLINE_ACCESS, OPENID, Scopes},
    },
    server::Server,
    views::{
        FormError,
        pages::{ConsentPage, GrantedScope, ResourceLine, ScopeLine, Warning},
    },
};

const ROUTE: &str = "consent";

/// What the client asks for. A decision in the query has no effect.
#[debug_handler]
pub async fn get(
    State(_ctx): State<AppContext>,
    server: TheServer,
    mut browser: Browser,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    let answer = show(&server, &mut browser, &params).await?;
    Ok(browser.answer(answer)?)
}

async fn show(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    match page::visit(server, browser, (params, Step::Consent)).await? {
        Visit::Elsewhere(answer) => Ok(answer),
        Visit::Here(None) => Err(no_interaction()),
        Visit::Here(Some(pending)) => form(server, browser, (&pending, Entered::default())).await,
    }
}

/// The decision.
#[debug_handler]
pub async fn post(
    State(_ctx): State<AppContext>,
    server: TheServer,
    mut browser: Browser,
    PageForm(params): PageForm,
) -> Result<Response, PageError> {
    let answer = submit(&server, &mut browser, &params).await?;
    Ok(browser.answer(answer)?)
}

async fn submit(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    let mut pending = match page::posted(server, browser, params).await? {
        Visit::Elsewhere(answer) => return Ok(answer),
        Visit::Here(None) => return Err(no_interaction()),
        Visit::Here(Some(pending)) => pending,
    };
    let current = server.current(browser, &pending.client.client_id).await?;
    let sid = current.as_ref().map(|current| current.session.sid.clone());
    if let Some(refused) = page::check_csrf(server, browser, (params, ROUTE, sid.as_deref()))? {
        return form(
            server,
            browser,
            (&pending, Entered::default().refused(refused)),
        )
        .await;
    }
    if field(params, "action")? == Some("use_another") {
        return use_another(server, (&mut pending, browser)).await;
    }
    let decision = field(params, "action")?.or(field(params, "decision")?);
    if matches!(decision, Some("deny" | "cancel")) {
        return server.deny(&pending, browser).await;
    }
    if decision != Some("allow") {
        let entered = Entered::default()
            .with_error(FormError::NoDecision)
            .with_status(StatusCode::BAD_REQUEST);
        return form(server, browser, (&pending, entered)).await;
    }
    // An allow counts only while consent is what is asked (§8.3).
    let next = server.next_step(&pending, current.as_ref()).await?;
    let (Some(current), Ok(Step::Consent)) = (&current, next) else {
        return Ok(server.redirect_to_continue(&pending));
    };
    if pending.has_changed_client() {
        server.adopt_client_version(&pending).await?;
        return Ok(server.redirect_to_continue(&pending));
    }
    allow(server, browser, (&mut pending, current, params)).await
}

async fn allow(
    server: &Server,
    browser: &mut Browser,
    (pending, current, params): (&mut Pending, &SignedIn, &Params),
) -> Result<Response, PageError> {
    let as_list = |_| OAuthError::invalid_request("CO-04", "scope was sent as a list");
    let ticked: Scopes = params.all("scope").map_err(as_list)?.into_iter().collect();
    let accepted = server.accepted(pending, &ticked);
    if accepted.is_empty() {
        return server.deny(pending, browser).await;
    }
    pending.progress.consented = true;
    match server.next_step(pending, Some(current)).await? {
        Ok(Step::Issue) => server.allow(pending, (browser, current), accepted).await,
        _ => {
            server
                .go_on(pending, (browser, Some(current)), Arrival::Form)
                .await
        }
    }
}

async fn form(
    server: &Server,
    browser: &mut Browser,
    (pending, entered): (&Pending, Entered),
) -> Result<Response, PageError> {
    let Some(current) = server.current(browser, &pending.client.client_id).await? else {
        return Ok(server.redirect_to_continue(pending));
    };
    let status = entered.status;
    let common = page::common(server, browser, (ROUTE, Some(pending), Some(&current)))?;
    let page = ConsentPage {
        common: common.with(entered),
        ..contents(server, pending, &current)
    };
    server.page((browser, Some(pending)), status, page)
}

/// What the page shows of the request.
fn contents(server: &Server, pending: &Pending, current: &SignedIn) -> ConsentPage {
    let request = &pending.request;
    let stored = current
        .consent
        .as_ref()
        .map(|consent| consent.view().scopes)
        .unwrap_or_default();
    let narrowing = server.settings.consent_allows_narrowing;
    let offline = grants::has_refresh_token(&server.policy, &pending.client, &request.scopes);
    let description = |name: &str| {
        server
            .settings
            .scope(name)
            .and_then(|scope| scope.description.clone())
            .unwrap_or_default()
    };
    let line = |name: &str| ScopeLine {
        name: name.to_owned(),
        description: description(name),
        is_new: !stored.contains(name),
        required: name == OPENID,
        checked: true,
        sensitive: server.policy.sensitive_scopes.contains(name),
    };
    let before = stored.iter().filter(|name| *name != OFFLINE_ACCESS);
    let resources = request
        .resources
        .iter()
        .filter_map(|uri| server.policy.resource(uri));
    let life = if offline {
        server.policy.ttl.refresh_max
    } else {
        server.policy.ttl.access
    };
    ConsentPage {
        scopes: request.scopes.iter().map(line).collect(),
        previously_granted: before
            .map(|name| GrantedScope {
                name: name.to_owned(),
                description: description(name),
            })
            .collect(),
        resources: resources
            .map(|resource| ResourceLine {
                uri: resource.identifier.clone(),
                name: resource.name.clone(),
            })
            .collect(),
        access_seconds: life.try_into().ok(),
        offline,
        narrowing,
        switch_account_action: server.urls.consent.clone(),
        warnings: warnings(pending),
        ..ConsentPage::default()
    }
}

fn warnings(pending: &Pending) -> Vec<Warning> {
    let redirect = pending.request.callback.redirect_uri();
    let found = [
        (!pending.client.is_known(), Warning::Unverified),
        (redirect_uri::is_loopback(redirect), Warning::Loopback),
        (
            redirect_uri::private_scheme(redirect).is_some(),
            Warning::PrivateScheme,
        ),
    ];
    found
        .into_iter()
        .filter_map(|(holds, warning)| holds.then_some(warning))
        .collect()
}
