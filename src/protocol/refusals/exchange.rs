//! Token exchange (TX-01 to TX-05).

use super::refusals;

refusals! {
    /// How the exchange of a token for another is refused.
    ExchangeRefusal:
    NotConfidential {
        rule: "TX-01",
        code: UnauthorizedClient,
        client: "Only confidential clients may exchange tokens",
        problem: "A client without a secret or key asked for an exchange.",
        expected: "a client that authenticates",
        fix: "Make the client with a secret or a key: oauth:client:create auth:basic.",
        standard: "RFC 8693 §2.1, §5",
    }
    SubjectTokenMissing {
        rule: "TX-02",
        code: InvalidRequest,
        client: "subject_token is missing",
        problem: "The request has no token that could be exchanged.",
        expected: "subject_token and subject_token_type",
        fix: "Send the token of the person in subject_token.",
        standard: "RFC 8693 §2.1",
    }
    SubjectTypeNotTaken {
        rule: "TX-02",
        code: InvalidRequest,
        client: "subject_token_type is missing or not taken",
        problem: "The type of the subject token is missing, or one that is not exchanged for access tokens.",
        expected: "the type of an access token",
        fix: "Send an access token of this server and its type.",
        standard: "RFC 8693 §2.1, §3",
    }
    SubjectTypeNotTakenForIdJag {
        rule: "TX-06",
        code: InvalidRequest,
        client: "subject_token_type is missing or not taken",
        problem: "The type of the subject token is missing, or one for which there are no ID-JAGs.",
        expected: "the type of an ID token or a refresh token",
        fix: "Send the ID token that the client got when the person signed in, or its refresh token.",
        standard: "RFC 8693 §2.1, Identity Assertion JWT Authorization Grant §4.3",
    }
    TypeNotIssued {
        rule: "TX-02",
        code: InvalidRequest,
        client: "requested_token_type is not issued",
        problem: "The client asks for a type of token that this server does not issue at an exchange.",
        expected: "an access token or an ID-JAG",
        fix: "Leave requested_token_type out for an access token.",
        standard: "RFC 8693 §2.1",
    }
    SubjectTokenInvalid {
        rule: "TX-02",
        code: InvalidRequest,
        client: "The subject_token is not valid",
        problem: "The subject token is unknown, expired or revoked, or is not of the type that was sent.",
        expected: "an access token of this server that would be accepted now",
        fix: "Send a token that is still valid, exactly as it was issued.",
        standard: "RFC 8693 §2.2.2",
    }
    SubjectTokenOfOther {
        rule: "TX-02",
        code: InvalidRequest,
        client: "The subject_token is not valid",
        problem: "The subject token was issued to another client, and for no resource that lists this one in \
            introspection_clients.",
        expected: "a token that was issued to this client, or for a resource of it",
        fix: "List the client in introspection_clients of the resource that gets such tokens.",
        standard: "RFC 8693 §2.2.2",
    }
    SubjectIsMachine {
        rule: "TX-02",
        code: InvalidRequest,
        client: "The subject_token speaks for no person",
        problem: "The subject token is one of a client that acts for itself.",
        expected: "a token of a person",
        fix: "Let the client ask for a token of its own, with client_credentials.",
        standard: "RFC 8693 §2.1",
    }
    TargetMissing {
        rule: "TX-03",
        code: InvalidTarget,
        client: "resource or audience is missing",
        problem: "The request names no target, and no rule of token_exchange.rules, or more than one, \
            could be meant.",
        expected: "resource or audience",
        fix: "Name the resource that the new token is for.",
        standard: "RFC 8693 §2.1",
    }
    TargetNotAllowed {
        rule: "TX-03",
        code: InvalidTarget,
        client: "The client may not exchange this token for that target",
        problem: "No rule of token_exchange.rules lets this client exchange a token for the resources of the \
            subject token for one for the target.",
        expected: "the to_resource of a rule for this client and a resource of the subject token",
        fix: "Name a target that is offered, or add a rule to token_exchange.rules.",
        standard: "RFC 8693 §2.2.2",
    }
    ScopeMalformed {
        rule: "TX-04",
        code: InvalidScope,
        client: "scope has a forbidden character",
        problem: "The parameter scope has a character that no scope may have.",
        expected: "words of printable ASCII without quotes and backslashes, separated by single \
            spaces",
        fix: "Send scopes separated by spaces, not by commas or as a list.",
        standard: "RFC 6749 §3.3",
    }
    ScopeNotAllowed {
        rule: "TX-04",
        code: InvalidScope,
        client: "The exchange does not give these scopes",
        problem: "A requested scope, or every scope, is outside of what both the subject token and the rule \
            for the target have.",
        expected: "scopes of the subject token that the rule allows",
        fix: "Ask for less, or start with a subject token that has the scopes and a rule that allows them.",
        standard: "RFC 8693 §2.1, §5",
    }
    ScopesNotPermitted {
        rule: "TX-04",
        code: InvalidScope,
        client: "The app permits none of these scopes",
        problem: "The hook authorize_scopes of the app left none of the scopes of the exchange.",
        expected: "a scope that the hook authorize_scopes lets this person give to this client",
        fix: "Ask for a scope that the app permits, or change its hook authorize_scopes.",
        standard: "RFC 8693 §2.2.2",
    }
    ActorIncomplete {
        rule: "TX-05",
        code: InvalidRequest,
        client: "actor_token and actor_token_type come together",
        problem: "One of actor_token and actor_token_type was sent without the other.",
        expected: "both, or none of them",
        fix: "Send the type with the token; without an actor token the client itself is the actor.",
        standard: "RFC 8693 §2.1",
    }
    ActorTypeNotTaken {
        rule: "TX-05",
        code: InvalidRequest,
        client: "actor_token_type is not taken",
        problem: "The type of the actor token is not that of an access token.",
        expected: "the type of an access token",
        fix: "Send an access token that was issued to the client, and its type.",
        standard: "RFC 8693 §2.1, §3",
    }
    ActorForIdJag {
        rule: "TX-06",
        code: InvalidRequest,
        client: "An ID-JAG names no actor",
        problem: "An actor token came with a request for an ID-JAG, where its standard gives it no meaning.",
        expected: "no actor_token",
        fix: "Leave actor_token out.",
        standard: "Identity Assertion JWT Authorization Grant §4.3",
    }
    ActorTokenInvalid {
        rule: "TX-05",
        code: InvalidRequest,
        client: "The actor_token is not valid",
        problem: "The actor token is unknown, expired, revoked, of another type, or was issued to another \
            client.",
        expected: "an access token of this client that would be accepted now",
        fix: "Send a valid token that was issued to the client, or none: then the client itself is the actor.",
        standard: "RFC 8693 §2.2.2",
    }
    TooManyActors {
        rule: "TX-05",
        code: InvalidRequest,
        client: "The chain of actors is too long",
        problem: "The subject token was exchanged so often that its chain of actors has reached its end.",
        expected: "a subject token with a shorter chain",
        fix: "Exchange the first token of the chain; look for a loop among the rules.",
        standard: "RFC 8693 §4.1",
    }
}
