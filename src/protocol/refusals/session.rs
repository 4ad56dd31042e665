//! Sessions for scripts of the app (EX-02, EX-03), and forms (CS-01, CS-02, CO-04, CO-05).

use super::refusals;

refusals! {
    SESSION:
    SESSION_EXCHANGE_OFF {
        rule: "GE-11",
        code: InvalidRequest,
        client: "auth.jwt is not configured",
        problem: "A script wants to exchange a JWT of the app for a session, but the \
            configuration of Loco has no auth.jwt.",
        expected: "auth.jwt in the configuration of Loco",
        fix: "Configure auth.jwt, or sign people in on the login page.",
        standard: "Loco, auth.jwt",
    }
    ORIGIN_NOT_TRUSTED {
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
    APP_TOKEN_INVALID {
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
    APP_TOKEN_STALE {
        rule: "EX-03",
        code: InvalidToken,
        challenge: Bearer,
        client: "The token is from before the credentials changed. Log in again",
        problem: "The JWT of the app was issued before the password of the person changed.",
        expected: "a JWT that was issued after the change",
        fix: "Sign in to the app again.",
        standard: "RFC 6750 §3.1",
    }
    ADDRESS_NOT_VERIFIED {
        rule: "EX-03",
        code: AccessDenied,
        client: "The address is not verified yet",
        problem: "The settings want a verified address, and the person has not verified theirs.",
        expected: "a person with a verified address",
        fix: "Open the link in the mail that was sent to the person.",
        standard: "Setting require_verified_email",
    }
    FORM_OF_OTHER_ORIGIN {
        rule: "CS-02",
        code: InvalidRequest,
        client: "The form came from another origin",
        problem: "A form was posted by a page of another origin, or a proxy changes the Origin \
            or the Host.",
        expected: "a form that a page of this server sent",
        fix: "Compare the setting issuer with the address in the browser; look for a proxy that \
            changes Origin.",
        standard: "RFC 6454 §7",
    }
    FORM_OF_OTHER_ACCOUNT {
        rule: "CO-05",
        code: InvalidRequest,
        client: "The form is for another account",
        problem: "Somebody else signed in, in the same browser, while the form was open.",
        expected: "the form of the account that is signed in now",
        fix: "Open the page again.",
        standard: "RFC 9700 §4.16",
    }
    FORM_FOREIGN {
        rule: "CS-01",
        code: InvalidRequest,
        client: "The form does not belong here",
        problem: "The csrf_token of the form or its binding cookie is missing or belongs to \
            something else.",
        expected: "the csrf_token of this form, and the binding cookie it was made for",
        fix: "Open the page again; look for something that blocks or removes cookies.",
        standard: "RFC 6749 §10.12",
    }
    SCOPE_AS_LIST {
        rule: "CO-04",
        code: InvalidRequest,
        client: "scope was sent as a list",
        problem: "The consent form has the field scope with brackets.",
        expected: "the field scope once for each scope",
        fix: "Send the form as the page has it.",
        standard: "RFC 6749 §3.3",
    }
    STATE_KEEPS_CHANGING {
        rule: "NX-10",
        code: TemporarilyUnavailable,
        client: "The login or the app changed while it was looked at. Please try again",
        problem: "The login or the client changed again and again while the request was decided.",
        expected: "a login and a client that stay as they are for the time of a request",
        fix: "Try again; look for a script that signs in and out, or changes the client, in a \
            loop.",
        standard: "RFC 6749 §4.1.2.1",
    }
}
