//! The token endpoint, whatever the grant type (TK-02, TK-05, TK-07).

use super::refusals;

refusals! {
    /// How the token endpoint refuses a request of any grant type.
    TokenRefusal:
    ParameterRepeated {
        rule: "TK-02",
        code: InvalidRequest,
        client: "A parameter was sent twice or as a list",
        problem: "A parameter of the request was sent twice or with brackets, so that nobody can \
            say which value counts.",
        expected: "every parameter but resource at most once, without brackets",
        fix: "Send the parameter once; look for a library or proxy that adds it a second time.",
        standard: "RFC 6749 §3.2",
    }
    GrantTypeMissing {
        rule: "TK-05",
        code: InvalidRequest,
        client: "grant_type is missing",
        problem: "The token request does not say which grant it is.",
        expected: "grant_type, one of grant_types_supported in the metadata",
        fix: "Send grant_type in the form body, not as JSON or in the query.",
        standard: "RFC 6749 §4.1.3",
    }
    GrantTypeNotOffered {
        rule: "TK-05",
        code: UnsupportedGrantType,
        client: "grant_type is not supported",
        problem: "The token request names a grant that this server does not know or that its \
            settings switch off.",
        expected: "one of grant_types_supported in the metadata",
        fix: "Use a grant that the metadata offers, or add it to the setting grant_types.",
        standard: "RFC 6749 §5.2",
    }
    GrantNotAllowed {
        rule: "TK-07",
        code: UnauthorizedClient,
        client: "The client may not use this grant type",
        problem: "The grant is not among the grant_types that this client registered.",
        expected: "one of the grant_types of the client",
        fix: "Use a grant that the client registered, or register the client with this one.",
        standard: "RFC 6749 §5.2",
    }
}
