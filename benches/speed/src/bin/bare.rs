//! Serves the bare handlers.

#[tokio::main]
async fn main() -> Result<(), speed::Fault> {
    speed::bare::serve().await
}
