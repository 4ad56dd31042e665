//! GET `{prefix}/apps`, POST `…/apps/{id}/revoke`, `…/apps/revoke-all`, `…/sessions/{sid}/end` —
//! the page of a person's connected apps and browser sessions (AP-01).

use axum::{
    debug_handler,
    extract::{Path, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};

use super::{
    next_page::NextPage,
    page::{self, FormState, FormTarget},
};
use crate::{
    consents::Connected,
    error::{Failure, PageError},
    http::{
        answer::see_other,
        browser::with_cookies,
        extract::{PageForm, QueryParams, ServerState},
        pages,
    },
    protocol::{
        error::OAuthError, params::Params, refusals::PageRefusal, route::Route,
        scope::OFFLINE_ACCESS,
    },
    server::Server,
    sessions::{Browser, SignedIn, UserSession},
    views::pages::{AppLine, AppsNotice, AppsPage, DeviceLine, GrantedScope, SessionLine},
};

const ROUTE: Route = Route::Apps;

/// An id in the path; the rejection means that it is not UTF-8.
type Named = Result<Path<String>, PathRejection>;

/// Shows the connected apps and browser sessions of the person who is signed in.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(
    server: ServerState,
    mut browser: Browser,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    let notice = AppsNotice::of(page::field(&params, "done")?.unwrap_or_default());
    let answer = match server.sessions.current(&browser, "").await? {
        None => NextPage::Apps.to_login(&server.urls)?,
        Some(current) => {
            let lists = Lists {
                current: &current,
                form_state: FormState::default(),
                notice,
            };
            show(&server, &mut browser, lists).await?
        }
    };
    Ok(with_cookies(browser, answer)?)
}

/// Disconnects one app.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn revoke(
    server: ServerState,
    mut browser: Browser,
    id: Named,
    PageForm(params): PageForm,
) -> Result<Response, PageError> {
    let answer = match person(&server, &mut browser, &params).await? {
        Submitter::Refused(answer) => answer,
        Submitter::Here(current) => {
            let Path(id) = id.map_err(|_| not_found())?;
            if !server.consents.disconnect(current.owner.key(), &id).await? {
                return Err(not_found());
            }
            back(&server, AppsNotice::Disconnected)?
        }
    };
    Ok(with_cookies(browser, answer)?)
}

/// Disconnects every app.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn revoke_all(
    server: ServerState,
    mut browser: Browser,
    PageForm(params): PageForm,
) -> Result<Response, PageError> {
    let answer = match person(&server, &mut browser, &params).await? {
        Submitter::Refused(answer) => answer,
        Submitter::Here(current) => {
            server.consents.disconnect_all(current.owner.key()).await?;
            back(&server, AppsNotice::Disconnected)?
        }
    };
    Ok(with_cookies(browser, answer)?)
}

/// Ends one browser session; if it is that of this browser, its cookie goes, too.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn end_session(
    server: ServerState,
    mut browser: Browser,
    sid: Named,
    PageForm(params): PageForm,
) -> Result<Response, PageError> {
    let answer = match person(&server, &mut browser, &params).await? {
        Submitter::Refused(answer) => answer,
        Submitter::Here(current) => {
            let Path(sid) = sid.map_err(|_| not_found())?;
            let named = server
                .sessions
                .of_person_by_sid(current.owner.key(), &sid)
                .await?;
            let session = named.ok_or_else(not_found)?;
            server.sessions.end_elsewhere(&session).await?;
            if session.id == current.session.id {
                server.sessions.sign_out(&mut browser, &[session]).await?;
            }
            back(&server, AppsNotice::SessionEnded)?
        }
    };
    Ok(with_cookies(browser, answer)?)
}

/// Who posted one of the forms.
enum Submitter {
    /// The person who is signed in.
    Here(Box<SignedIn>),
    /// Nobody is signed in, or the form failed the checks CS-01 to CS-03; this is the answer.
    Refused(Response),
}

async fn person(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Submitter, PageError> {
    let Some(current) = server.sessions.current(browser, "").await? else {
        return Ok(Submitter::Refused(NextPage::Apps.to_login(&server.urls)?));
    };
    let form_target = FormTarget {
        route: ROUTE,
        current: Some(&current),
    };
    let Some(refused) = page::check_csrf(server, browser, params, form_target)? else {
        return Ok(Submitter::Here(Box::new(current)));
    };
    let lists = Lists {
        current: &current,
        form_state: FormState::default().refused(refused),
        notice: None,
    };
    let page = show(server, browser, lists).await?;
    Ok(Submitter::Refused(page))
}

/// AP-01, ASVS 8.2.2: what belongs to somebody else is answered like what does not exist.
fn not_found() -> PageError {
    let error = OAuthError::of(PageRefusal::AppOrSessionUnknown);
    Failure::transport(StatusCode::NOT_FOUND, error).into()
}

fn back(server: &Server, notice: AppsNotice) -> Result<Response, Failure> {
    see_other(&format!(
        "{}?done={}",
        server.urls.of(Route::Apps),
        notice.as_str()
    ))
}

/// What the page shows: whose lists, and the messages above them.
struct Lists<'a> {
    current: &'a SignedIn,
    form_state: FormState,
    notice: Option<AppsNotice>,
}

async fn show(
    server: &Server,
    browser: &mut Browser,
    lists: Lists<'_>,
) -> Result<Response, PageError> {
    let Lists {
        current,
        form_state,
        notice,
    } = lists;
    let user = current.owner.key();
    let apps = server.consents.connected_apps(user).await?;
    let sessions = server.sessions.of_person(user).await?;
    let status = form_state.status;
    let form_target = FormTarget {
        route: ROUTE,
        current: Some(current),
    };
    let page = AppsPage {
        common: page::form(server, browser, form_target, None)?.with(form_state),
        apps: apps.iter().map(|app| app_line(server, app)).collect(),
        sessions: sessions
            .iter()
            .map(|session| session_line(server, session, &current.session.sid))
            .collect(),
        revoke_all_action: server.urls.of(Route::RevokeApps).to_owned(),
        logout_url: server.urls.of(Route::Logout).to_owned(),
        done: notice,
        notice: None,
    };
    pages::page(server, browser, None, status, page)
}

fn app_line(server: &Server, Connected { app, client }: &Connected) -> AppLine {
    let scopes = app.scopes.iter().filter(|name| *name != OFFLINE_ACCESS);
    let resources = app.resources.iter();
    AppLine {
        id: app.id.clone(),
        client: pages::connected_card(&app.client_id, client.as_deref()),
        scopes: scopes
            .map(|name| GrantedScope {
                name: name.clone(),
                description: server.interactions.scope_description(name),
            })
            .collect(),
        claims: app.claims.iter().map(|name| claim_line(name)).collect(),
        resources: resources
            .filter_map(|uri| server.interactions.resource_line(uri))
            .collect(),
        granted_at: pages::day(app.granted_at),
        last_used: app.last_used_at.map(pages::day),
        devices: app
            .devices
            .iter()
            .map(|device| DeviceLine {
                label: device.label.clone().unwrap_or_default(),
                since: pages::day(device.since),
                last_used: device.last_used_at.map(pages::day),
            })
            .collect(),
        revoke_action: server.urls.with(Route::RevokeApp, &app.id),
    }
}

/// A claim; the page finds its words.
fn claim_line(name: &str) -> GrantedScope {
    GrantedScope {
        name: name.to_owned(),
        description: String::new(),
    }
}

fn session_line(server: &Server, session: &UserSession, current: &str) -> SessionLine {
    SessionLine {
        sid: session.sid.clone(),
        label: session.label.clone().unwrap_or_default(),
        ip_prefix: session.ip_prefix.clone(),
        since: pages::day(session.since),
        last_seen: pages::day(session.last_seen_at),
        current: session.sid == current,
        end_action: server.urls.with(Route::EndBrowserSession, &session.sid),
    }
}
