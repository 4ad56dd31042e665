//! Measures the server beside bare handlers: what a request costs, and how much of it cannot be left
//! out. `benches/speed/run` is the command.
//!
//! - [`client`], [`request`], [`site`], [`user`], [`round`]: the load, by virtual users of which each
//!   has one connection and sends its requests strictly one after the other;
//! - [`workshop`], [`server`], [`processes`], [`database`]: the programs that are measured, what they
//!   need, and what they use;
//! - [`measure`], [`contender`], [`table`]: the order of the measurement, and what it prints;
//! - [`growth`], [`fill`]: the same with large tables; [`nodes`]: with several processes;
//! - [`bare`]: the same operations with nothing but their statements, hashes and signatures;
//! - [`guarded`]: the demo with a guarded route.

pub mod bare;
pub mod client;
pub mod contender;
pub mod database;
pub mod fill;
pub mod growth;
pub mod guarded;
pub mod measure;
pub mod nodes;
pub mod operation;
pub mod options;
pub mod processes;
pub mod request;
pub mod round;
pub mod server;
pub mod site;
pub mod table;
pub mod user;
pub mod workshop;

/// Why a measurement cannot go on, as text for the person who runs it.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;
