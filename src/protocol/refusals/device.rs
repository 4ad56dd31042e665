//! The device authorization grant (DV-01 to DV-06).

use super::refusals;

refusals! {
    /// How a device, or the person who allows it, is refused.
    DeviceRefusal:
    Off {
        rule: "GE-11",
        code: InvalidRequest,
        client: "The device grant is off: the setting is grant_types",
        problem: "A device asks for authorization, but grant_types of the settings has no \
            urn:ietf:params:oauth:grant-type:device_code.",
        expected: "grant_types with urn:ietf:params:oauth:grant-type:device_code",
        fix: "Add urn:ietf:params:oauth:grant-type:device_code to the setting grant_types, if \
            devices are to be served.",
        standard: "RFC 8628 §3.1",
    }
    CodeMissing {
        rule: "DV-01",
        code: InvalidRequest,
        client: "device_code is missing",
        problem: "The token request has no device code.",
        expected: "device_code, as it came from the device authorization endpoint",
        fix: "Send the device_code of the last answer of the device authorization endpoint in \
            the form body; the user_code is for the person.",
        standard: "RFC 8628 §3.4",
    }
    CodeUnknown {
        rule: "DV-01",
        code: InvalidGrant,
        client: "The device code is not valid",
        problem: "No such device code was issued, or it was cleaned up after it had expired.",
        expected: "the device_code of the last device authorization response, as it came",
        fix: "Ask the device authorization endpoint for a new one.",
        standard: "RFC 8628 §3.4",
    }
    CodeOfOtherClient {
        rule: "DV-01",
        code: InvalidGrant,
        client: "The device code is not valid",
        problem: "The device code was issued to another client.",
        expected: "a device code that was issued to this client",
        fix: "Check that the device authorization and the token request use the same client_id; \
            the log has an event about the other client, too.",
        standard: "RFC 8628 §3.4, RFC 6749 §5.2",
    }
    CodeUsed {
        rule: "DV-02",
        code: InvalidGrant,
        client: "The device code was used before",
        problem: "The tokens for this device code were handed out already; nothing was revoked, \
            because a device whose connection broke asks again.",
        expected: "a device code whose tokens were not handed out yet",
        fix: "Use the tokens of the first answer, or ask the device authorization endpoint for a \
            new code.",
        standard: "RFC 8628 §3.5",
    }
    Revoked {
        rule: "DV-02",
        code: InvalidGrant,
        client: "The authorization was revoked",
        problem: "The person took the access back, or the client was removed, before the device \
            fetched its tokens.",
        expected: "an authorization that still counts",
        fix: "Ask the device authorization endpoint for a new code.",
        standard: "RFC 6749 §5.2",
    }
    TooFast {
        rule: "DV-03",
        code: SlowDown,
        client: "Slow down: wait 5 more seconds between all further requests",
        problem: "The device asked again before its interval was over, which is 5 seconds longer \
            from now on.",
        expected: "at least interval seconds between two requests, 5 more after each slow_down",
        fix: "Let the device wait the interval of the device authorization response, and add 5 \
            seconds after each slow_down.",
        standard: "RFC 8628 §3.5",
    }
    Pending {
        rule: "DV-04",
        code: AuthorizationPending,
        client: "The person has not decided yet",
        problem: "Nobody has allowed or refused the device yet.",
        expected: "a person who enters the user code and decides",
        fix: "Nothing is wrong: ask again after the interval.",
        standard: "RFC 8628 §3.5",
    }
    Denied {
        rule: "DV-04",
        code: AccessDenied,
        client: "The person refused the device",
        problem: "The person pressed the button that refuses, or the app left none of the scopes.",
        expected: "the person's consent",
        fix: "Nothing is wrong: the device should say that access was not given, and offer to try \
            again.",
        standard: "RFC 8628 §3.5",
    }
    Expired {
        rule: "DV-04",
        code: ExpiredToken,
        client: "The device code has expired",
        problem: "Nobody decided within device.ttl_seconds, or the device fetched its tokens too \
            late.",
        expected: "a device code that is younger than device.ttl_seconds",
        fix: "Ask the device authorization endpoint for a new code, once the person wants to try \
            again.",
        standard: "RFC 8628 §3.5",
    }
    OfLostAccount {
        rule: "DV-04",
        code: InvalidGrant,
        client: "The account is not active",
        problem: "The person who allowed the device was locked or deleted, or their credentials \
            changed since.",
        expected: "an account that is active and has the credentials that it had",
        fix: "Ask the device authorization endpoint for a new code.",
        standard: "RFC 6749 §5.2",
    }
    OfOtherPerson {
        rule: "DV-06",
        code: InvalidRequest,
        page: NoInteraction,
        client: "There is no such request of a device",
        problem: "Another person, or another browser, entered the code of this device: that \
            person alone decides.",
        expected: "the person and the browser that entered the code",
        fix: "Start again on the device, and enter the new code that it shows.",
        standard: "RFC 8628 §5.4",
    }
}
