//! What the second look found, one file per area.

mod messages;
