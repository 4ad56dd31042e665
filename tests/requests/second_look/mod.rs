//! What a review and trials with real clients found, row by row; and their kind.

mod registration;
