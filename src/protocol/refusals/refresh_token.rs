//! Refresh tokens (TK-19 to TK-23, RF-03).

use super::refusals;

refusals! {
    /// How a refresh token is refused.
    RefreshRefusal:
    Missing {
        rule: "TK-19",
        code: InvalidRequest,
        client: "refresh_token is missing",
        problem: "The request has no refresh token.",
        expected: "refresh_token, the newest that was issued",
        fix: "Send the refresh token in the form body.",
        standard: "RFC 6749 §6",
    }
    Unknown {
        rule: "TK-19",
        code: InvalidGrant,
        client: "The refresh token is not valid",
        problem: "No such refresh token was issued to this client, or it was cleaned up after it \
            had expired.",
        expected: "the newest refresh token of this client",
        fix: "Store every refresh token that comes with a response, and send the newest; else \
            start a new authorization.",
        standard: "RFC 6749 §6",
    }
    Revoked {
        rule: "TK-20",
        code: InvalidGrant,
        client: "The authorization was revoked",
        problem: "The authorization behind the refresh token was revoked: by the person, the \
            operator, the client, or because a token was used twice.",
        expected: "a refresh token of an authorization that still counts",
        fix: "Start a new authorization.",
        standard: "RFC 6749 §5.2",
    }
    OfLostAccount {
        rule: "TK-20",
        code: InvalidGrant,
        client: "The account is not active",
        problem: "The person behind the refresh token was locked or deleted, or their \
            credentials changed since.",
        expected: "an account that is active and has the credentials that it had",
        fix: "Start a new authorization with an account that is active.",
        standard: "RFC 6749 §5.2",
    }
    Used {
        rule: "TK-21",
        code: InvalidGrant,
        client: "The refresh token was used before; the authorization is revoked",
        problem: "A refresh token was used a second time and cannot be retried any more: one of \
            its two holders is not the client, so all tokens were revoked.",
        expected: "the newest refresh token",
        fix: "Store the new refresh token before anything else is done, and let only one process \
            refresh.",
        standard: "RFC 9700 §4.14.2",
    }
    UsedForOtherRequest {
        rule: "RF-03",
        code: InvalidGrant,
        client: "The refresh token was used for another request; the authorization is revoked",
        problem: "A rotated refresh token came again with another scope, resource or key than the \
            first time, so all tokens were revoked.",
        expected: "the newest refresh token, or the first request once more",
        fix: "Repeat a lost request without changes; use the newest refresh token for another \
            scope or resource.",
        standard: "RFC 9700 §4.14.2",
    }
    Misused {
        rule: "RF-03",
        code: InvalidGrant,
        client: "The refresh token came too often with a wrong scope, resource or proof; the \
            authorization is revoked",
        problem: "A refresh token came again and again for what its grant does not have, so all \
            tokens were revoked.",
        expected: "a scope and resources of the grant, or neither of them, and a proof by its key",
        fix: "Mend the scope, the resource and the proof that the client sends, then start a new \
            authorization.",
        standard: "RFC 9700 §4.14.2",
    }
    Expired {
        rule: "TK-22",
        code: InvalidGrant,
        client: "The refresh token has expired",
        problem: "The refresh token was not used within refresh_token_ttl_seconds, or its \
            authorization is older than the longest lifetime in the settings.",
        expected: "a refresh token within its lifetime",
        fix: "Start a new authorization.",
        standard: "RFC 6749 §6",
    }
    ProofMissing {
        rule: "TK-25",
        code: InvalidDpopProof,
        client: "The refresh token is bound to a key: a DPoP proof is needed",
        problem: "The tokens of a public client are bound to a key, and the refresh request has no proof.",
        expected: "the header DPoP with a proof by the key of the first token request",
        fix: "Send a proof by that key with each refresh; a client without it has to start a new \
            authorization.",
        standard: "RFC 9449 §5",
    }
    OtherKey {
        rule: "TK-25",
        code: InvalidGrant,
        client: "The refresh token is bound to another key",
        problem: "The proof of the refresh request is by another key than the one to which the tokens of \
            this public client are bound.",
        expected: "a proof by the key of the first token request",
        fix: "Store the key as long as the refresh token; without it, start a new authorization.",
        standard: "RFC 9449 §5",
    }
    NoGrantedScopeAllowed {
        rule: "TK-23",
        code: InvalidScope,
        client: "No granted scope is still allowed",
        problem: "Every scope of the grant was taken away from the client or the settings since.",
        expected: "a scope of the grant that client and settings still have",
        fix: "Start a new authorization, or give the client its scopes back.",
        standard: "RFC 6749 §6",
    }
    ScopeMalformed {
        rule: "TK-23",
        code: InvalidScope,
        client: "scope has a forbidden character",
        problem: "The parameter scope has a character that no scope may have.",
        expected: "words of printable ASCII without quotes and backslashes, separated by single \
            spaces",
        fix: "Send scopes separated by spaces, not by commas or as a list.",
        standard: "RFC 6749 §3.3",
    }
    ScopeUnknown {
        rule: "TK-23",
        code: InvalidScope,
        client: "scope names nothing that this server knows",
        problem: "None of the words in scope is a scope of this server.",
        expected: "scopes of the grant, or no scope",
        fix: "Leave scope out, or send scopes of the grant.",
        standard: "RFC 6749 §6",
    }
    ScopeNotGranted {
        rule: "TK-23",
        code: InvalidScope,
        client: "scope is more than was granted",
        problem: "The refresh request asks for a scope that the person did not grant.",
        expected: "scopes of the grant, or no scope",
        fix: "Leave scope out, or start a new authorization for more.",
        standard: "RFC 6749 §6",
    }
    GrantedScopeNotAllowed {
        rule: "TK-23",
        code: InvalidScope,
        client: "None of these scopes is still allowed",
        problem: "The scopes of the request were granted, but were taken away from the client or \
            the settings since.",
        expected: "a scope of the grant that client and settings still have",
        fix: "Leave scope out, or give the client its scopes back.",
        standard: "RFC 6749 §6",
    }
}
