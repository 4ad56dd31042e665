//! Ranges of settings that are lengths of time: `#[validate(range(min = 60, max = 3600))]`.

use validator::ValidateRange;

use crate::protocol::time::Seconds;

impl ValidateRange<i64> for Seconds {
    fn greater_than(&self, max: i64) -> Option<bool> {
        Some(*self > Self::new(max))
    }

    fn less_than(&self, min: i64) -> Option<bool> {
        Some(*self < Self::new(min))
    }
}
