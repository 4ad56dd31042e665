//! Claims of a user by scope (OpenID Connect Core §5.4).

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

/// Returns those of `claims` that a granted scope covers, or that were granted by themselves, as `single`
/// names them. Null values are left out (GE-07).
pub fn granted<'a>(
    claims: impl Iterator<Item = (&'a String, &'a Value)>,
    scopes: &Scopes,
    single: &[String],
) -> Map<String, Value> {
    claims
        .filter(|(name, value)| !value.is_null() && (covers(scopes, name) || single.contains(name)))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Adds claims of the app to `claims`, except those that are there already, those with a name of
/// `reserved`, and nulls (GE-07).
pub fn add<'a>(
    claims: &mut Map<String, Value>,
    more: impl Iterator<Item = (&'a String, &'a Value)>,
    reserved: &[&str],
) {
    for (name, value) in more {
        if !value.is_null() && !reserved.contains(&name.as_str()) {
            claims.entry(name).or_insert_with(|| value.clone());
        }
    }
}

/// Whether one of the scopes asks for the claim.
pub fn covers(scopes: &Scopes, claim: &str) -> bool {
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
        let of_scopes = granted(claims.iter(), &scopes, &[]);
        assert_eq!(Value::Object(of_scopes), json!({ "name": "Alice" }));
        let single = ["email".to_owned(), "picture".to_owned()];
        let with_single = granted(claims.iter(), &scopes, &single);
        let expected = json!({ "name": "Alice", "email": "alice@example.com" });
        assert_eq!(Value::Object(with_single), expected);
    }

    #[test]
    fn s16_the_app_adds_claims_and_changes_none() {
        let mut claims = Map::from_iter([("name".to_owned(), json!("Alice"))]);
        let more = BTreeMap::from([
            ("name".to_owned(), json!("Mallory")),
            ("sub".to_owned(), json!("mallory")),
            ("team".to_owned(), json!(null)),
            ("roles".to_owned(), json!(["editor"])),
        ]);
        add(&mut claims, more.iter(), &["sub"]);
        assert_eq!(
            Value::Object(claims),
            json!({ "name": "Alice", "roles": ["editor"] })
        );
    }
}
