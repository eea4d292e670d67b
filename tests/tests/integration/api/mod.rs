//! What `POST /register` and the status addresses promise, with the API as a process.

mod accepting;
mod outages;
mod privacy;
mod stopping;
mod streams;
mod tracing;
mod waiting;

use reqwest::Response;

use crate::end_to_end::Home;

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}
