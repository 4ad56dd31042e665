//! GET, POST `{prefix}/logout` — signing out of this browser (BS-05), also for a client's request at
//! `end-session` (ES-07, ES-08).

use axum::{debug_handler, http::StatusCode, response::Response};

use super::{
    page::{self, FormAction, FormState, FormTarget},
    resume::interaction_id,
};
use crate::{
    controllers::outcome::{NavigationKind, leave_signed_out},
    error::PageError,
    http::{
        answer::see_other,
        browser::with_cookies,
        extract::{PageForm, QueryParams, ServerState},
        pages::{self, PagePolicy},
    },
    interactions::logout::LogoutInteraction,
    protocol::{
        end_session::{self, Destination, LogoutRedirect},
        params::Params,
        redirect_uri,
        route::Route,
    },
    server::Server,
    sessions::{Browser, SignedIn},
    store::sessions::SessionRow,
    views::{
        FormError,
        pages::{LoggedOutPage, LogoutPage, Notice, OtherAccount, ReturnLink},
    },
};

const ROUTE: Route = Route::Logout;

/// Shows the question whether to sign out; without a session, the page that says that nobody is signed in.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(
    server: ServerState,
    mut browser: Browser,
    _query: QueryParams,
) -> Result<Response, PageError> {
    let accounts = server.sessions.accounts(&browser, "").await?;
    let question = LogoutForm {
        interaction: None,
        accounts: &accounts,
        form_state: FormState::default(),
    };
    let answer = form(&server, &mut browser, question)?;
    Ok(with_cookies(browser, answer)?)
}

/// Takes the person's answer and signs out.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn post(
    server: ServerState,
    mut browser: Browser,
    PageForm(params): PageForm,
) -> Result<Response, PageError> {
    let answer = submit(&server, &mut browser, &params).await?;
    Ok(with_cookies(browser, answer)?)
}

async fn submit(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    let interaction = match interaction_id(params)? {
        Some(id) => Some(server.interactions.find_logout(id, browser).await?),
        None => None,
    };
    let interaction = interaction.as_ref();
    if interaction
        .is_some_and(|interaction| interaction.row.as_ref().is_some_and(|row| row.is_done))
    {
        return leave(server, browser, interaction, NavigationKind::Form);
    }
    let accounts = server.sessions.accounts(browser, "").await?;
    let question = |form_state| LogoutForm {
        interaction,
        accounts: &accounts,
        form_state,
    };
    let form_target = FormTarget {
        route: ROUTE,
        current: accounts.first(),
    };
    if let Some(refused) = page::check_csrf(server, browser, params, form_target)? {
        let form_state = FormState::default().refused(refused);
        return form(server, browser, question(form_state));
    }
    let count = match FormAction::of(params)? {
        Some(FormAction::SignOut) => 1,
        Some(FormAction::SignOutAll) => accounts.len(),
        _ => {
            let form_state = FormState::default()
                .with_error(FormError::NoDecision)
                .with_status(StatusCode::BAD_REQUEST);
            return form(server, browser, question(form_state));
        }
    };
    let ended: Vec<SessionRow> = accounts
        .iter()
        .take(count)
        .map(|account| account.session.clone())
        .collect();
    server.sessions.sign_out(browser, &ended).await?;
    if let Some(interaction) = interaction {
        server.interactions.close_logout(interaction).await?;
    }
    leave(server, browser, interaction, NavigationKind::Form)
}

/// The question whether to sign out.
pub struct LogoutForm<'a> {
    /// The client's logout request; `None` = the person opened the page without one.
    pub interaction: Option<&'a LogoutInteraction>,
    /// The accounts of the browser, the current one first.
    pub accounts: &'a [SignedIn],
    /// Errors of a form that is shown again.
    pub form_state: FormState,
}

/// Shows the question; where nobody is signed in, it leaves at once.
///
/// # Errors
/// When the page cannot be rendered.
pub fn form(
    server: &Server,
    browser: &mut Browser,
    question: LogoutForm<'_>,
) -> Result<Response, PageError> {
    let LogoutForm {
        interaction,
        accounts,
        form_state,
    } = question;
    let Some((current, others)) = accounts.split_first() else {
        return match interaction {
            Some(interaction) => leave_unasked(server, browser, interaction, NavigationKind::Link),
            None => leave(server, browser, None, NavigationKind::Link),
        };
    };
    let status = form_state.status;
    let state = interaction.and_then(LogoutInteraction::state);
    let form_target = FormTarget {
        route: ROUTE,
        current: Some(current),
    };
    let mut common = page::form(server, browser, form_target, state)?.with(form_state);
    common.ui_locales = interaction.and_then(|interaction| interaction.ui_locales.clone());
    let page = LogoutPage {
        common,
        other_accounts: others.iter().map(other).collect(),
        post_logout_host: interaction.and_then(LogoutInteraction::host),
    };
    let mut answer = pages::page(server, browser, None, status, page)?;
    if let Some(interaction) = interaction {
        answer.extensions_mut().insert(policy(interaction));
    }
    Ok(answer)
}

/// The answer to the form may be a redirect to a private-use scheme, which `form-action` must allow.
fn policy(interaction: &LogoutInteraction) -> PagePolicy {
    let scheme = match &interaction.destination {
        Destination::Registered(to) => redirect_uri::private_scheme(&to.uri),
        _ => None,
    };
    PagePolicy {
        interaction: true,
        form_action: scheme.map(|scheme| format!("{scheme}:")),
        script: None,
    }
}

fn other(account: &SignedIn) -> OtherAccount {
    OtherAccount {
        sid: account.session.sid.clone(),
        name: account.owner.display_name(),
        login: account.owner.login_name(),
    }
}

/// ES-05: the answer where nobody is signed in, so that nobody was asked. For a client that nobody vouches
/// for, a page names the host and offers a link.
///
/// # Errors
/// When the page cannot be rendered.
pub fn leave_unasked(
    server: &Server,
    browser: &Browser,
    interaction: &LogoutInteraction,
    arrival: NavigationKind,
) -> Result<Response, PageError> {
    let Destination::Registered(to) = &interaction.destination else {
        return leave(server, browser, Some(interaction), arrival);
    };
    let onward = end_session::onward(interaction.hint.as_ref(), interaction.client.as_deref(), to);
    if onward == LogoutRedirect::Straight {
        return leave(server, browser, Some(interaction), arrival);
    }
    let mut page = LoggedOutPage {
        return_link: Some(ReturnLink {
            fields: Vec::new(),
            host: interaction.host().unwrap_or_default(),
            url: to.location(),
        }),
        ..LoggedOutPage::default()
    };
    page.common.ui_locales.clone_from(&interaction.ui_locales);
    pages::page(server, browser, None, StatusCode::OK, page)
}

/// ES-08: leads the browser to the client, to the app, or to the page that says that it is over.
///
/// # Errors
/// When the page cannot be rendered.
pub fn leave(
    server: &Server,
    browser: &Browser,
    interaction: Option<&LogoutInteraction>,
    arrival: NavigationKind,
) -> Result<Response, PageError> {
    let destination = interaction.map(|interaction| &interaction.destination);
    let mut page = LoggedOutPage::default();
    page.common.ui_locales = interaction.and_then(|interaction| interaction.ui_locales.clone());
    match (destination, &server.urls.after_logout) {
        (Some(Destination::Registered(to)), _) => {
            return leave_signed_out(server, browser, to, arrival);
        }
        (Some(Destination::Dropped), _) => page.remark = Some(Notice::RedirectDropped),
        // Without a session there was nothing to sign out of: a page says so.
        (_, Some(url)) if arrival != NavigationKind::Link => return Ok(see_other(url)?),
        _ => {}
    }
    pages::page(server, browser, None, StatusCode::OK, page)
}
