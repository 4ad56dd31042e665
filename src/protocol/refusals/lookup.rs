//! Revocation and introspection of tokens (RV-01, IN-01, IN-02).

use super::refusals;

refusals! {
    /// How a revocation or an introspection is refused.
    LookupRefusal:
    RevokedTokenMissing {
        rule: "RV-01",
        code: InvalidRequest,
        client: "token is missing",
        problem: "The request does not say which token it is about.",
        expected: "token, an access or refresh token",
        fix: "Send token in the form body.",
        standard: "RFC 7009 §2.1",
    }
    IntrospectedTokenMissing {
        rule: "IN-02",
        code: InvalidRequest,
        client: "token is missing",
        problem: "The request does not say which token it asks about.",
        expected: "token, an access or refresh token",
        fix: "Send token in the form body.",
        standard: "RFC 7662 §2.1",
    }
    IntrospectionOfPublicClient {
        rule: "IN-01",
        code: InvalidClient,
        client: "Only confidential clients may introspect",
        problem: "A client that has no secret or key asked about a token.",
        expected: "a confidential client",
        fix: "Let the resource server authenticate with a client of its own: oauth:client:create \
            auth:basic.",
        standard: "RFC 7662 §2.1",
    }
}
