//! Interactions: what a person has to do before a code is issued.

use super::refusals;

refusals! {
    /// How an interaction, or a step of it, is refused.
    InteractionRefusal:
    Repeated {
        rule: "IX-03",
        code: InvalidRequest,
        client: "interaction was sent twice",
        problem: "The parameter interaction, which names the request that a page belongs to, was \
            sent twice or with brackets.",
        expected: "interaction once",
        fix: "Start again in the app; if a page of your own makes the link, let it name the \
            interaction once.",
        standard: "RFC 6749 §3.1",
    }
    Missing {
        rule: "IX-03",
        code: InvalidRequest,
        page: NoInteraction,
        client: "interaction is missing",
        problem: "The page was opened by itself: the parameter interaction, which names the \
            request it belongs to, is missing.",
        expected: "interaction, the id that the redirect to this page had",
        fix: "Start again in the app; if a page of your own makes the link, pass interaction on.",
        standard: "RFC 6749 §10.12",
    }
    Unreadable {
        rule: "IX-03",
        code: InvalidRequest,
        client: "interaction cannot be read",
        problem: "The parameter interaction was sent twice, is empty, or is not percent-encoded \
            UTF-8.",
        expected: "interaction once, the id that the redirect to this page had",
        fix: "Start again in the app; if a page of your own makes the link, pass interaction on \
            as it came.",
        standard: "RFC 6749 §10.12",
    }
    Unknown {
        rule: "IX-03",
        code: InvalidRequest,
        page: InteractionExpired,
        client: "The request is not known here",
        problem: "No request waits under this id: it was cleaned up after it had expired, or the \
            address was changed.",
        expected: "the id of a request that was started within state_ttl_seconds",
        fix: "Start again in the app.",
        standard: "RFC 6749 §10.12",
    }
    OfOtherBrowser {
        rule: "IX-03",
        code: InvalidRequest,
        page: OtherBrowser,
        client: "The request was started in another browser",
        problem: "The browser does not have the cookie of the browser in which the request was \
            started: it is another browser or profile, its cookies were cleared, or it opened \
            this server under another host name than base_url.",
        expected: "the cookie that was set when the request was started at base_url",
        fix: "Open the app and this server in the same browser and under the host of base_url; \
            localhost and 127.0.0.1 are two hosts to a browser.",
        standard: "RFC 6749 §10.12, OAuth 2.1 §7.12",
    }
    Completed {
        rule: "IX-05",
        code: InvalidRequest,
        page: AlreadyCompleted,
        client: "The request is already completed",
        problem: "The request was answered before, and its answer is given again only to the same \
            browser for 30 seconds.",
        expected: "a request that was not answered yet",
        fix: "Go back to the app; start again there if it did not get an answer.",
        standard: "OAuth 2.1 §4.1.3",
    }
    Expired {
        rule: "IX-06",
        code: InvalidRequest,
        page: InteractionExpired,
        client: "The request has expired",
        problem: "The person took longer than state_ttl_seconds for a step.",
        expected: "each step within state_ttl_seconds, all within four times of it",
        fix: "Start again in the app; raise state_ttl_seconds if people need longer.",
        standard: "RFC 6749 §10.12",
    }
    PersonRefused {
        rule: "IX-05",
        code: AccessDenied,
        client: "The person refused the request",
        problem: "The person pressed the button that refuses, or cancelled.",
        expected: "the person's consent",
        fix: "Nothing is wrong: the app should say that access was not given, and offer to try \
            again.",
        standard: "RFC 6749 §4.1.2.1",
    }
    AppGrantsNothing {
        rule: "CO-04",
        code: AccessDenied,
        client: "The app grants none of the scopes",
        problem: "The hook authorize_scopes of the app left none of the requested scopes to this \
            person.",
        expected: "at least one scope that authorize_scopes leaves",
        fix: "Look at what authorize_scopes returns for this person and client, or let the client \
            ask for other scopes.",
        standard: "RFC 6749 §3.3",
    }
    NobodySignedIn {
        rule: "NX-03",
        code: LoginRequired,
        client: "Nobody is signed in",
        problem: "The client asked for no page (prompt=none), and nobody is signed in in this \
            browser; a browser that blocks cookies in frames looks the same.",
        expected: "a live session in this browser",
        fix: "Let the client send the person here without prompt=none.",
        standard: "OpenID Connect Core §3.1.2.6",
    }
    SomebodyElseSignedIn {
        rule: "NX-04",
        code: LoginRequired,
        client: "Somebody else is signed in",
        problem: "The person who is signed in is not the one of id_token_hint.",
        expected: "the person whom id_token_hint names",
        fix: "Let the client ask again without id_token_hint, or with prompt=login.",
        standard: "OpenID Connect Core §3.1.2.1",
    }
    SubjectNotWanted {
        rule: "NX-04",
        code: LoginRequired,
        client: "Somebody else is signed in",
        problem: "The person who is signed in is none of those whom the member sub of the parameter \
            claims names.",
        expected: "a person whose sub the parameter claims names",
        fix: "Let the client ask again without a value of sub, or with prompt=login.",
        standard: "OpenID Connect Core §3.1.2.2, §5.5.1",
    }
    LoginTooOld {
        rule: "NX-05",
        code: LoginRequired,
        client: "The login is too old",
        problem: "The client asked for no page, and the person's login is older than max_age of \
            the request or default_max_age of the client.",
        expected: "a login within max_age seconds",
        fix: "Let the client send the person here without prompt=none.",
        standard: "OpenID Connect Core §3.1.2.1",
    }
    LoginTooWeak {
        rule: "NX-06",
        code: LoginRequired,
        client: "The login is too weak",
        problem: "The client asked for no page, and the person's login is of a weaker class than \
            acr_values asks for.",
        expected: "a login of one of the classes in acr_values, or a stronger one",
        fix: "Let the client send the person here without prompt=none.",
        standard: "OpenID Connect Core §3.1.2.1",
    }
    AcrNotReached {
        rule: "NX-06",
        code: UnmetAuthenticationRequirements,
        client: "The login is not of the class that acr asks for",
        problem: "The client made acr essential, and the person signed in here with a login of a \
            weaker class.",
        expected: "a login of one of the wanted classes, or a stronger one",
        fix: "Let the login page ask for what the class needs: it learns the wanted classes from \
            acr_values of the interaction, and says in SignIn which one was reached.",
        standard: "OpenID Connect Core §5.5.1.1",
    }
    AccountNotChosen {
        rule: "NX-07",
        code: AccountSelectionRequired,
        client: "An account must be chosen",
        problem: "The client asked for no page, and the app wants the person to choose an account.",
        expected: "an account that was chosen on the page",
        fix: "Let the client send the person here without prompt=none.",
        standard: "OpenID Connect Core §3.1.2.6",
    }
    AccountGone {
        rule: "NX-07",
        code: InvalidRequest,
        client: "The account is not signed in here any more",
        problem: "The person chose an account whose session has ended since the page was shown.",
        expected: "the sid of an account that is signed in in this browser",
        fix: "Go back to the list of accounts, or sign in again.",
        standard: "OpenID Connect Core §3.1.2.6",
    }
    StepOfAppOpen {
        rule: "NX-08",
        code: InteractionRequired,
        client: "The app has a step to do",
        problem: "The client asked for no page, and the hook post_login of the app wants a step \
            of its own first.",
        expected: "the step of the hook post_login done",
        fix: "Let the client send the person here without prompt=none.",
        standard: "OpenID Connect Core §3.1.2.6",
    }
    ConsentMissing {
        rule: "NX-09",
        code: ConsentRequired,
        client: "Consent was not given",
        problem: "The client asked for no page, and the person has not agreed to everything that \
            it asks for.",
        expected: "a stored consent for every scope and resource of the request",
        fix: "Let the client send the person here without prompt=none.",
        standard: "OpenID Connect Core §3.1.2.6",
    }
    OtherAccountNow {
        rule: "CO-05",
        code: InvalidRequest,
        client: "Another account is signed in now",
        problem: "Since the script read the interaction, another account became the current one \
            in this browser.",
        expected: "the csrf_token of the account that is signed in now",
        fix: "Read the interaction again, show the person what it says now, and send its \
            csrf_token.",
        standard: "OAuth 2.1 §7.9",
    }
    CsrfTokenForeign {
        rule: "CS-01",
        code: AccessDenied,
        client: "csrf_token does not belong here",
        problem: "The csrf_token is not that of this browser, interaction and step.",
        expected: "the csrf_token of the same interaction, read in this browser",
        fix: "Read the interaction again and send its csrf_token with the decision.",
        standard: "OAuth 2.1 §7.12",
    }
    SidMissing {
        rule: "EX-01",
        code: InvalidRequest,
        client: "sid is missing",
        problem: "The action select does not say which account was chosen.",
        expected: "sid, one of those in accounts",
        fix: "Send the sid of the chosen account.",
        standard: "OpenID Connect Core §3.1.2.1",
    }
}
