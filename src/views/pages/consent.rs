//! `consent.html`: what a client asks for, and from whom.

use serde::Serialize;

use crate::{
    protocol::time::Seconds,
    views::{ClientCard, FormError, Page, PageContext, PageVariables, Translations, samples},
};

/// Variables of `consent.html`.
#[derive(Clone, Default, Serialize)]
pub struct ConsentPage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// Scopes that the client requests.
    pub scopes: Vec<ScopeLine>,
    /// Claims that the client requests by themselves, because no requested scope covers them.
    pub claims: Vec<ClaimLine>,
    /// Scopes that the client already has.
    pub previously_granted: Vec<GrantedScope>,
    /// Resources that the access is for.
    pub resources: Vec<ResourceLine>,
    /// How long access lasts, in words; when empty, the engine sets it from `access_for`.
    pub access_until: String,
    /// How long access lasts; `None` = until the person ends it.
    #[serde(skip)]
    pub access_for: Option<Seconds>,
    /// Whether access goes on while the person is away (a refresh token is issued).
    pub offline: bool,
    /// Whether optional scopes can be unticked.
    pub narrowing: bool,
    /// Address that the form to use another account posts to.
    pub switch_account_action: String,
    /// Reasons for the person to look twice.
    pub warnings: Vec<Warning>,
}

/// A requested scope.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a variable of the template"
)]
#[derive(Clone, Debug, Default, Serialize)]
pub struct ScopeLine {
    /// The scope.
    pub name: String,
    /// Message key of what it permits, or the text itself. When empty, the message
    /// `scope-<name>` is used, and the name if there is none.
    pub description: String,
    /// Whether the client did not have the scope before.
    pub is_new: bool,
    /// Whether the scope cannot be unticked.
    pub required: bool,
    /// Whether the scope is ticked when the page is shown.
    pub checked: bool,
    /// Whether the scope needs consent each time.
    pub sensitive: bool,
}

/// A claim about the person that the client requests by itself (OpenID Connect Core §5.5).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ClaimLine {
    /// The claim.
    pub name: String,
    /// What it tells: when empty, the message `claim-<name>` is used, and the name if there is none.
    pub description: String,
    /// Whether the client did not have the claim before.
    pub is_new: bool,
    /// Whether the claim is ticked when the page is shown.
    pub checked: bool,
}

/// A scope that the client already has.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GrantedScope {
    /// The scope.
    pub name: String,
    /// Description as in [`ScopeLine::description`].
    pub description: String,
}

/// A protected resource.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ResourceLine {
    /// Identifier of the resource (RFC 8707 §2).
    pub uri: String,
    /// Name of the resource.
    pub name: String,
}

/// A reason for the person to look twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// The operator does not vouch for the client.
    Unverified,
    /// Access goes to a program on the person's own device.
    Loopback,
    /// Access goes to whatever app on the device opens a private-use address.
    PrivateScheme,
    /// The client's metadata document lies on the person's own device.
    LocalhostDocument,
    /// The client sends people to another host than the one that identifies it.
    HostMismatch,
}

/// Returns the description of a scope: the given one, else the message `scope-<name>`, else its
/// name.
pub(super) fn describe(name: &str, description: &str, words: &Translations) -> String {
    if !description.is_empty() {
        return words.say(description);
    }
    words
        .text(&format!("scope-{}", message_key(name)))
        .unwrap_or_else(|| name.to_owned())
}

/// A name as a part of a message key, which may not hold every character of a name.
fn message_key(name: &str) -> String {
    name.chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() || character == '_' {
                character
            } else {
                '-'
            }
        })
        .collect()
}

/// Returns the words for a claim: the message `claim-<name>`, else its name.
pub(super) fn describe_claim(name: &str, words: &Translations) -> String {
    words
        .text(&format!("claim-{}", message_key(name)))
        .unwrap_or_else(|| name.to_owned())
}

impl PageContext for ConsentPage {
    const PAGE: Page = Page::Consent;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn translate(&mut self, words: &Translations) {
        for scope in &mut self.scopes {
            scope.description = describe(&scope.name, &scope.description, words);
        }
        for scope in &mut self.previously_granted {
            scope.description = describe(&scope.name, &scope.description, words);
        }
        for claim in &mut self.claims {
            if claim.description.is_empty() {
                claim.description = describe_claim(&claim.name, words);
            }
        }
        if self.access_until.is_empty() {
            self.access_until = match self.access_for {
                Some(length) => words.duration(length),
                None => words.say("duration-until-ended"),
            };
        }
    }

    #[allow(clippy::too_many_lines, reason = "samples, one after the other")]
    fn samples() -> Vec<(&'static str, Self)> {
        let scope = |name: &str| ScopeLine {
            name: name.into(),
            is_new: true,
            checked: true,
            ..ScopeLine::default()
        };
        let main = Self {
            common: samples::interaction("consent"),
            scopes: vec![
                ScopeLine {
                    required: true,
                    ..scope("openid")
                },
                scope("email"),
                scope("offline_access"),
                ScopeLine {
                    description: "Read your invoices".into(),
                    sensitive: true,
                    ..scope("invoices:read")
                },
            ],
            resources: vec![ResourceLine {
                uri: "https://id.example.com/mcp".into(),
                name: "Invoices".into(),
            }],
            access_for: Some(Seconds::days(30)),
            offline: true,
            narrowing: true,
            switch_account_action: "/oauth/select-account".into(),
            ..Self::default()
        };
        let unverified = ClientCard {
            verified: false,
            ..samples::client()
        };
        let all_warnings = vec![
            Warning::Unverified,
            Warning::Loopback,
            Warning::PrivateScheme,
            Warning::LocalhostDocument,
            Warning::HostMismatch,
        ];
        let again = vec![GrantedScope {
            name: "profile".into(),
            description: String::new(),
        }];
        let changed = PageVariables {
            errors: vec![FormError::AccountChanged.into()],
            ..main.common.clone()
        };
        let hostile_scope = ScopeLine {
            description: samples::MARKUP.into(),
            ..scope("<b>")
        };
        let claim = |name: &str| ClaimLine {
            name: name.into(),
            is_new: true,
            checked: true,
            ..ClaimLine::default()
        };
        vec![
            (
                "claims",
                Self {
                    claims: vec![claim("phone_number"), claim("birthdate"), claim("team")],
                    ..main.clone()
                },
            ),
            (
                "warnings",
                Self {
                    common: PageVariables {
                        client: Some(unverified),
                        ..main.common.clone()
                    },
                    warnings: all_warnings,
                    ..main.clone()
                },
            ),
            (
                "all_or_nothing",
                Self {
                    narrowing: false,
                    offline: false,
                    ..main.clone()
                },
            ),
            (
                "again",
                Self {
                    previously_granted: again,
                    access_for: None,
                    ..main.clone()
                },
            ),
            (
                "account_changed",
                Self {
                    common: changed,
                    ..main.clone()
                },
            ),
            (
                "hostile",
                Self {
                    common: samples::hostile("consent"),
                    scopes: vec![hostile_scope],
                    claims: vec![claim("<b>")],
                    ..main.clone()
                },
            ),
            ("main", main),
        ]
    }
}
