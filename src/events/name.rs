//! Names of the events.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! names {
    ($($variant:ident => $name:literal,)+) => {
        /// Name of an event. Within a schema version names are only ever added.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum EventName {
            $(#[doc = concat!("`", $name, "`")] $variant,)+
        }

        impl EventName {
            /// The name as it stands in logs.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

names! {
    LoginSucceeded => "login.succeeded",
    LoginFailed => "login.failed",
    LoginThrottled => "login.throttled",
    Logout => "logout",
    LogoutDelivered => "logout.delivered",
    LogoutUndelivered => "logout.undelivered",
    SessionEnded => "session.ended",
    Signup => "signup",
    PasswordResetRequested => "password.reset_requested",
    PasswordReset => "password.reset",
    ConsentGranted => "consent.granted",
    ConsentDenied => "consent.denied",
    ConsentRevoked => "consent.revoked",
    CodeIssued => "code.issued",
    CodeRedeemed => "code.redeemed",
    CodeReplayed => "code.replayed",
    CodeForeign => "code.foreign",
    TokenIssued => "token.issued",
    TokenRefreshed => "token.refreshed",
    TokenRetried => "token.retried",
    TokenRevoked => "token.revoked",
    RefreshReplayed => "refresh.replayed",
    RefreshForeign => "refresh.foreign",
    DeviceRequested => "device.requested",
    DeviceApproved => "device.approved",
    DeviceDenied => "device.denied",
    AssertionIssued => "assertion.issued",
    AssertionRefused => "assertion.refused",
    ClientRegistered => "client.registered",
    ClientChanged => "client.changed",
    ClientSecretRotated => "client.secret_rotated",
    ClientDisabled => "client.disabled",
    ClientDeleted => "client.deleted",
    ClientReaped => "client.reaped",
    ClientStaleCopyUsed => "client.stale_copy_used",
    ClientAuthFailed => "client_auth.failed",
    RequestRefused => "request.refused",
    RedirectRefused => "redirect.refused",
    FetchRefused => "fetch.refused",
    RatelimitHit => "ratelimit.hit",
    KeyCreated => "key.created",
    KeyActivated => "key.activated",
    KeyRetired => "key.retired",
    KeyWithdrawn => "key.withdrawn",
    CleanupFinished => "cleanup.finished",
    StorageFailed => "storage.failed",
    TemplateBroken => "template.broken",
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for EventName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
