//! Keys that are not settings: renamed ones, ones of a later version, misspelt ones
//! (ST-01, ST-02, ST-03).

/// Keys of other servers and of the reference, with what replaces them here.
const REPLACED: [(&str, &str); 13] = [
    ("route_prefix", "use `prefix`"),
    ("resource_server_url", "list it in `resources`"),
    ("resource_scopes", "use `resources[].scopes`"),
    (
        "adapter",
        "tables and models come from the derive: #[derive(OAuthServer)]",
    ),
    ("client_id", "list the client in `clients`"),
    ("client_secret", "list the client in `clients`"),
    ("redirect_uris", "list the client in `clients`"),
    (
        "static_client_require_pkce",
        "use `require_pkce` of the entry in `clients`",
    ),
    ("default_scope", "use `default_scopes`"),
    (
        "code_challenge_method",
        "S256 is the only method; remove it",
    ),
    (
        "request_uri_resolver",
        "pushed and signed requests are settings of their own, `par` and `jar`",
    ),
    (
        "select_account_resolver",
        "implement the hook OAuthServerHooks::select_account",
    ),
    (
        "client_assertion_accepts_token_endpoint",
        "use `client_assertion_audience`: `any`, the default, takes the token endpoint, too",
    ),
];

/// Top-level keys of later versions.
const LATER: [&str; 3] = ["trust_policy", "events", "refresh_token_retry_until_used"];

/// Keys of later versions in an entry of `clients` or `resources`.
const LATER_IN_ENTRIES: [&str; 5] = [
    "introspection_signed_response_alg",
    "initiate_login_uri",
    "software_id",
    "software_version",
    "software_statement",
];

/// Values of later versions, by the place of the value.
const LATER_VALUES: [(&str, &str); 1] = [("profile", "fapi2")];

/// Largest number of edits at which a key counts as misspelt.
const MAX_EDITS: usize = 3;

const NOT_YET: &str = "not available in this version";

/// What is wrong with an unknown key, and what to do about it.
pub(super) struct UnknownKey {
    pub(super) problem: String,
    pub(super) fix: String,
}

/// What to say about an unknown key at `path`, where `expected` would be known.
pub(super) fn unknown_key(path: &str, expected: &[&str]) -> UnknownKey {
    let told = |problem: &str, fix: String| UnknownKey {
        problem: problem.to_owned(),
        fix,
    };
    if let Some((_, fix)) = REPLACED.iter().find(|(key, _)| *key == path) {
        return told("not a setting of this server", (*fix).to_owned());
    }
    let name = path.rsplit('.').next().unwrap_or(path);
    let in_entry = path.contains("].");
    if LATER.contains(&path) || (in_entry && LATER_IN_ENTRIES.contains(&name)) {
        return told(NOT_YET, "remove it".into());
    }
    let nearest = expected
        .iter()
        .map(|key| (strsim::damerau_levenshtein(name, key), key))
        .filter(|(edits, _)| *edits <= MAX_EDITS)
        .min_by_key(|(edits, _)| *edits);
    let fix = match nearest {
        Some((_, key)) => format!("did you mean `{key}`?"),
        None => format!("known here: {}", expected.join(", ")),
    };
    told("unknown key", fix)
}

/// What to say about an unknown word, in backticks, that a later version will know.
pub(super) fn later_value(path: &str, word: &str) -> Option<String> {
    let place = path.split('[').next()?;
    LATER_VALUES
        .contains(&(place, word.trim_matches('`')))
        .then(|| format!("{word} is {NOT_YET}"))
}
