//! Target `claims`: a parameter `claims`.

use serde_json::Value;

use crate::protocol::{
    claims_parameter::{GrantedClaims, OF_LOGIN, RequestedClaims, read},
    error::ErrorCode,
    scope::Scopes,
};

/// Reading, storing and granting of single claims (OpenID Connect Core §5.5).
pub fn claims(data: &[u8]) {
    let Ok(sent) = std::str::from_utf8(data) else {
        return;
    };
    let supported = ["name", "email", "team", "sub"].map(str::to_owned);
    let requested = match read(sent, &supported) {
        Ok(requested) => requested,
        Err(error) => {
            assert_eq!(error.code, ErrorCode::InvalidRequest, "{sent:?}");
            return;
        }
    };
    // What another reader calls no object is none.
    let other: Option<Value> = serde_json::from_str(sent).ok();
    assert!(other.is_some_and(|other| other.is_object()), "{sent:?}");
    let stored = serde_json::to_value(&requested).unwrap_or_default();
    let read_again: Option<RequestedClaims> = serde_json::from_value(stored).ok();
    assert_eq!(read_again.as_ref(), Some(&requested));
    let known = |name: &String| supported.contains(name) || OF_LOGIN.contains(&name.as_str());
    assert!(
        requested
            .userinfo
            .iter()
            .chain(&requested.id_token)
            .all(known)
    );
    let scopes: Scopes = ["openid", "email"].into_iter().collect();
    let beyond = requested.beyond(&scopes);
    assert!(!beyond.iter().any(|claim| claim == "email"));
    let granted = requested.granted(&scopes, &beyond);
    assert_eq!(granted.userinfo, requested.userinfo);
    assert_eq!(granted.id_token, requested.id_token);
    let column = granted.to_json();
    assert_eq!(GrantedClaims::read(column.as_ref()), granted);
    let nothing = requested.granted(&scopes, &[]);
    assert!(beyond.iter().all(|claim| !nothing.userinfo.contains(claim)));
}
