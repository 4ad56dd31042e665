//! Claims of a user by scope (OIDC Core §5.4).

use serde_json::{Map, Value};

use super::scope::Scopes;

/// The claims a scope asks for.
const BY_SCOPE: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];

/// Of `claims`, those that a granted scope covers. Null values are left out (GE-07).
pub fn granted<'a>(
    claims: impl Iterator<Item = (&'a String, &'a Value)>,
    scopes: &Scopes,
) -> Map<String, Value> {
    claims
        .filter(|(name, value)| !value.is_null() && covers(scopes, name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn covers(scopes: &Scopes, claim: &str) -> bool {
    BY_SCOPE
        .iter()
        .any(|(scope, claims)| scopes.contains(scope) && claims.contains(&claim))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[test]
    fn only_claims_of_granted_scopes_leave() {
        let claims = BTreeMap::from([
            ("name".to_owned(), json!("Alice")),
            ("email".to_owned(), json!("alice@example.com")),
            ("picture".to_owned(), Value::Null),
            ("password".to_owned(), json!("x")),
        ]);
        let scopes = Scopes::parse("openid profile").unwrap();
        let granted = granted(claims.iter(), &scopes);
        assert_eq!(Value::Object(granted), json!({ "name": "Alice" }));
    }
}
