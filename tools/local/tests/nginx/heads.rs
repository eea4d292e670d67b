use super::api::ApiDouble;
use super::installed::{Installed, Settings};

/// As many as browsers keep for a domain, each as long as may be.
const COOKIES: usize = 180 * 4_096;

fn door() -> Installed {
    Installed::start(&Settings::with_api_at(ApiDouble::start().address()))
}

#[test]
fn what_others_add_to_a_request_stops_nothing_and_does_not_reach_the_api() {
    let nginx = door();
    let long = "x".repeat(20_000);
    let many = "X-Extension: 1\r\n".repeat(300);
    for added in [
        format!("Cookie: {}\r\n", "c=x;".repeat(COOKIES / 4)),
        format!("Cookie: {long}\r\nCookie: {long}\r\n"),
        format!("Referer: https://elsewhere.example/{long}\r\n"),
        format!("User-Agent: {long}\r\n"),
        format!("Accept-Language: fa,{long}\r\n"),
        format!("Authorization: Negotiate {long}\r\n"),
        many,
    ] {
        let answer = nginx.get("/registrations/x", &format!("Accept: */*\r\n{added}"));
        let name = added.split(':').next().unwrap();
        assert_eq!(answer.status, 200, "{name}");
        assert!(
            answer.body.contains("\r\nAccept: */*\r\n") && answer.body.len() < 200,
            "{answer:?}"
        );
        assert_eq!(nginx.get("/", &format!("Accept: text/html\r\n{added}")).status, 200, "{name}");
    }
}

#[test]
fn of_a_query_the_language_alone_reaches_the_api() {
    let nginx = door();
    let long = "x".repeat(20_000);
    for (query, expected) in [
        (format!("?fbclid={long}"), ""),
        (format!("?utm_source=a&lang=fa&email=ada%40example.org&gclid={long}"), "?lang=fa"),
        ("?lang=EN".to_owned(), "?lang=en"),
        ("?lang=xx".to_owned(), ""),
        ("?lang=%0d%0aX:%20y".to_owned(), ""),
    ] {
        for path in ["/registrations/A%2FB%20c", "/register", "/limits"] {
            let answer = nginx.get(&format!("{path}{query}"), "");
            let line = format!("\nGET {path}{expected} HTTP/1.1\r\n");
            assert!(answer.body.contains(&line), "{line}: {answer:?}");
        }
    }
}

#[test]
fn what_the_api_reads_reaches_it() {
    let nginx = door();
    for name in [
        "Accept",
        "Accept-Language",
        "Access-Control-Request-Headers",
        "Access-Control-Request-Method",
        "Content-Encoding",
        "Content-Type",
        "Idempotency-Key",
        "If-None-Match",
        "Last-Event-ID",
        "Origin",
        "Prefer",
        "tracestate",
    ] {
        let answer = nginx.get("/registrations/x", &format!("{name}: a value\r\n"));
        let line = format!("\r\n{name}: a value\r\n").to_ascii_lowercase();
        assert!(answer.body.to_ascii_lowercase().contains(&line), "{name}: {answer:?}");
    }
}

#[test]
fn a_client_cannot_claim_another_address() {
    let answer = door().get("/limits", "X-Forwarded-For: 192.0.2.1\r\n");
    assert!(!answer.body.contains("192.0.2.1"), "{answer:?}");
    assert!(answer.body.contains("X-Forwarded-For: unix:"), "{answer:?}");
}
