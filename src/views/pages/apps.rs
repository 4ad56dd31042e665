//! `apps.html`: connected apps and signed-in browsers.

use serde::Serialize;

use super::consent::{GrantedScope, ResourceLine, describe, describe_claim};
use crate::views::{
    ClientCard, FormError, Page, PageContext, PageVariables, Translations, samples,
};

/// Variables of `apps.html`.
#[derive(Clone, Default, Serialize)]
pub struct AppsPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// Connected apps.
    pub apps: Vec<AppLine>,
    /// Signed-in browsers.
    pub sessions: Vec<SessionLine>,
    /// Address that the form to disconnect all apps posts to.
    pub revoke_all_action: String,
    /// Address to sign out of this browser.
    pub logout_url: String,
    /// Text about what was just done; the engine sets it from `done`.
    pub notice: Option<String>,
    /// What was just done.
    #[serde(skip)]
    pub done: Option<AppsNotice>,
}

/// What was just done on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppsNotice {
    /// One app or all of them lost their access.
    Disconnected,
    /// A browser was signed out.
    SessionEnded,
}

impl AppsNotice {
    /// The word for the notice in the address of the page.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::SessionEnded => "ended",
        }
    }

    /// Returns the notice that this word stands for.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        [Self::Disconnected, Self::SessionEnded]
            .into_iter()
            .find(|notice| notice.as_str() == word)
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Disconnected => "apps-disconnected",
            Self::SessionEnded => "apps-session-ended",
        }
    }
}

/// A connected app.
#[derive(Clone, Serialize)]
pub struct AppLine {
    /// Id of the app in `revoke_action`.
    pub id: String,
    /// The client.
    pub client: ClientCard,
    /// Scopes that the app has.
    pub scopes: Vec<GrantedScope>,
    /// Claims about the person that the app has by themselves.
    pub claims: Vec<GrantedScope>,
    /// Resources that the scopes are for.
    pub resources: Vec<ResourceLine>,
    /// Date of the last approval.
    pub granted_at: String,
    /// Date of the last token.
    pub last_used: Option<String>,
    /// Logins in which the app got access.
    pub devices: Vec<DeviceLine>,
    /// Address that the form to disconnect the app posts to.
    pub revoke_action: String,
}

/// One login in which an app got access.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DeviceLine {
    /// Browser and system in which the access was approved; empty = unknown.
    pub label: String,
    /// Date of the login.
    pub since: String,
    /// Date of the last token.
    pub last_used: Option<String>,
}

/// A signed-in browser.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SessionLine {
    /// Public identifier (`sid`) of the session.
    pub sid: String,
    /// Browser and system; empty = unknown.
    pub label: String,
    /// The network it was signed in from.
    pub ip_prefix: Option<String>,
    /// Date of the login.
    pub since: String,
    /// Date of the last use.
    pub last_seen: String,
    /// Whether it is the browser that shows the page.
    pub current: bool,
    /// Address that the form to sign the browser out posts to.
    pub end_action: String,
}

impl PageContext for AppsPage {
    const PAGE: Page = Page::Apps;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn translate(&mut self, words: &Translations) {
        self.notice = self.done.map(|done| words.say(done.key()));
        for app in &mut self.apps {
            app.client.drop_unsafe_links();
            for scope in &mut app.scopes {
                scope.description = describe(&scope.name, &scope.description, words);
            }
            for claim in &mut app.claims {
                claim.description = describe_claim(&claim.name, words);
            }
        }
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let main = Self {
            common: PageVariables {
                user: Some(samples::user()),
                ..samples::alone("apps")
            },
            apps: vec![app(), machine()],
            sessions: vec![
                SessionLine {
                    current: true,
                    ..session("sid-1", "Firefox, Linux")
                },
                session("sid-2", "Safari, iOS"),
                SessionLine {
                    ip_prefix: None,
                    ..session("sid-3", "")
                },
            ],
            revoke_all_action: "/oauth/apps/revoke-all".into(),
            logout_url: "/oauth/logout".into(),
            ..Self::default()
        };
        let hostile = Self {
            common: samples::hostile("apps"),
            apps: vec![AppLine {
                client: samples::hostile_client(),
                ..app()
            }],
            sessions: vec![session("\"><script>", samples::MARKUP)],
            ..main.clone()
        };
        let refused = PageVariables {
            errors: vec![FormError::FormExpired.into()],
            ..main.common.clone()
        };
        vec![
            (
                "empty",
                Self {
                    apps: Vec::new(),
                    done: Some(AppsNotice::Disconnected),
                    ..main.clone()
                },
            ),
            (
                "ended",
                Self {
                    done: Some(AppsNotice::SessionEnded),
                    ..main.clone()
                },
            ),
            (
                "refused",
                Self {
                    common: refused,
                    ..main.clone()
                },
            ),
            ("hostile", hostile),
            ("main", main),
        ]
    }
}

fn app() -> AppLine {
    let scope = |name: &str| GrantedScope {
        name: name.into(),
        description: String::new(),
    };
    AppLine {
        id: "1".into(),
        client: samples::client(),
        scopes: vec![scope("openid"), scope("email"), scope("invoices:read")],
        claims: vec![scope("birthdate"), scope("team")],
        resources: vec![ResourceLine {
            uri: "https://id.example.com/mcp".into(),
            name: "mcp".into(),
        }],
        granted_at: "2026-07-01".into(),
        last_used: Some("2026-07-28".into()),
        devices: vec![
            DeviceLine {
                label: "Firefox, Linux".into(),
                since: "2026-07-01".into(),
                last_used: Some("2026-07-28".into()),
            },
            DeviceLine {
                since: "2026-07-02".into(),
                ..DeviceLine::default()
            },
        ],
        revoke_action: action("1"),
    }
}

fn action(id: &str) -> String {
    ["/oauth/apps", id, "revoke"].join("/")
}

/// Example of an app without a name, allowed but never used.
fn machine() -> AppLine {
    AppLine {
        id: "2".into(),
        client: ClientCard {
            name: None,
            verified: false,
            ..samples::client()
        },
        scopes: Vec::new(),
        claims: Vec::new(),
        resources: Vec::new(),
        last_used: None,
        devices: Vec::new(),
        revoke_action: action("2"),
        ..app()
    }
}

fn session(sid: &str, label: &str) -> SessionLine {
    SessionLine {
        sid: sid.into(),
        label: label.into(),
        ip_prefix: Some("192.0.2.0/24".into()),
        since: "2026-07-01".into(),
        last_seen: "2026-07-28".into(),
        current: false,
        end_action: "/oauth/sessions/sid/end".into(),
    }
}
