//! Refresh tokens and clients that act for themselves (TK-19 to TK-30, RF-03).

use super::refusals;

refusals! {
    GRANTS:
    REFRESH_TOKEN_MISSING {
        rule: "TK-19",
        code: InvalidRequest,
        client: "refresh_token is missing",
        problem: "The request has no refresh token.",
        expected: "refresh_token, the newest that was issued",
        fix: "Send the refresh token in the form body.",
        standard: "RFC 6749 §6",
    }
    REFRESH_TOKEN_UNKNOWN {
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
    REFRESH_TOKEN_REVOKED {
        rule: "TK-20",
        code: InvalidGrant,
        client: "The authorization was revoked",
        problem: "The authorization behind the refresh token was revoked: by the person, the \
            operator, the client, or because a token was used twice.",
        expected: "a refresh token of an authorization that still counts",
        fix: "Start a new authorization.",
        standard: "RFC 6749 §5.2",
    }
    REFRESH_TOKEN_OF_LOST_ACCOUNT {
        rule: "TK-20",
        code: InvalidGrant,
        client: "The account is not active",
        problem: "The person behind the refresh token was locked or deleted, or their \
            credentials changed since.",
        expected: "an account that is active and has the credentials that it had",
        fix: "Start a new authorization with an account that is active.",
        standard: "RFC 6749 §5.2",
    }
    REFRESH_TOKEN_USED {
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
    REFRESH_TOKEN_USED_FOR_OTHER_REQUEST {
        rule: "RF-03",
        code: InvalidGrant,
        client: "The refresh token was used for another request; the authorization is revoked",
        problem: "A rotated refresh token came again with another scope or resource than the \
            first time, so all tokens were revoked.",
        expected: "the newest refresh token, or the first request once more",
        fix: "Repeat a lost request without changes; use the newest refresh token for another \
            scope or resource.",
        standard: "RFC 9700 §4.14.2",
    }
    REFRESH_TOKEN_MISUSED {
        rule: "RF-03",
        code: InvalidGrant,
        client: "The refresh token came too often with a wrong scope or resource; the \
            authorization is revoked",
        problem: "A refresh token came again and again for what its grant does not have, so all \
            tokens were revoked.",
        expected: "a scope and resources of the grant, or neither of them",
        fix: "Mend the scope and the resource that the client sends, then start a new \
            authorization.",
        standard: "RFC 9700 §4.14.2",
    }
    REFRESH_TOKEN_EXPIRED {
        rule: "TK-22",
        code: InvalidGrant,
        client: "The refresh token has expired",
        problem: "The refresh token was not used within refresh_token_ttl_seconds, or its \
            authorization is older than the longest lifetime in the settings.",
        expected: "a refresh token within its lifetime",
        fix: "Start a new authorization.",
        standard: "RFC 6749 §6",
    }
    NO_GRANTED_SCOPE_ALLOWED {
        rule: "TK-23",
        code: InvalidScope,
        client: "No granted scope is still allowed",
        problem: "Every scope of the grant was taken away from the client or the settings since.",
        expected: "a scope of the grant that client and settings still have",
        fix: "Start a new authorization, or give the client its scopes back.",
        standard: "RFC 6749 §6",
    }
    REFRESH_SCOPE_MALFORMED {
        rule: "TK-23",
        code: InvalidScope,
        client: "scope has a forbidden character",
        problem: "The parameter scope has a character that no scope may have.",
        expected: "words of printable ASCII without quotes and backslashes, separated by single \
            spaces",
        fix: "Send scopes separated by spaces, not by commas or as a list.",
        standard: "RFC 6749 §3.3",
    }
    REFRESH_SCOPE_UNKNOWN {
        rule: "TK-23",
        code: InvalidScope,
        client: "scope names nothing that this server knows",
        problem: "None of the words in scope is a scope of this server.",
        expected: "scopes of the grant, or no scope",
        fix: "Leave scope out, or send scopes of the grant.",
        standard: "RFC 6749 §6",
    }
    SCOPE_NOT_GRANTED {
        rule: "TK-23",
        code: InvalidScope,
        client: "scope is more than was granted",
        problem: "The refresh request asks for a scope that the person did not grant.",
        expected: "scopes of the grant, or no scope",
        fix: "Leave scope out, or start a new authorization for more.",
        standard: "RFC 6749 §6",
    }
    GRANTED_SCOPE_NOT_ALLOWED {
        rule: "TK-23",
        code: InvalidScope,
        client: "None of these scopes is still allowed",
        problem: "The scopes of the request were granted, but were taken away from the client or \
            the settings since.",
        expected: "a scope of the grant that client and settings still have",
        fix: "Leave scope out, or give the client its scopes back.",
        standard: "RFC 6749 §6",
    }
    MACHINE_NOT_CONFIDENTIAL {
        rule: "TK-28",
        code: UnauthorizedClient,
        client: "Only confidential clients may use this grant type",
        problem: "A client without a secret or key asked for a token of its own.",
        expected: "a client that authenticates",
        fix: "Make the client with a secret or a key: oauth:client:create auth:basic.",
        standard: "RFC 6749 §4.4",
    }
    MACHINE_SCOPES_NOT_PERMITTED {
        rule: "TK-29",
        code: InvalidScope,
        client: "The app permits this client none of these scopes",
        problem: "The hook machine_scopes of the app left none of the scopes of the request.",
        expected: "a scope that the hook machine_scopes permits",
        fix: "Ask for a scope that the app permits this client, or change its hook machine_scopes.",
        standard: "RFC 6749 §4.4.2",
    }
    MACHINE_SCOPE_MALFORMED {
        rule: "TK-29",
        code: InvalidScope,
        client: "scope has a forbidden character",
        problem: "The parameter scope has a character that no scope may have.",
        expected: "words of printable ASCII without quotes and backslashes, separated by single \
            spaces",
        fix: "Send scopes separated by spaces, not by commas or as a list.",
        standard: "RFC 6749 §3.3",
    }
    MACHINE_SCOPE_UNKNOWN {
        rule: "TK-29",
        code: InvalidScope,
        client: "scope names nothing that this server knows",
        problem: "None of the words in scope is a scope of this server.",
        expected: "scopes of the client, or no scope",
        fix: "Leave scope out, or send scopes that the client has.",
        standard: "RFC 6749 §4.4.2",
    }
    MACHINE_SCOPE_NOT_ALLOWED {
        rule: "TK-29",
        code: InvalidScope,
        client: "The client may not ask for this scope",
        problem: "The client asks for a scope that is not among its own, or that speaks about a \
            person.",
        expected: "scopes of the client that do not speak about a person",
        fix: "Leave scope out, or give the client the scope.",
        standard: "RFC 6749 §4.4.2",
    }
    MACHINE_RESOURCE_UNKNOWN {
        rule: "TK-30",
        code: InvalidTarget,
        client: "The resource is not known",
        problem: "The client asks for a token for a resource that is not in the settings or not \
            among those of the client.",
        expected: "the uri of a resource in the settings that the client may name",
        fix: "Send one of the resources that are offered, add it to the setting resources, or to \
            the resources of the client.",
        standard: "RFC 8707 §2",
    }
}
