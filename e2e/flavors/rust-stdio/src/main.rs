use rmcp::handler::server::wrapper::Parameters;
use rmcp::transport::stdio;
use rmcp::{ServerHandler, ServiceExt, schemars, tool, tool_handler, tool_router};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Numbers {
    a: f64,
    b: f64,
}

#[derive(Clone)]
struct Sums;

#[tool_router]
impl Sums {
    #[tool(description = "Add two numbers")]
    fn add(&self, Parameters(Numbers { a, b }): Parameters<Numbers>) -> String {
        (a + b).to_string()
    }
}

#[tool_handler]
impl ServerHandler for Sums {}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    Sums.serve(stdio()).await?.waiting().await?;
    Ok(())
}
