//! Access tokens at resource servers and at UserInfo (GU-01 to GU-04, UI-01 to UI-03).

use super::refusals;

refusals! {
    /// How an access token is refused.
    GuardRefusal:
    BearerMalformed {
        rule: "GU-01",
        code: InvalidRequest,
        client: "The Authorization header is malformed",
        problem: "There are several Authorization headers, or one without exactly one token.",
        expected: "one header, Authorization: Bearer and the token",
        fix: "Send one Authorization header with the scheme Bearer or DPoP, one space and the token.",
        standard: "RFC 6750 §2.1",
    }
    AccessTokenMissing {
        rule: "GU-01",
        code: InvalidToken,
        client: "An access token is needed",
        problem: "The request has no access token in its Authorization header.",
        expected: "Authorization: Bearer and a token",
        fix: "Send the access token in the Authorization header; look for a proxy that takes it \
            away.",
        standard: "RFC 6750 §3",
    }
    AccessTokenInvalid {
        rule: "GU-02",
        code: InvalidToken,
        client: "The access token is not valid here",
        problem: "The access token is not one of this server, is over, or is for another \
            audience; received says which.",
        expected: "a live access token for this resource",
        fix: "Refresh the token or start a new authorization; name this resource in the request \
            when the audience is another.",
        standard: "RFC 6750 §3.1, RFC 8707 §2",
    }
    BoundTokenAsBearer {
        rule: "GU-03",
        code: InvalidToken,
        client: "The access token is bound to a key: send it with the scheme DPoP and a proof",
        problem: "The access token is bound to a key, and came as a bearer token: from a client that \
            forgot the proof, or from somebody who has the token without the key.",
        expected: "Authorization: DPoP and the token, and the header DPoP with a proof",
        fix: "Send the token with the scheme DPoP and a proof for each request.",
        standard: "RFC 9449 §7.1, §7.2",
    }
    TokenNotBound {
        rule: "GU-03",
        code: InvalidToken,
        client: "The access token is not bound to a key: send it with the scheme Bearer",
        problem: "The scheme is DPoP, but the access token was issued without a proof.",
        expected: "a token that is bound to the key of the proof",
        fix: "Send a proof with the token request, too, or use the scheme Bearer.",
        standard: "RFC 9449 §7.1",
    }
    BindingRequired {
        rule: "GU-03",
        code: InvalidToken,
        client: "An access token that is bound to a key is needed here",
        problem: "The settings (dpop.required, or dpop_bound_access_tokens of the resource) take only \
            tokens that are bound to a key, and this one is not.",
        expected: "a token that was issued for a request with a DPoP proof",
        fix: "Get a token by a request with a proof, and send it with the scheme DPoP.",
        standard: "RFC 9449 §7.1",
    }
    UserOfTokenGone {
        rule: "GU-02",
        code: InvalidToken,
        client: "The user is not there any more",
        problem: "The account behind the access token was deleted.",
        expected: "a token of an account that exists",
        fix: "Start a new authorization with an account that exists.",
        standard: "RFC 6750 §3.1",
    }
    PersonNeeded {
        rule: "GU-04",
        code: InsufficientScope,
        client: "A person's token is needed",
        problem: "The access token is of a client that acts for itself, and the route asks for a \
            person.",
        expected: "an access token that a person granted",
        fix: "Use the authorization code grant for this route.",
        standard: "RFC 6750 §3.1",
    }
    ScopeLacking {
        rule: "GU-04",
        code: InsufficientScope,
        client: "The access token lacks a scope",
        problem: "The access token is good, but does not have every scope that the route asks for.",
        expected: "every scope that the route asks for",
        fix: "Ask for the missing scope in a new authorization; the challenge names all that are \
            needed.",
        standard: "RFC 6750 §3.1",
    }
    LoginNotEnough {
        rule: "GU-05",
        code: InsufficientUserAuthentication,
        client: "Another login is needed",
        problem: "The access token is good, but the login with which it was granted is of a weaker class \
            or longer ago than the route asks for.",
        expected: "a token of a login as the route asks for it",
        fix: "Start a new authorization with the acr_values and max_age of the challenge; the token \
            that it gives will do.",
        standard: "RFC 9470 §3, §4",
    }
    AccessTokenRepeated {
        rule: "UI-01",
        code: InvalidRequest,
        challenge: Bearer,
        client: "The access token was sent twice",
        problem: "The request has an access token in its header and in its body.",
        expected: "the access token in one place",
        fix: "Send the access token in the Authorization header only.",
        standard: "RFC 6750 §2",
    }
    UserInfoNeedsOpenid {
        rule: "UI-03",
        code: InsufficientScope,
        client: "The scope openid is needed",
        problem: "The access token is of a client that acts for itself, or has no scope openid.",
        expected: "a token of a person with the scope openid",
        fix: "Ask for the scope openid in the authorization request.",
        standard: "OpenID Connect Core §5.3",
    }
}
