//! The authorization endpoint: the request itself (AZ-04 to AZ-25).

use super::refusals;

refusals! {
    /// How the authorization endpoint refuses a request.
    AuthorizeRefusal:
    ParameterOfTargetRepeated {
        rule: "AZ-04",
        code: InvalidRequest,
        client: "A parameter was sent twice or as a list",
        problem: "A parameter that tells the client or its redirect URI was sent twice or with \
            brackets, so that nobody can say which value counts.",
        expected: "client_id, redirect_uri, request and request_uri at most once, without brackets",
        fix: "Send the parameter once; look for a library or proxy that adds it a second time.",
        standard: "RFC 6749 §3.1",
    }
    ClientIdMissing {
        rule: "AZ-06",
        code: InvalidRequest,
        page: MissingClient,
        client: "client_id is missing",
        problem: "The authorization request does not say which client it is of.",
        expected: "client_id, the id of a registered client",
        fix: "Set the client id in the configuration of the app that sent the request.",
        standard: "RFC 6749 §4.1.1",
    }
    ClientUnknown {
        rule: "AZ-07",
        code: InvalidClient,
        page: UnknownClient,
        client: "The client is not known",
        problem: "No client has this client_id: it is neither in the settings nor in the table \
            nor the URL of a client metadata document.",
        expected: "the id of a client of this server",
        fix: "Register the client (oauth:client:create, the setting clients, or POST to the \
            registration endpoint), or set the id it got in the app; oauth:client:list shows all \
            ids.",
        standard: "RFC 6749 §4.1.2.1",
    }
    ClientRemoved {
        rule: "AZ-07",
        code: InvalidClient,
        page: RemovedClient,
        client: "The client registration was removed",
        problem: "A client with this client_id was registered once, and was deleted or cleaned up \
            because nobody used it.",
        expected: "the id of a client that is still registered",
        fix: "Let the app register itself again, or make the client anew with oauth:client:create \
            and set its new id in the app.",
        standard: "RFC 6749 §4.1.2.1, RFC 7592 §2.3",
    }
    ClientDisabled {
        rule: "AZ-08",
        code: UnauthorizedClient,
        page: DisabledClient,
        client: "The client is disabled",
        problem: "The operator of this server switched the client off.",
        expected: "a client that is not disabled",
        fix: "Switch it on again with oauth:client:disable enable:true, if it may be used.",
        standard: "RFC 6749 §4.1.2.1",
    }
    RequestUriNotOffered {
        rule: "AZ-10",
        code: RequestUriNotSupported,
        client: "request_uri is not supported",
        problem: "The client sent its request as a reference that this server does not read: it is \
            not the request_uri of a request that was pushed here.",
        expected: "the parameters themselves, or the request_uri of a pushed request",
        fix: "Switch request objects by reference off in the client, or let it push its requests.",
        standard: "OpenID Connect Core §3.1.2.6",
    }
    RequestObjectNotOffered {
        rule: "AZ-10",
        code: RequestNotSupported,
        client: "request is not supported",
        problem: "The client sent its request as a signed request object, which this server does \
            not read.",
        expected: "the parameters themselves, without request",
        fix: "Switch request objects off in the client, or set jar.enabled.",
        standard: "OpenID Connect Core §3.1.2.6",
    }
    PushNeeded {
        rule: "AZ-11",
        code: InvalidRequest,
        client: "The request must be pushed first",
        problem: "The client sent its parameters with the browser, and it or this server takes pushed \
            requests only.",
        expected: "client_id and the request_uri of a pushed request",
        fix: "Send the parameters to pushed_authorization_request_endpoint first; par.required and the \
            client's require_pushed_authorization_requests say who must.",
        standard: "RFC 9126 §5, §6",
    }
    SignatureNeeded {
        rule: "AZ-11",
        code: InvalidRequest,
        client: "The request must be signed",
        problem: "The client sent its parameters unsigned, and it or this server takes signed requests \
            only.",
        expected: "client_id and request, a signed request object",
        fix: "Sign the request; jar.required and the client's require_signed_request_object say who \
            must.",
        standard: "RFC 9101 §10.5",
    }
    RedirectUriMissing {
        rule: "AZ-12",
        code: InvalidRequest,
        page: RedirectMismatch,
        about: RedirectUri,
        client: "redirect_uri is missing",
        problem: "The request does not say where the answer goes, and the client has several \
            redirect URIs, or none, or asks for openid, which always wants one.",
        expected: "redirect_uri, one of those registered for the client",
        fix: "Send one of the registered redirect URIs as redirect_uri.",
        standard: "OAuth 2.1 §2.3.2, OpenID Connect Core §3.1.2.1",
    }
    RedirectUriNotRegistered {
        rule: "AZ-12",
        code: InvalidRequest,
        page: RedirectMismatch,
        about: RedirectUri,
        client: "redirect_uri is not registered for this client",
        problem: "The redirect URI of the request is none of those that the client registered. \
            Nothing is sent there, because it may belong to somebody else.",
        expected: "one of the registered redirect URIs, byte for byte",
        fix: "Send a redirect URI exactly as it is registered, or register the one that was sent.",
        standard: "OAuth 2.1 §2.3.1, RFC 9700 §4.1.3",
    }
    RedirectUriWithdrawn {
        rule: "AZ-12",
        code: InvalidRequest,
        page: RedirectMismatch,
        about: RedirectUri,
        client: "redirect_uri is not registered for this client any more",
        problem: "The redirect URI was taken out of the client's registration after this request \
            began.",
        expected: "one of the redirect URIs that are registered now, byte for byte",
        fix: "Start again in the app with a redirect URI that is registered, or register this one \
            again.",
        standard: "OAuth 2.1 §2.3.1",
    }
    ParameterRepeated {
        rule: "AZ-13",
        code: InvalidRequest,
        client: "A parameter was sent twice or as a list",
        problem: "A parameter of the authorization request was sent twice or with brackets, so \
            that nobody can say which value counts.",
        expected: "every parameter but resource at most once, without brackets",
        fix: "Send the parameter once; look for a library or proxy that adds it a second time.",
        standard: "RFC 6749 §3.1",
    }
    ResponseModeNotOffered {
        rule: "AZ-14",
        code: InvalidRequest,
        client: "response_mode is not supported",
        problem: "The client wants its answer in a way that this server does not offer.",
        expected: "query, form_post, or no response_mode",
        fix: "Set the response mode of the client to query or form_post.",
        standard: "OAuth 2.0 Multiple Response Type Encoding Practices §2.1",
    }
    FormPostNotReachable {
        rule: "AZ-14",
        code: InvalidRequest,
        client: "response_mode form_post needs an http or https redirect URI",
        problem: "The client wants a form to be posted to a redirect URI of a private-use scheme, at \
            which an app receives no form.",
        expected: "query, or no response_mode",
        fix: "Set the response mode of the app to query.",
        standard: "OAuth 2.0 Form Post Response Mode §2",
    }
    ResponseTypeMissing {
        rule: "AZ-15",
        code: InvalidRequest,
        client: "response_type is missing",
        problem: "The authorization request does not say what it wants.",
        expected: "response_type=code",
        fix: "Send response_type=code in the authorization request.",
        standard: "RFC 6749 §3.1.1",
    }
    ResponseTypeNotOffered {
        rule: "AZ-15",
        code: UnsupportedResponseType,
        client: "Only the response type code is supported",
        problem: "The client asks for another response type than code, as the implicit and hybrid \
            flows do.",
        expected: "response_type=code",
        fix: "Use the authorization code flow with PKCE in the client.",
        standard: "RFC 6749 §3.1.1, RFC 9700 §2.1.2",
    }
    CodeGrantNotAllowed {
        rule: "AZ-16",
        code: UnauthorizedClient,
        client: "The client may not use the authorization code grant",
        problem: "The authorization code grant is not among what this client registered, or not \
            among what this server offers.",
        expected: "a client with the grant type authorization_code and the response type code, at \
            a server whose grant_types has authorization_code",
        fix: "Register the client with grant_types authorization_code and response_types code, or \
            use the grant that it registered.",
        standard: "RFC 6749 §4.1.2.1",
    }
    RegistrationParameterNotOffered {
        rule: "AZ-17",
        code: RegistrationNotSupported,
        client: "registration is not supported",
        problem: "The client sent its metadata in the authorization request, which this server \
            does not read.",
        expected: "no parameter registration",
        fix: "Register the client beforehand, and leave registration out.",
        standard: "OpenID Connect Core §3.1.2.6",
    }
    PromptUnknown {
        rule: "AZ-18",
        code: InvalidRequest,
        client: "prompt has an unknown word",
        problem: "The parameter prompt has a word that this server does not know.",
        expected: "words of none, login, consent, select_account and create",
        fix: "Send only words of prompt that the metadata of this server names in \
            prompt_values_supported.",
        standard: "OpenID Connect Core §3.1.2.1",
    }
    PromptNoneWithOthers {
        rule: "AZ-18",
        code: InvalidRequest,
        client: "prompt=none stands alone",
        problem: "The parameter prompt asks for no page and for a page at once.",
        expected: "none alone, or other words without it",
        fix: "Send prompt=none alone.",
        standard: "OpenID Connect Core §3.1.2.1",
    }
    MaxAgeMalformed {
        rule: "AZ-19",
        code: InvalidRequest,
        client: "max_age is not a number of seconds",
        problem: "The parameter max_age is not a whole number of seconds.",
        expected: "a decimal integer of 0 to 2147483647",
        fix: "Send max_age as digits, or leave it out.",
        standard: "OpenID Connect Core §3.1.2.1",
    }
    ClaimsNotJson {
        rule: "AZ-24",
        code: InvalidRequest,
        client: "claims is not a JSON object",
        problem: "The parameter claims is not a JSON object, or has a member twice.",
        expected: "a JSON object with the members userinfo and id_token, each at most once",
        fix: "Send claims as one JSON object, percent-encoded as every parameter.",
        standard: "OpenID Connect Core §5.5",
    }
    ClaimsMalformed {
        rule: "AZ-24",
        code: InvalidRequest,
        client: "claims has a member of the wrong type",
        problem: "A member of the parameter claims does not have the type that the standard gives \
            it; expected names the member.",
        expected: "userinfo and id_token as objects; each claim as null, or as an object with \
            essential (true or false) and either value or values",
        fix: "Send each claim as null or as an object; values is a list that is not empty.",
        standard: "OpenID Connect Core §5.5.1",
    }
    IdTokenHintInvalid {
        rule: "AZ-25",
        code: InvalidRequest,
        client: "id_token_hint is not an ID token of this server",
        problem: "The parameter id_token_hint is not an ID token that this server signed: it is \
            damaged, of another issuer, or signed with a key that was withdrawn.",
        expected: "an ID token of this server, which may have expired",
        fix: "Send the ID token of the last login as it was issued, or leave id_token_hint out.",
        standard: "OpenID Connect Core §3.1.2.1",
    }
    AcrUnknown {
        rule: "AZ-27",
        code: UnmetAuthenticationRequirements,
        client: "No login here is of a class that acr asks for",
        problem: "The parameter claims makes acr essential, and none of its values is in the \
            setting acr_values.",
        expected: "an essential acr with one of the values of acr_values_supported",
        fix: "Ask for a class that the metadata names in acr_values_supported, or add the class to \
            the setting acr_values.",
        standard: "OpenID Connect Core §5.5.1.1",
    }
}
