//! The structure of `src/`: which room may import which, what the rules may know, what is public.

mod booleans;
mod interface;
mod limits;
mod rooms;
mod sources;
