//! The nginx of the local stack.

use std::fs;
use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use registrar_local::{Nginx, ServerOptions, poll_until};
use ureq::http::Response;
use ureq::{Agent, Body};

use super::answer::Answer;
use super::api::ApiDouble;
use super::pages::pages;

/// Port 9 (discard): nothing listens there.
const ABSENT: u16 = 9;

#[cfg(test)]
fn get(nginx: &Nginx, path: &str, accept: &str, language: &str) -> Response<Body> {
    let agent: Agent =
        Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    agent
        .get(format!("http://127.0.0.1:{}{path}", nginx.port()))
        .header("Accept", accept)
        .header("Accept-Language", language)
        .call()
        .unwrap()
}

#[test]
fn the_form_is_there_without_an_api_and_every_time_with_another_key() {
    let pages = pages();
    let nginx = Nginx::start(&ServerOptions::temporary(), ABSENT, pages.path()).unwrap();
    let form = || get(&nginx, "/", "text/html", "en").into_body().read_to_string().unwrap();
    let (one, two) = (form(), form());
    let key = one.strip_prefix("key ").unwrap();
    assert!(key.len() == 32 && key.chars().all(|c| c.is_ascii_hexdigit()), "{one}");
    assert_ne!(one, two);
}

#[test]
fn the_language_that_an_address_names_wins() {
    let pages = pages();
    let nginx = Nginx::start(&ServerOptions::temporary(), ABSENT, pages.path()).unwrap();
    for (path, accepted, is_persian) in
        [("/?lang=fa", "en", true), ("/?lang=en", "fa", false), ("/?lang=xx", "fa", true)]
    {
        let text = get(&nginx, path, "text/html", accepted).into_body().read_to_string().unwrap();
        assert_eq!(text == "Persian", is_persian, "{path} {accepted}: {text}");
    }
}

#[test]
fn its_log_has_no_addresses() {
    let pages = pages();
    let nginx = Nginx::start(&ServerOptions::temporary(), ABSENT, pages.path()).unwrap();
    assert_eq!(get(&nginx, "/registrations/x", "text/html", "en").status(), 503);
    let log = poll_until(Duration::from_mins(1), || {
        // A line comes after its answer.
        let log = fs::read_to_string(nginx.log()).unwrap();
        log.contains(r#""route":"/registrations/{reference}","status":503"#).then_some(log)
    });
    // Neither the address, which opens a status, nor whose it is.
    let log = log.unwrap();
    assert!(!log.contains("registrations/x") && !log.contains("127.0.0.1"), "{log}");
}

#[test]
fn the_api_always_gets_a_host_and_never_the_trace_of_a_stranger() {
    let (api, pages) = (ApiDouble::start(), pages());
    let nginx = Nginx::start(&ServerOptions::temporary(), api.port, pages.path()).unwrap();
    // What HTTP/1.0 need not say, HTTP/1.1 must.
    let mut stream = TcpStream::connect(("127.0.0.1", nginx.port())).unwrap();
    let traceparent = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    stream.write_all(format!("GET /limits HTTP/1.0\r\n{traceparent}\r\n\r\n").as_bytes()).unwrap();
    let answer = Answer::read(BufReader::new(stream));
    assert_eq!(answer.status, 200, "{answer:?}");
    let head = answer.body.to_lowercase();
    assert!(head.contains("http/1.1") && head.contains("host: registrar_api"), "{head}");
    assert!(!head.contains("traceparent"), "{head}");
}
