//! Assertions of identity providers (JB-01 to JB-03).

use super::refusals;

refusals! {
    /// How an assertion about a person is refused.
    JwtBearerRefusal:
    NotConfidential {
        rule: "JB-01",
        code: UnauthorizedClient,
        client: "Only confidential clients may present assertions",
        problem: "A client without a secret or key presented an assertion about a person.",
        expected: "a client that authenticates",
        fix: "Make the client with a secret or a key: oauth:client:create auth:basic.",
        standard: "Identity Assertion JWT Authorization Grant §8.1",
    }
    Missing {
        rule: "JB-01",
        code: InvalidRequest,
        client: "assertion is missing",
        problem: "The request has no assertion.",
        expected: "assertion, an ID-JAG",
        fix: "Send the ID-JAG of the identity provider in assertion.",
        standard: "RFC 7523 §2.1",
    }
    Refused {
        rule: "JB-01",
        code: InvalidGrant,
        client: "The assertion is not valid",
        problem: "The assertion is malformed, of another type, or not signed by a key of its issuer.",
        expected: "an ID-JAG that a key of the issuer signed, with the typ oauth-id-jag+jwt",
        fix: "Send the ID-JAG as it was issued; check jwks_uri of the issuer in jwt_bearer.issuers.",
        standard: "RFC 7523 §3.1, RFC 8725 §3.11",
    }
    ClaimWrong {
        rule: "JB-01",
        code: InvalidGrant,
        client: "A claim of the assertion is missing or wrong",
        problem: "A claim of the assertion is missing, or does not fit this server and this client.",
        expected: "aud: this issuer; client_id: the client that sends the request; a sub; cnf: the key of the DPoP proof",
        fix: "Ask the identity provider for an assertion for this server and this client; if it has cnf, send a DPoP proof by that key.",
        standard: "Identity Assertion JWT Authorization Grant §4.4.1",
    }
    NotFresh {
        rule: "JB-01",
        code: InvalidGrant,
        client: "The assertion has expired, is not valid yet, lives too long or was used",
        problem: "The times of the assertion do not fit, or its jti was used before.",
        expected: "an exp at most five minutes away, and a jti that was not used before",
        fix: "Ask for a new assertion for each access token; compare the clocks of the machines.",
        standard: "RFC 7523 §3",
    }
    IssuerNotTrusted {
        rule: "JB-01",
        code: InvalidGrant,
        client: "The issuer of the assertion is not trusted for this client",
        problem: "The iss of the assertion is in no entry of jwt_bearer.issuers, or in one that does not list \
            the client.",
        expected: "an issuer of jwt_bearer.issuers that lists the client",
        fix: "Add the issuer, or the client to its entry.",
        standard: "RFC 7523 §3",
    }
    KeysUnread {
        rule: "JB-01",
        code: TemporarilyUnavailable,
        client: "The keys of the issuer cannot be read now",
        problem: "The key set at the jwks_uri of the issuer cannot be read now.",
        expected: "a key set at jwks_uri that can be read",
        fix: "Try again later; the log has the cause.",
        standard: "RFC 7523 §3",
    }
    NoAccount {
        rule: "JB-02",
        code: InvalidGrant,
        client: "No account here belongs to the person of the assertion",
        problem: "The hook subject_from_assertion of the app names no user for the assertion.",
        expected: "a person whom the hook subject_from_assertion knows",
        fix: "Implement the hook, or let the person sign in here once, so that the app can link the account.",
        standard: "Identity Assertion JWT Authorization Grant §4.1",
    }
    AccountNotActive {
        rule: "JB-02",
        code: InvalidGrant,
        client: "The account is not active",
        problem: "The account of the person is locked, or its address is not verified where it must be.",
        expected: "an active account",
        fix: "Activate the account.",
        standard: "RFC 7523 §3",
    }
    ScopeMalformed {
        rule: "JB-03",
        code: InvalidScope,
        client: "scope has a forbidden character",
        problem: "The parameter scope has a character that no scope may have.",
        expected: "words of printable ASCII without quotes and backslashes, separated by single \
            spaces",
        fix: "Send scopes separated by spaces, not by commas or as a list.",
        standard: "RFC 6749 §3.3",
    }
    ScopeNotAllowed {
        rule: "JB-03",
        code: InvalidScope,
        client: "The assertion does not give these scopes",
        problem: "A requested scope, or every scope, is outside of what the assertion, its issuer's entry and the \
            client have.",
        expected: "scopes of the assertion that the entry of jwt_bearer.issuers and the client have",
        fix: "Ask for less, or add the scopes to the entry and the client.",
        standard: "Identity Assertion JWT Authorization Grant §4.4.1",
    }
    ScopesNotPermitted {
        rule: "JB-03",
        code: InvalidScope,
        client: "The app permits none of these scopes",
        problem: "The hook authorize_scopes of the app left none of the scopes of the assertion.",
        expected: "a scope that the hook authorize_scopes lets this person give to this client",
        fix: "Ask for a scope that the app permits, or change its hook authorize_scopes.",
        standard: "Identity Assertion JWT Authorization Grant §4.4.1",
    }
    ResourceMissing {
        rule: "JB-03",
        code: InvalidTarget,
        client: "resource is missing",
        problem: "Neither the assertion nor the request names a resource.",
        expected: "resource in the assertion or in the request",
        fix: "Name the resource when asking the identity provider for the assertion.",
        standard: "RFC 8707 §2, Identity Assertion JWT Authorization Grant §4.4.1",
    }
    ResourceNotAllowed {
        rule: "JB-03",
        code: InvalidTarget,
        client: "The assertion does not give this resource",
        problem: "The resource is not in the assertion, in the resources of its issuer's entry, or among those \
            of the client.",
        expected: "a resource that the assertion, the entry of jwt_bearer.issuers and the client have",
        fix: "Name another resource, or add it to the entry and the client.",
        standard: "RFC 8707 §2, Identity Assertion JWT Authorization Grant §4.4.1",
    }
}
