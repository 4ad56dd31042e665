//! What operators run: cleanup, the doctor's findings, tasks.

pub mod cleanup;
pub mod doctor;
pub mod tasks;
