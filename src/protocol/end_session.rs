//! The checks of the logout endpoint (RP-Initiated Logout §2, §3; ES-01 to ES-08).

use serde::Deserialize;

use super::{
    callback::with_query,
    client::{Client, ClientStatus},
    error::OAuthError,
    params::{Params, encode},
    received::Received,
    refusals::LogoutRefusal,
    typed_params,
};

/// The parameters of a logout request, as they were sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct LogoutRequest<'a> {
    /// An ID token that this server issued, not verified yet.
    pub id_token_hint: Option<&'a str>,
    /// The parameter `client_id`.
    pub client_id: Option<&'a str>,
    /// Where the client wants the person to go.
    pub post_logout_redirect_uri: Option<&'a str>,
    /// The parameter `state`, which is returned to the client.
    pub state: Option<&'a str>,
    /// Languages of the pages.
    pub ui_locales: Option<&'a str>,
    /// Without a meaning here: only an ID token says reliably who is meant.
    pub logout_hint: Option<&'a str>,
}

/// Reads the parameters (ES-01).
///
/// # Errors
/// `invalid_request` for one that was sent twice or as a list.
pub fn read(params: &Params) -> Result<LogoutRequest<'_>, OAuthError> {
    let twice = |_| OAuthError::of(LogoutRefusal::ParameterRepeated);
    let read = typed_params::read::<LogoutRequest<'_>>(params);
    Ok(read.map_err(twice)?.request)
}

/// Values of a verified ID token that say who is to be signed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedHint {
    /// The clients that the token was issued to (`aud`).
    pub audiences: Vec<String>,
    /// The claim `sub`, as that client sees the person.
    pub subject: String,
    /// The session in which the token was issued (`sid`).
    pub sid: Option<String>,
}

/// Returns the client that the request comes from: the one it names, else that of the hint (ES-03).
///
/// # Errors
/// `invalid_request` when the request names another client than the hint.
pub fn client_id<'a>(
    request: &LogoutRequest<'a>,
    hint: Option<&'a VerifiedHint>,
) -> Result<Option<&'a str>, OAuthError> {
    let Some(named) = request.client_id else {
        let audience = hint.and_then(|hint| hint.audiences.first());
        return Ok(audience.map(String::as_str));
    };
    match hint {
        Some(hint) if !hint.audiences.iter().any(|audience| audience == named) => {
            let wanted = format!("client_id: {}", hint.audiences.join(" or "));
            Err(OAuthError::of(LogoutRefusal::ClientOfOtherHint).observed(wanted, named))
        }
        _ => Ok(Some(named)),
    }
}

/// Checks that a client which the request names exists (ES-03). The hint may be of one that was
/// removed since.
///
/// # Errors
/// `invalid_request` when the named client does not exist.
pub fn check_client(
    request: &LogoutRequest<'_>,
    client: Option<&Client>,
) -> Result<(), OAuthError> {
    let exists = client.is_some_and(|client| client.status != ClientStatus::Deleted);
    if request.client_id.is_some() && !exists {
        let sent = Received::Public(request.client_id.unwrap_or_default());
        return Err(OAuthError::of(LogoutRefusal::ClientUnknown).received(sent));
    }
    Ok(())
}

/// Where a logout ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Destination {
    /// A page of this server: the client named no address.
    #[default]
    Ours,
    /// A page of this server: the client named an address that is not registered for it (ES-04).
    Dropped,
    /// A registered address.
    Registered(PostLogoutRedirect),
}

/// A registered address with the `state` of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostLogoutRedirect {
    /// The address as registered.
    pub uri: String,
    /// The client's `state`.
    pub state: Option<String>,
}

impl PostLogoutRedirect {
    /// The URI with `state`, once (ES-08).
    pub fn location(&self) -> String {
        let Some(state) = &self.state else {
            return self.uri.clone();
        };
        with_query(&self.uri, &format!("state={}", encode(state)))
    }

    /// Whether a browser navigates there by http(s), where `form-action` applies (AR-05).
    pub fn is_web(&self) -> bool {
        self.uri.starts_with("https://") || self.uri.starts_with("http://")
    }
}

/// Decides about `post_logout_redirect_uri`, which must be byte for byte one of the client's
/// (ES-04). A disabled client sends nobody anywhere.
pub fn destination(request: &LogoutRequest<'_>, client: Option<&Client>) -> Destination {
    let Some(uri) = request.post_logout_redirect_uri else {
        return Destination::Ours;
    };
    let registered = client
        .filter(|client| client.status == ClientStatus::Active)
        .map(|client| client.post_logout_redirect_uris.as_slice())
        .unwrap_or_default();
    if registered.iter().any(|one| one == uri) {
        Destination::Registered(PostLogoutRedirect {
            uri: uri.to_owned(),
            state: request.state.map(str::to_owned),
        })
    } else {
        Destination::Dropped
    }
}

/// A session of the browser.
#[derive(Clone, Copy, Debug)]
pub struct SessionView<'a> {
    /// The `sid` claim.
    pub sid: &'a str,
}

/// The decision who is signed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutDecision {
    /// Nobody is signed in (ES-05).
    Nobody,
    /// The session at this index is ended without a question (ES-06).
    End(usize),
    /// The person is asked whether to sign out (ES-07).
    Ask,
}

/// Decides ES-05 to ES-07. `sessions` are those of the browser, the current one first.
pub fn judge(hint: Option<&VerifiedHint>, sessions: &[SessionView<'_>]) -> LogoutDecision {
    if sessions.is_empty() {
        return LogoutDecision::Nobody;
    }
    let Some(hint) = hint else {
        return LogoutDecision::Ask;
    };
    let named = |session: &SessionView<'_>| hint.sid.as_deref() == Some(session.sid);
    // Another session of the same person is not the one that the hint was issued in: whoever kept
    // an old ID token could otherwise sign them out of every later one.
    let place = sessions.iter().position(named);
    place.map_or(LogoutDecision::Ask, LogoutDecision::End)
}

/// Where a browser in which nobody is signed in goes on (ES-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutRedirect {
    /// Straight to the destination.
    Straight,
    /// To a page that names the destination and offers it as a link.
    ByLink,
}

/// ES-05: whether the browser goes on to the client by itself.
///
/// Without a session and without an ID token anybody can make this request with a client
/// that they registered themselves, so that this server would be an open redirector (RFC 9700
/// §4.11.2). Only a client that an operator vouches for, and that nobody can pass themselves off as,
/// is gone on to without a click.
pub fn onward(
    hint: Option<&VerifiedHint>,
    client: Option<&Client>,
    to: &PostLogoutRedirect,
) -> LogoutRedirect {
    let vouched =
        client.is_some_and(|client| client.is_trusted() && client.may_remember_consent(&to.uri));
    if hint.is_some() || vouched {
        LogoutRedirect::Straight
    } else {
        LogoutRedirect::ByLink
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn redirect(uri: &str, state: Option<&str>) -> String {
        PostLogoutRedirect {
            uri: uri.to_owned(),
            state: state.map(str::to_owned),
        }
        .location()
    }

    #[rstest]
    #[case("https://app.example/bye", None, "https://app.example/bye")]
    #[case(
        "https://app.example/bye",
        Some("S"),
        "https://app.example/bye?state=S"
    )]
    #[case(
        "https://app.example/?x=1",
        Some("a b"),
        "https://app.example/?x=1&state=a+b"
    )]
    #[case("https://app.example/?", Some("S"), "https://app.example/?state=S")]
    fn es_08_the_state_is_added_once(
        #[case] uri: &str,
        #[case] state: Option<&str>,
        #[case] location: &str,
    ) {
        assert_eq!(redirect(uri, state), location);
    }

    #[test]
    fn c255_no_control_character_reaches_the_location() {
        let location = redirect("https://app.example/bye", Some("\r\nSet-Cookie: x=é"));
        assert!(location.is_ascii());
        assert!(!location.contains(['\r', '\n', ' ']));
    }

    const ALICE: SessionView<'_> = SessionView { sid: "sid-a" };
    const BOB: SessionView<'_> = SessionView { sid: "sid-b" };

    #[rstest]
    #[case::nobody_signed_in(Some(("alice", "sid-a")), &[], LogoutDecision::Nobody)]
    #[case::no_hint(None, &[ALICE], LogoutDecision::Ask)]
    #[case::the_current_session(Some(("alice", "sid-a")), &[ALICE, BOB], LogoutDecision::End(0))]
    #[case::another_session_of_the_browser(Some(("bob", "sid-b")), &[ALICE, BOB], LogoutDecision::End(1))]
    #[case::an_older_session_of_the_user(Some(("alice", "sid-0")), &[ALICE, BOB], LogoutDecision::Ask)]
    #[case::a_hint_without_a_session(Some(("alice", "")), &[ALICE, BOB], LogoutDecision::Ask)]
    #[case::not_the_current_user(Some(("bob", "sid-0")), &[ALICE, BOB], LogoutDecision::Ask)]
    #[case::somebody_else(Some(("carol", "sid-0")), &[ALICE], LogoutDecision::Ask)]
    fn es_05_es_06_es_07_who_is_signed_out(
        #[case] hint: Option<(&str, &str)>,
        #[case] sessions: &[SessionView<'_>],
        #[case] verdict: LogoutDecision,
    ) {
        let hint = hint.map(|(subject, sid)| VerifiedHint {
            audiences: vec!["conf".to_owned()],
            subject: subject.to_owned(),
            sid: Some(sid.to_owned()).filter(|sid| !sid.is_empty()),
        });
        assert_eq!(judge(hint.as_ref(), sessions), verdict);
    }
}
