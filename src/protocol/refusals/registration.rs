//! Registration of clients (RG-01 to RG-09).

use super::refusals;

refusals! {
    /// How the registration of a client, or its management, is refused.
    RegistrationRefusal:
    Off {
        rule: "RG-01",
        code: InvalidRequest,
        client: "Registration is off: the setting is allow_dynamic_client_registration",
        problem: "Somebody wants to register a client, but the settings do not allow it.",
        expected: "allow_dynamic_client_registration: true",
        fix: "Make the client with oauth:client:create, or set allow_dynamic_client_registration.",
        standard: "RFC 7591 §3",
    }
    TooManyUnusedClients {
        rule: "RG-03",
        code: TemporarilyUnavailable,
        client: "Too many registered clients were never used; try again later",
        problem: "As many clients as max_unused_clients says registered themselves \
            and were never used.",
        expected: "fewer unused clients than max_unused_clients",
        fix: "Wait until the cleanup removes them, or look for somebody who registers clients in \
            a loop; raise max_unused_clients if they are wanted.",
        standard: "RFC 7591 §5",
    }
    NeedsToken {
        rule: "RG-04",
        code: InvalidToken,
        challenge: Bearer,
        client: "Registration needs an initial access token",
        problem: "The request has no initial access token, and strangers may not register here.",
        expected: "Authorization: Bearer and an initial access token of the settings",
        fix: "Give the client the initial access token, or set \
            allow_unauthenticated_client_registration.",
        standard: "RFC 7591 §3",
    }
    InitialAccessTokenUnknown {
        rule: "RG-04",
        code: InvalidToken,
        challenge: Bearer,
        client: "The Authorization header holds no initial access token of this server",
        problem: "The Authorization header of the registration holds something else than an \
            initial access token of the settings.",
        expected: "Authorization: Bearer and an initial access token of the settings, or no such \
            header where strangers may register",
        fix: "Send an initial access token whose hash is in initial_access_token_hashes, or leave \
            the header out.",
        standard: "RFC 7591 §3",
    }
    ManagementTokenInvalid {
        rule: "RG-04",
        code: InvalidToken,
        challenge: Bearer,
        client: "The registration access token is not valid here",
        problem: "The registration access token is missing, wrong or of another client, or the \
            client does not exist any more.",
        expected: "the registration_access_token that the registration answered with",
        fix: "Send the registration access token of this client, or register it again.",
        standard: "RFC 7592 §2",
    }
    MetadataRefused {
        rule: "RG-07",
        code: InvalidClientMetadata,
        client: "The client metadata is not acceptable",
        problem: "A member of the metadata of the client is not acceptable; expected says which, \
            and why.",
        expected: "metadata that this server can keep",
        fix: "Change the member that expected names, or leave it out.",
        standard: "RFC 7591 §3.2.2",
    }
    RedirectUriRefused {
        rule: "RG-06",
        code: InvalidRedirectUri,
        client: "The client metadata is not acceptable",
        problem: "A redirect URI of the metadata is not acceptable; expected says why.",
        expected: "redirect URIs that the application_type may have",
        fix: "Change the redirect URI or the application_type as expected says.",
        standard: "RFC 7591 §3.2.2",
    }
    NotPermitted {
        rule: "RG-09",
        code: AccessDenied,
        client: "This client may not be registered here",
        problem: "The hook may_register of the app refused the client.",
        expected: "a client that the hook may_register permits",
        fix: "Change the metadata, or the hook of the app.",
        standard: "RFC 7591 §3",
    }
    SectorDocumentUnread {
        rule: "RG-07",
        code: TemporarilyUnavailable,
        client: "The document at sector_identifier_uri could not be read; try again later",
        problem: "The host of sector_identifier_uri did not answer with a document; source says \
            what it did.",
        expected: "an answer of its host with status 200 and JSON",
        fix: "Look at the host of sector_identifier_uri; the client may try again.",
        standard: "OpenID Connect Registration §5",
    }
}
