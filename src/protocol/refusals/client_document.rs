//! Metadata documents of clients (CI-02 to CI-05).

use super::refusals;

refusals! {
    /// How the metadata document of a client is refused.
    ClientDocumentRefusal:
    UrlWrong {
        rule: "CI-02",
        code: InvalidClient,
        client: "The client_id is not the URL of a metadata document",
        problem: "The client_id is a URL, but not one that may name a client metadata document.",
        expected: "an https URL with a path, in normal form",
        fix: "Use the URL of the document as client_id, exactly as it is fetched.",
        standard: "OAuth Client ID Metadata Document §3",
    }
    HostRefused {
        rule: "CI-02",
        code: InvalidClient,
        client: "Metadata documents of this host are not accepted",
        problem: "The settings do not let this server read documents of the host.",
        expected: "a host that allowed_hosts and denied_hosts let through",
        fix: "Add the host to allowed_hosts or take it off denied_hosts, if its clients may come \
            here.",
        standard: "OAuth Client ID Metadata Document §6",
    }
    NotFetched {
        rule: "CI-03",
        code: InvalidClient,
        client: "The metadata document of the client is not one that this server fetches",
        problem: "The document redirects, is too large, or lies in a network that this server \
            does not reach into; source says which.",
        expected: "a document of at most 5 kB at a public address, without a redirect",
        fix: "Serve the document at its own address on the public internet.",
        standard: "OAuth Client ID Metadata Document §4",
    }
    ContentRefused {
        rule: "CI-04",
        code: InvalidClient,
        client: "The metadata document of the client is not acceptable",
        problem: "The metadata document was read, but a member of it is not acceptable; expected \
            says which.",
        expected: "a JSON object with client_id, redirect_uris and no secret",
        fix: "Change the document as expected says.",
        standard: "OAuth Client ID Metadata Document §4.1",
    }
    Unread {
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
