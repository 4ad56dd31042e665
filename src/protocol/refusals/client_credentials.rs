//! Clients that act for themselves (TK-28 to TK-30).

use super::refusals;

refusals! {
    /// How a client that acts for itself is refused a token.
    MachineRefusal:
    NotConfidential {
        rule: "TK-28",
        code: UnauthorizedClient,
        client: "Only confidential clients may use this grant type",
        problem: "A client without a secret or key asked for a token of its own.",
        expected: "a client that authenticates",
        fix: "Make the client with a secret or a key: oauth:client:create auth:basic.",
        standard: "RFC 6749 §4.4",
    }
    ScopesNotPermitted {
        rule: "TK-29",
        code: InvalidScope,
        client: "The app permits this client none of these scopes",
        problem: "The hook machine_scopes of the app left none of the scopes of the request.",
        expected: "a scope that the hook machine_scopes permits",
        fix: "Ask for a scope that the app permits this client, or change its hook machine_scopes.",
        standard: "RFC 6749 §4.4.2",
    }
    ScopeMalformed {
        rule: "TK-29",
        code: InvalidScope,
        client: "scope has a forbidden character",
        problem: "The parameter scope has a character that no scope may have.",
        expected: "words of printable ASCII without quotes and backslashes, separated by single \
            spaces",
        fix: "Send scopes separated by spaces, not by commas or as a list.",
        standard: "RFC 6749 §3.3",
    }
    ScopeUnknown {
        rule: "TK-29",
        code: InvalidScope,
        client: "scope names nothing that this server knows",
        problem: "None of the words in scope is a scope of this server.",
        expected: "scopes of the client, or no scope",
        fix: "Leave scope out, or send scopes that the client has.",
        standard: "RFC 6749 §4.4.2",
    }
    ScopeNotAllowed {
        rule: "TK-29",
        code: InvalidScope,
        client: "The client may not ask for this scope",
        problem: "The client asks for a scope that is not among its own, or that speaks about a \
            person.",
        expected: "scopes of the client that do not speak about a person",
        fix: "Leave scope out, or give the client the scope.",
        standard: "RFC 6749 §4.4.2",
    }
    ResourceUnknown {
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
