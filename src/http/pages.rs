//! From a typed page to an answer: language, client card, headers.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use url::{Host, Url};

use crate::{
    error::{Failure, PageError},
    interactions::Interaction,
    protocol::{
        authorize::Display,
        client::{Client, ClientKind},
        client_document, display_name, redirect_uri,
        route::Route,
        time::UnixTime,
    },
    server::Server,
    sessions::{Browser, SignedIn},
    views::{ClientCard, PageContext, PageVariables, UserCard},
};

/// What the page layer must know for the headers of a page.
#[derive(Clone, Debug, Default)]
pub struct PagePolicy {
    /// The page belongs to an interaction: no `Cross-Origin-Opener-Policy`, which would cut off
    /// clients that opened a pop-up.
    pub interaction: bool,
    /// Where forms may go besides this server: the private-use scheme of the redirect URI, or the client that
    /// a form is posted to.
    pub form_action: Option<String>,
    /// The one script that may run.
    pub script: Option<String>,
}

impl PagePolicy {
    /// The policy of a page that posts a form to the client (AR-03).
    ///
    /// Chromium applies `form-action` also to the redirects with which the client answers the form, and those may
    /// lead to another origin: so every https address is allowed besides the target.
    pub fn posting(target: &str) -> Self {
        let origin = Url::parse(target).map(|url| match url.host() {
            // No source expression has an IPv6 address (CSP Level 3).
            Some(Host::Ipv6(_)) => format!("{}:", url.scheme()),
            _ => url.origin().ascii_serialization(),
        });
        Self {
            interaction: true,
            form_action: Some(format!("{} https:", origin.unwrap_or_default())),
            script: None,
        }
    }
}

/// Renders a page. Fields of [`PageVariables`] that every page has alike are filled in here.
///
/// # Errors
/// When a template fails.
pub fn page<P: PageContext>(
    server: &Server,
    browser: &Browser,
    interaction: Option<&Interaction>,
    status: StatusCode,
    mut page: P,
) -> Result<Response, PageError> {
    let common = page.common_mut();
    if let Some(interaction) = interaction {
        common.client = Some(client_card(interaction));
        common.interaction = interaction.state().map(str::to_owned);
        common
            .ui_locales
            .clone_from(&interaction.request.ui_locales);
        let display = interaction.request.display.as_deref();
        common.display = display.and_then(Display::parse).map(Display::as_str);
    }
    let lang = language(server, browser, common.ui_locales.as_deref());
    common.app_name.clone_from(&server.settings.app_name);
    common.issuer_host = redirect_uri::host(&server.urls.issuer).unwrap_or_default();
    let stylesheet = server.views.stylesheet().map_err(Failure::internal)?;
    common.css_url = server.urls.with(Route::Asset, &stylesheet.file_name());
    let html = server
        .views
        .render(&lang, &page)
        .map_err(Failure::internal)?;
    let mut response = (status, Html(html)).into_response();
    let lang = HeaderValue::from_str(&lang).map_err(Failure::internal)?;
    response
        .headers_mut()
        .insert(header::CONTENT_LANGUAGE, lang);
    response.extensions_mut().insert(PagePolicy {
        interaction: interaction.is_some(),
        form_action: interaction.and_then(|interaction| {
            let uri = interaction.request.callback.redirect_uri();
            redirect_uri::private_scheme(uri).map(|scheme| format!("{scheme}:"))
        }),
        script: None,
    });
    Ok(response)
}

/// The first offered language of `ui_locales`, `Accept-Language` and the default (PG-06).
pub fn language(server: &Server, browser: &Browser, ui_locales: Option<&str>) -> String {
    let wanted = ui_locales.into_iter().flat_map(|tags| tags.split(' '));
    let wanted: Vec<String> = wanted.map(str::to_owned).collect();
    server.views.negotiate(&wanted, browser.accept_language())
}

/// What pages show of the client of a request.
pub fn client_card(interaction: &Interaction) -> ClientCard {
    let redirect = interaction.request.callback.redirect_uri();
    let mut card = card(&interaction.client, redirect);
    if interaction.device().is_some() {
        card.redirect_uri = None;
        if card.host.is_empty() {
            card.host.clone_from(&card.id);
        }
    }
    card
}

/// What the page of connected apps shows of a client; of one that is gone, its id.
pub fn connected_card(client_id: &str, client: Option<&Client>) -> ClientCard {
    let Some(client) = client else {
        return ClientCard {
            id: client_id.to_owned(),
            name: None,
            host: client_id.to_owned(),
            uri: None,
            logo_url: None,
            redirect_host: String::new(),
            redirect_uri: None,
            policy_uri: None,
            tos_uri: None,
            first_seen: None,
            kind: ClientKind::Dynamic,
            verified: false,
            loopback_only: false,
        };
    };
    let redirect = client.redirect_uris.first();
    let mut card = card(client, redirect.map_or("", String::as_str));
    if card.host.is_empty() {
        client_id.clone_into(&mut card.host);
    }
    card
}

/// The day of a time, in the form of ISO 8601, which serves all languages.
pub fn day(at: UnixTime) -> String {
    chrono::DateTime::from_timestamp(at.as_seconds(), 0)
        .map(|at| at.date_naive().to_string())
        .unwrap_or_default()
}

fn card(client: &Client, redirect: &str) -> ClientCard {
    let redirect_host = redirect_uri::host(redirect)
        .or_else(|| redirect_uri::private_scheme(redirect).map(str::to_owned))
        .unwrap_or_default();
    let mut card = ClientCard {
        id: client.client_id.clone(),
        // Names are cleaned when they are stored, but the operator may have written the row (PG-09).
        name: client
            .client_name
            .as_deref()
            .and_then(display_name::clean)
            .map(|name| display_name::shown(&name)),
        // Client ID Metadata Document §6.4: the document's host is what is known about its client.
        host: client_document::host(&client.client_id)
            .filter(|_| client.kind == ClientKind::Cimd)
            .unwrap_or_else(|| redirect_host.clone()),
        uri: client.client_uri.clone(),
        // Pages load nothing from elsewhere, so that no logo is shown (PG-04).
        logo_url: None,
        redirect_host,
        redirect_uri: Some(redirect.to_owned()),
        policy_uri: client.policy_uri.clone(),
        tos_uri: client.tos_uri.clone(),
        first_seen: None,
        kind: client.kind,
        verified: client.is_trusted(),
        loopback_only: client
            .redirect_uris
            .iter()
            .all(|uri| redirect_uri::is_loopback(uri)),
    };
    // Dropped here, and not in a template, because the app may draw the page itself (PG-03).
    card.drop_unsafe_links();
    card
}

/// What pages show of an account.
pub fn user_card(current: &SignedIn) -> UserCard {
    UserCard {
        name: current.owner.display_name(),
        login: current.owner.login_name(),
        picture: None,
    }
}

/// The variables of a form: where it posts, its token, the account.
pub fn form(action: &str, csrf_token: String, current: Option<&SignedIn>) -> PageVariables {
    PageVariables {
        form_action: action.to_owned(),
        csrf_token,
        user: current.map(user_card),
        ..PageVariables::default()
    }
}
