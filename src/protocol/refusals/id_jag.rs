//! ID-JAGs of this server (TX-06, TX-07).

use super::refusals;

refusals! {
    /// How an assertion for another authorization server is refused.
    IdJagRefusal:
    IdTokenInvalid {
        rule: "TX-06",
        code: InvalidRequest,
        client: "The subject_token is not valid",
        problem: "The subject token is no ID token of this server for this client that is valid now, or the \
            person or the authorization behind it is gone.",
        expected: "an ID token that was issued to this client, has not expired, and whose authorization still counts",
        fix: "Send the ID token as it was issued; get a new one with the refresh token, or let the person sign in \
            again.",
        standard: "Identity Assertion JWT Authorization Grant §4.3.3",
    }
    RefreshTokenInvalid {
        rule: "TX-06",
        code: InvalidRequest,
        client: "The subject_token is not valid",
        problem: "The subject token is no refresh token of this client that would be accepted now, or its \
            authorization has no openid.",
        expected: "a live refresh token of this client whose authorization has the scope openid",
        fix: "Send the newest refresh token of an authorization with openid.",
        standard: "Identity Assertion JWT Authorization Grant §4.3.3",
    }
    IdTokenOfPairwiseClient {
        rule: "TX-06",
        code: InvalidRequest,
        client: "Send the refresh token: the subject of this client is pairwise",
        problem: "The client has pairwise subjects, which do not lead back to the person.",
        expected: "a refresh token as subject_token",
        fix: "Send the refresh token as subject_token, with its type.",
        standard: "Identity Assertion JWT Authorization Grant §5",
    }
    AudienceNotOne {
        rule: "TX-07",
        code: InvalidRequest,
        client: "audience names one authorization server",
        problem: "An ID-JAG is for one authorization server, but the request names none or several.",
        expected: "audience, once: the issuer identifier of the other authorization server",
        fix: "Send one audience.",
        standard: "Identity Assertion JWT Authorization Grant §4.3",
    }
    AudienceNotAllowed {
        rule: "TX-07",
        code: InvalidTarget,
        client: "The client may not ask for assertions for this audience",
        problem: "No entry of token_exchange.id_jag has this client and this audience.",
        expected: "the audience of an entry of token_exchange.id_jag for this client",
        fix: "Name an audience that is offered, or add an entry to token_exchange.id_jag.",
        standard: "Identity Assertion JWT Authorization Grant §4.3.3",
    }
    ResourceMissing {
        rule: "TX-07",
        code: InvalidTarget,
        client: "resource is missing",
        problem: "The client may reach several resources of the audience, and names none of them.",
        expected: "resource",
        fix: "Send the identifier of the resource, such as the URL of the MCP server.",
        standard: "Identity Assertion JWT Authorization Grant §4.3",
    }
    ResourceNotAllowed {
        rule: "TX-07",
        code: InvalidTarget,
        client: "The client may not ask for this resource",
        problem: "The resource is not among those of the entry of token_exchange.id_jag.",
        expected: "one of the resources of the entry",
        fix: "Name a resource that is offered, or add it to the entry.",
        standard: "Identity Assertion JWT Authorization Grant §4.3.3",
    }
    RelyingPartyUnknown {
        rule: "TX-07",
        code: InvalidTarget,
        client: "The audience is not set up completely",
        problem: "The relying_party of the entry of token_exchange.id_jag is no client of this server.",
        expected: "a client_id of this server in relying_party, or none",
        fix: "Register the client under which the other server signs people in, or remove relying_party.",
        standard: "Identity Assertion JWT Authorization Grant §3.1, §5",
    }
    ScopeMalformed {
        rule: "TX-07",
        code: InvalidScope,
        client: "scope has a forbidden character",
        problem: "The parameter scope has a character that no scope may have.",
        expected: "words of printable ASCII without quotes and backslashes, separated by single \
            spaces",
        fix: "Send scopes separated by spaces, not by commas or as a list.",
        standard: "RFC 6749 §3.3",
    }
    ScopeNotAllowed {
        rule: "TX-07",
        code: InvalidScope,
        client: "The client may not ask for these scopes",
        problem: "None of the scopes is among those of the entry of token_exchange.id_jag.",
        expected: "scopes of the entry",
        fix: "Ask for a scope of the entry, or add it there.",
        standard: "Identity Assertion JWT Authorization Grant §4.3.3",
    }
}
