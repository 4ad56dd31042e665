//! Scopes, resources and the PKCE challenge of an authorization request (AZ-20 to AZ-23).

use super::refusals;

refusals! {
    /// How the scopes, resources or the PKCE challenge of a request are refused.
    TargetRefusal:
    ScopeMalformed {
        rule: "AZ-20",
        code: InvalidScope,
        client: "scope has a forbidden character",
        problem: "The parameter scope has a character that no scope may have.",
        expected: "words of printable ASCII without quotes and backslashes, separated by single \
            spaces",
        fix: "Send scopes separated by spaces, not by commas or as a list.",
        standard: "RFC 6749 §3.3",
    }
    ScopeNotOfClient {
        rule: "AZ-21",
        code: InvalidScope,
        client: "The client may not ask for this scope",
        problem: "A scope of the request exists, but the client is not registered for it.",
        expected: "scopes of the client's record",
        fix: "Leave the scope out, or register the client with it.",
        standard: "RFC 6749 §3.3",
    }
    NoScopeLeft {
        rule: "AZ-21",
        code: InvalidScope,
        client: "No scope is left to grant",
        problem: "None of the scopes of the request is known here and allowed to this client, or \
            the request has no scope and there is no default for it.",
        expected: "at least one scope that the client may ask for",
        fix: "Ask for one of the scopes that are offered, or set default_scopes.",
        standard: "RFC 6749 §3.3",
    }
    ChallengeMethodNotOffered {
        rule: "AZ-22",
        code: InvalidRequest,
        client: "code_challenge_method must be S256",
        problem: "The PKCE method of the request is missing or another than S256, so that the \
            challenge would be the verifier itself.",
        expected: "code_challenge_method=S256",
        fix: "Set the PKCE method of the client to S256.",
        standard: "RFC 7636 §4.3, OAuth 2.1 §4.1.1",
    }
    ChallengeMalformed {
        rule: "AZ-22",
        code: InvalidRequest,
        client: "code_challenge is not 43 characters of base64url",
        problem: "The challenge is not a SHA-256 in base64url.",
        expected: "43 characters of A-Z a-z 0-9 - _, without padding",
        fix: "Send BASE64URL(SHA256(code_verifier)) without equals signs.",
        standard: "RFC 7636 §4.2",
    }
    ChallengeMissing {
        rule: "AZ-22",
        code: InvalidRequest,
        client: "code_challenge is missing",
        problem: "The client must use PKCE and sent no challenge.",
        expected: "code_challenge with code_challenge_method=S256",
        fix: "Switch PKCE with S256 on in the client.",
        standard: "OAuth 2.1 §4.1.1",
    }
    KeyMalformed {
        rule: "AZ-26",
        code: InvalidRequest,
        client: "dpop_jkt is not 43 characters of base64url",
        problem: "The parameter dpop_jkt is not the SHA-256 thumbprint of a key in base64url.",
        expected: "43 characters of A-Z a-z 0-9 - _, without padding",
        fix: "Send the JWK thumbprint of the key that signs the proofs, or leave dpop_jkt out.",
        standard: "RFC 9449 §10",
    }
    TooManyResources {
        rule: "AZ-23",
        code: InvalidTarget,
        client: "There are more than 10 resources",
        problem: "The request names more resources than one token may be for.",
        expected: "at most 10 resources",
        fix: "Ask for fewer resources at once.",
        standard: "RFC 8707 §2",
    }
    ResourceUnknown {
        rule: "AZ-23",
        code: InvalidTarget,
        client: "The resource is not known",
        problem: "The request names a resource that is not in the settings or not among those of \
            the client.",
        expected: "the uri of a resource in the settings that the client may name",
        fix: "Send one of the resources that are offered, add it to the setting resources, or to \
            the resources of the client.",
        standard: "RFC 8707 §2",
    }
    ResourcesOfTwoFormats {
        rule: "AZ-23",
        code: InvalidTarget,
        client: "These resources cannot share one access token",
        problem: "The resources have different token formats or signatures, so that no one token \
            fits all of them.",
        expected: "resources of one token_format and signing_alg",
        fix: "Ask for a token for each of them, in requests of their own.",
        standard: "RFC 8707 §2",
    }
}
