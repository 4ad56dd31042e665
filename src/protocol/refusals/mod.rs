//! Every refusal of this server, in one table: its rule and code, what a client reads, what the
//! log says, what would have been right, what to do, and what a person reads.
//!
//! Error pages, log lines and `docs/refusals.md` are made from it. A file of the table is a family:
//! what an endpoint, a grant type or a part of a request can be refused for, as an enum with a variant
//! for each row. A refusal is written as `OAuthError::of(AuthorizeRefusal::ClientUnknown)`, with
//! `.received(…)` for the value that was wrong.

mod authorization_code;
mod authorize;
mod client_auth;
mod client_credentials;
mod client_document;
mod device;
#[cfg(any(test, feature = "testing"))]
mod document;
mod dpop;
mod exchange;
mod form;
mod grant_resources;
mod guard;
mod id_jag;
mod interaction;
mod json;
mod jwt_bearer;
mod logout;
mod lookup;
mod pages;
mod pushed;
mod refresh_token;
mod registration;
mod request_object;
mod server;
mod session;
mod state;
mod storage;
mod targets;
#[cfg(test)]
mod tests;
mod token;
mod transport;

#[cfg(any(test, feature = "testing"))]
pub use self::document::document;
use super::{error::ErrorCode, error_kind::ErrorKind, rule::RuleId};

/// One way in which a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The family and the variant, as the code writes them.
    pub name: &'static str,
    /// Id of the rule.
    pub rule: RuleId,
    /// The RFC's code.
    pub code: ErrorCode,
    /// What the client reads: `error_description`, of `%x20-21 / %x23-5B / %x5D-7E` (RFC 6749
    /// §5.2).
    pub client: &'static str,
    /// What was wrong, for whoever runs the server.
    pub problem: &'static str,
    /// What would have been accepted.
    pub expected: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// What a person reads on a page; `None` = what the code says.
    pub page: Option<ErrorKind>,
    /// The challenge of an answer by a JSON endpoint (`WWW-Authenticate`).
    pub challenge: Challenge,
    /// What the refusal is about, for those who watch the audit events.
    pub about: About,
    /// The text behind the rule.
    pub standard: &'static str,
}

/// A variant of any family, for what carries refusals of all of them.
///
/// This is a trait of its own, because with `From` for a reference to a row the compiler would no longer
/// warn of a variant that nothing constructs.
pub trait RefusalFamily {
    /// Returns the row of the table.
    fn row(self) -> &'static Refusal;
}

/// What the header `WWW-Authenticate` asks for (RFC 9110 §11.6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// Nothing: other credentials would not help.
    None,
    /// Authentication of the client (RFC 6749 §5.2).
    Client,
    /// A token to which no scope leads: of a registration (RFC 7592 §3), of the app, or one that was
    /// shown in the wrong way (RFC 6750 §3.1).
    Bearer,
    /// An access token with the scope `openid`, at `UserInfo` (RFC 6750 §3, RFC 9449 §7.1).
    BearerWithOpenid,
    /// A proof of possession, where it was shown with an access token (RFC 9449 §7.1).
    Proof,
}

impl Challenge {
    /// The usual one of a code.
    const fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::InvalidClient => Self::Client,
            ErrorCode::InvalidToken | ErrorCode::InsufficientScope => Self::BearerWithOpenid,
            _ => Self::None,
        }
    }
}

/// What a refusal is about, where that has an audit event of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// The request as a whole.
    Request,
    /// The redirect URI: somebody may try to have answers sent to a place of their own (RFC 9700
    /// §4.1).
    RedirectUri,
}

/// A family of rows: an enum with a variant for each, which the code constructs to refuse.
///
/// Nothing but the table lists the variants outside of the tests, so that the compiler warns of a
/// row that no code constructs.
macro_rules! refusals {
    ($(#[$doc:meta])* $family:ident: $(
        $name:ident {
            rule: $rule:literal,
            code: $code:ident,
            $(page: $page:ident,)?
            $(challenge: $challenge:ident,)?
            $(about: $about:ident,)?
            client: $client:literal,
            problem: $problem:literal,
            expected: $expected:literal,
            fix: $fix:literal,
            standard: $standard:literal,
        }
    )+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $family {
            $(
                #[doc = concat!("Rule `", $rule, "`.")]
                $name,
            )+
        }

        impl $family {
            /// The family as a whole, for the page of the documentation and the tests of the table.
            #[cfg(any(test, feature = "testing"))]
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns the row of the table.
            pub const fn row(self) -> &'static $crate::protocol::refusals::Refusal {
                match self {
                    $(Self::$name => &$crate::protocol::refusals::Refusal {
                        name: concat!(stringify!($family), "::", stringify!($name)),
                        rule: $crate::protocol::rule::rule!($rule),
                        code: $crate::protocol::error::ErrorCode::$code,
                        client: $client,
                        problem: $problem,
                        expected: $expected,
                        fix: $fix,
                        page: $crate::protocol::refusals::refusals!(@page $($page)?),
                        challenge: const {
                            $crate::protocol::refusals::refusals!(@challenge $code $($challenge)?)
                        },
                        about: $crate::protocol::refusals::refusals!(@about $($about)?),
                        standard: $standard,
                    },)+
                }
            }
        }

        impl $crate::protocol::refusals::RefusalFamily for $family {
            fn row(self) -> &'static $crate::protocol::refusals::Refusal {
                Self::row(self)
            }
        }
    };
    (@page) => { None };
    (@page $page:ident) => { Some($crate::protocol::error_kind::ErrorKind::$page) };
    (@challenge $code:ident) => {
        $crate::protocol::refusals::Challenge::of($crate::protocol::error::ErrorCode::$code)
    };
    (@challenge $code:ident $challenge:ident) => {
        $crate::protocol::refusals::Challenge::$challenge
    };
    (@about) => { $crate::protocol::refusals::About::Request };
    (@about $about:ident) => { $crate::protocol::refusals::About::$about };
}
use refusals;

/// Exports the families, and lists their rows.
macro_rules! families {
    ($($file:ident::$family:ident,)+) => {
        $(pub use self::$file::$family;)+

        /// The rows of all families, for the page of the documentation and its test.
        #[cfg(any(test, feature = "testing"))]
        pub fn all() -> impl Iterator<Item = &'static Refusal> {
            let mut rows: Vec<&'static Refusal> = Vec::new();
            $(rows.extend($family::ALL.iter().map(|refusal| refusal.row()));)+
            rows.into_iter()
        }
    };
}

// In the order of `docs/refusals.md`.
families! {
    transport::TransportRefusal,
    authorize::AuthorizeRefusal,
    targets::TargetRefusal,
    pushed::PushedRefusal,
    request_object::RequestObjectRefusal,
    token::TokenRefusal,
    authorization_code::CodeRefusal,
    grant_resources::GrantResourceRefusal,
    refresh_token::RefreshRefusal,
    client_credentials::MachineRefusal,
    device::DeviceRefusal,
    exchange::ExchangeRefusal,
    id_jag::IdJagRefusal,
    jwt_bearer::JwtBearerRefusal,
    client_auth::ClientAuthRefusal,
    interaction::InteractionRefusal,
    session::SessionRefusal,
    form::FormRefusal,
    state::StateRefusal,
    logout::LogoutRefusal,
    guard::GuardRefusal,
    dpop::DpopRefusal,
    lookup::LookupRefusal,
    registration::RegistrationRefusal,
    client_document::ClientDocumentRefusal,
    json::JsonRefusal,
    storage::StorageRefusal,
    pages::PageRefusal,
    server::ServerRefusal,
}

/// Most characters that a client reads.
const LONGEST: usize = 200;

/// The sentence for the client, with what is offered instead, as much of it as has room.
pub(super) fn offer(sentence: &str, offered: &[&str]) -> String {
    let printable = |text: &&&str| {
        text.bytes()
            .all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
    };
    let mut told = format!("{sentence}; offered: ");
    let mut first = true;
    for value in offered.iter().filter(printable) {
        let comma = if first { "" } else { ", " };
        // Room for the dots.
        if told.len() + comma.len() + value.len() + 5 > LONGEST {
            told.push_str(if first { "..." } else { ", ..." });
            return told;
        }
        told.push_str(comma);
        told.push_str(value);
        first = false;
    }
    if first {
        told.push_str("none");
    }
    told
}
