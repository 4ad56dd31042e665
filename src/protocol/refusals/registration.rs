//! Registration of clients and their metadata documents (RG-01 to RG-09, CI-02 to CI-05).

use super::refusals;

refusals! {
    REGISTRATION:
    REGISTRATION_OFF {
        rule: "RG-01",
        code: InvalidRequest,
        client: "Registration is off: the setting is allow_dynamic_client_registration",
        problem: "Somebody wants to register a client, but the settings do not allow it.",
        expected: "allow_dynamic_client_registration: true",
        fix: "Make the client with oauth:client:create, or set allow_dynamic_client_registration.",
        standard: "RFC 7591 §3",
    }
    TOO_MANY_UNUSED_CLIENTS {
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
    REGISTRATION_NEEDS_TOKEN {
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
    INITIAL_ACCESS_TOKEN_UNKNOWN {
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
    MANAGEMENT_TOKEN_INVALID {
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
    METADATA_REFUSED {
        rule: "RG-07",
        code: InvalidClientMetadata,
        client: "The client metadata is not acceptable",
        problem: "A member of the metadata of the client is not acceptable; expected says which, \
            and why.",
        expected: "metadata that this server can keep",
        fix: "Change the member that expected names, or leave it out.",
        standard: "RFC 7591 §3.2.2",
    }
    REDIRECT_URI_REFUSED {
        rule: "RG-06",
        code: InvalidRedirectUri,
        client: "The client metadata is not acceptable",
        problem: "A redirect URI of the metadata is not acceptable; expected says why.",
        expected: "redirect URIs that the application_type may have",
        fix: "Change the redirect URI or the application_type as expected says.",
        standard: "RFC 7591 §3.2.2",
    }
    REGISTRATION_NOT_PERMITTED {
        rule: "RG-09",
        code: AccessDenied,
        client: "This client may not be registered here",
        problem: "The hook may_register of the app refused the client.",
        expected: "a client that the hook may_register permits",
        fix: "Change the metadata, or the hook of the app.",
        standard: "RFC 7591 §3",
    }
    SECTOR_DOCUMENT_UNREAD {
        rule: "RG-07",
        code: TemporarilyUnavailable,
        client: "The document at sector_identifier_uri could not be read; try again later",
        problem: "The host of sector_identifier_uri did not answer with a document; source says \
            what it did.",
        expected: "an answer of its host with status 200 and JSON",
        fix: "Look at the host of sector_identifier_uri; the client may try again.",
        standard: "OpenID Connect Registration §5",
    }
    DOCUMENT_URL_WRONG {
        rule: "CI-02",
        code: InvalidClient,
        client: "The client_id is not the URL of a metadata document",
        problem: "The client_id is a URL, but not one that may name a client metadata document.",
        expected: "an https URL with a path, in normal form",
        fix: "Use the URL of the document as client_id, exactly as it is fetched.",
        standard: "OAuth Client ID Metadata Document §3",
    }
    DOCUMENT_HOST_REFUSED {
        rule: "CI-02",
        code: InvalidClient,
        client: "Metadata documents of this host are not accepted",
        problem: "The settings do not let this server read documents of the host.",
        expected: "a host that allowed_hosts and denied_hosts let through",
        fix: "Add the host to allowed_hosts or take it off denied_hosts, if its clients may come \
            here.",
        standard: "OAuth Client ID Metadata Document §6",
    }
    DOCUMENT_NOT_FETCHED {
        rule: "CI-03",
        code: InvalidClient,
        client: "The metadata document of the client is not one that this server fetches",
        problem: "The document redirects, is too large, or lies in a network that this server \
            does not reach into; source says which.",
        expected: "a document of at most 5 kB at a public address, without a redirect",
        fix: "Serve the document at its own address on the public internet.",
        standard: "OAuth Client ID Metadata Document §4",
    }
    DOCUMENT_REFUSED {
        rule: "CI-04",
        code: InvalidClient,
        client: "The metadata document of the client is not acceptable",
        problem: "The metadata document was read, but a member of it is not acceptable; expected \
            says which.",
        expected: "a JSON object with client_id, redirect_uris and no secret",
        fix: "Change the document as expected says.",
        standard: "OAuth Client ID Metadata Document §4.1",
    }
    DOCUMENT_UNREAD {
        rule: "CI-05",
        code: TemporarilyUnavailable,
        client: "The metadata document of the client could not be read from its host; try again \
            later",
        problem: "The host of the metadata document did not answer with JSON; source says what \
            it did.",
        expected: "an answer of the host with status 200 and JSON within 5 seconds",
        fix: "Wait, or mend the host of the client_id: the document could not be read from its \
            host.",
        standard: "OAuth Client ID Metadata Document §4",
    }
}
