//! Points in time and lengths of time (GE-01): whole seconds. Sums that no 64-bit number holds stop
//! at the nearest one that does, so that no time that a stranger sends can end a request.

use std::{
    fmt::{self, Display, Formatter},
    num::TryFromIntError,
    ops::{Add, Mul, Sub},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A point in time: whole seconds since 1970 in UTC, as in the claims of JWTs ("Unix time").
///
/// In JSON and when it is displayed it is that number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixTime(i64);

impl UnixTime {
    /// The beginning of 1970. Where a time is compared, it stands for "before everything".
    pub const EPOCH: Self = Self(0);

    /// The latest time there is, which no clock reaches.
    pub const MAX: Self = Self(i64::MAX);

    /// The time `seconds` after the beginning of 1970; before it, if they are negative.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Returns the seconds since the beginning of 1970.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0
    }
}

/// A length of time in whole seconds.
///
/// In JSON and when it is displayed it is that number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seconds(i64);

impl Seconds {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many seconds.
    #[must_use]
    pub const fn new(seconds: i64) -> Self {
        Self(seconds)
    }

    /// So many minutes.
    #[must_use]
    pub const fn minutes(minutes: i64) -> Self {
        Self(minutes.saturating_mul(60))
    }

    /// So many hours.
    #[must_use]
    pub const fn hours(hours: i64) -> Self {
        Self(hours.saturating_mul(3600))
    }

    /// So many days of 24 hours.
    #[must_use]
    pub const fn days(days: i64) -> Self {
        Self(days.saturating_mul(86_400))
    }

    /// Returns the number of seconds.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Returns the length without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }
}

impl Display for UnixTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Display for Seconds {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Add<Seconds> for UnixTime {
    type Output = Self;

    fn add(self, length: Seconds) -> Self {
        Self(self.0.saturating_add(length.0))
    }
}

impl Sub<Seconds> for UnixTime {
    type Output = Self;

    fn sub(self, length: Seconds) -> Self {
        Self(self.0.saturating_sub(length.0))
    }
}

/// The time that passed from the second to the first; negative if the second is later.
impl Sub for UnixTime {
    type Output = Seconds;

    fn sub(self, earlier: Self) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0))
    }
}

impl Add for Seconds {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Seconds {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Mul<i64> for Seconds {
    type Output = Self;

    fn mul(self, times: i64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl From<i32> for Seconds {
    fn from(seconds: i32) -> Self {
        Self(seconds.into())
    }
}

impl TryFrom<Seconds> for i32 {
    type Error = TryFromIntError;

    fn try_from(length: Seconds) -> Result<Self, TryFromIntError> {
        length.0.try_into()
    }
}

impl From<UnixTime> for Value {
    fn from(time: UnixTime) -> Self {
        time.0.into()
    }
}

impl From<Seconds> for Value {
    fn from(length: Seconds) -> Self {
        length.0.into()
    }
}

/// A negative length becomes none: a [`Duration`] has no sign.
impl From<Seconds> for Duration {
    fn from(length: Seconds) -> Self {
        Self::from_secs(u64::try_from(length.0).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests;
