//! The router with every layer, without servers.

mod admission;
mod browsers;
mod observing;
mod registering;
mod routes;

const ADA: &str = r#"{"first_name":"Ada","last_name":"Lovelace","email":"ada@example.com"}"#;
const JSON: &str = "application/json";
