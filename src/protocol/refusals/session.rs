//! Sessions for scripts of the app (EX-02, EX-03).

use super::refusals;

refusals! {
    /// How a session for a script of the app is refused.
    SessionRefusal:
    ExchangeOff {
        rule: "GE-11",
        code: InvalidRequest,
        client: "auth.jwt is not configured",
        problem: "A script wants to exchange a JWT of the app for a session, but the \
            configuration of Loco has no auth.jwt.",
        expected: "auth.jwt in the configuration of Loco",
        fix: "Configure auth.jwt, or sign people in on the login page.",
        standard: "Loco, auth.jwt",
    }
    OriginNotTrusted {
        rule: "EX-02",
        code: AccessDenied,
        client: "This origin may not use sessions",
        problem: "A script of another origin, or something that is no browser, wants to use the \
            session.",
        expected: "an Origin of this server or of session_exchange_origins",
        fix: "Add the origin to session_exchange_origins if its scripts may sign people in and \
            out.",
        standard: "RFC 6454 §7",
    }
    AppTokenInvalid {
        rule: "EX-03",
        code: InvalidToken,
        challenge: Bearer,
        client: "The token is missing or not valid",
        problem: "The request has no JWT of the app, a wrong one, or one of a person who may not \
            sign in.",
        expected: "a JWT of the app that auth.jwt accepts, of an active user",
        fix: "Sign in to the app again, and send the JWT as auth.jwt says.",
        standard: "RFC 6750 §3.1",
    }
    AppTokenStale {
        rule: "EX-03",
        code: InvalidToken,
        challenge: Bearer,
        client: "The token is from before the credentials changed. Log in again",
        problem: "The JWT of the app was issued before the password of the person changed.",
        expected: "a JWT that was issued after the change",
        fix: "Sign in to the app again.",
        standard: "RFC 6750 §3.1",
    }
    AddressNotVerified {
        rule: "EX-03",
        code: AccessDenied,
        client: "The address is not verified yet",
        problem: "The settings want a verified address, and the person has not verified theirs.",
        expected: "a person with a verified address",
        fix: "Open the link in the mail that was sent to the person.",
        standard: "Setting require_verified_email",
    }
}
