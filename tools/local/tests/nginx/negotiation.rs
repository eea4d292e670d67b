use super::answer::Answer;
use super::api::ApiDouble;
use super::installed::{ABSENT, Installed, Settings};

/// The rule, which the API is held to as well.
const TABLE: &str = include_str!("../../../../tests/corpus/negotiation.tsv");

/// Of one header: each answer with the value that leads to it.
fn rows(header: &str) -> Vec<(&'static str, &'static str)> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let cells = lines.map(|line| line.splitn(3, '\t').collect::<Vec<_>>());
    cells.filter(|cells| cells[0] == header).map(|cells| (cells[1], cells[2])).collect()
}

fn is_page(answer: &Answer) -> bool {
    answer.header("content-type") == Some("text/html; charset=utf-8")
}

#[test]
fn an_api_that_is_away_is_reported_as_the_api_would_answer() {
    let nginx = Installed::start(&Settings::with_api_at(ABSENT));
    let table = rows("accept");
    assert!(table.len() > 50);
    for (expected, accept) in table {
        let answer = nginx.get("/registrations/x", &format!("Accept: {accept}\r\n"));
        assert_eq!(answer.status, 503, "{accept}");
        assert_eq!(is_page(&answer), expected == "page", "{accept}: {answer:?}");
        assert_eq!(answer.header("retry-after"), Some("5"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn an_address_where_nothing_is_is_a_page_here_for_who_wants_one_and_else_the_api_s() {
    let nginx = Installed::start(&Settings::with_api_at(ApiDouble::start().address()));
    for (expected, accept) in rows("accept") {
        let answer = nginx.get("/nothing", &format!("Accept: {accept}\r\n"));
        let status = if expected == "page" { 404 } else { 200 };
        assert_eq!(answer.status, status, "{accept}: {answer:?}");
    }
}

#[test]
fn at_the_front_door_too_but_who_names_neither_may_be_a_person() {
    let nginx = Installed::start(&Settings::with_api_at(ApiDouble::start().address()));
    let neither = ["", "*/*", "*/*;q=0.1", "image/*", "text/plain", "application/xml"];
    for (_, accept) in rows("accept").into_iter().filter(|(expected, _)| *expected == "page") {
        assert!(is_page(&nginx.get("/", &format!("Accept: {accept}\r\n"))), "{accept}");
    }
    for accept in neither {
        assert!(is_page(&nginx.get("/", &format!("Accept: {accept}\r\n"))), "{accept}");
    }
    for accept in [
        "application/json",
        "application/problem+json",
        "application/json, text/html;q=0.1",
        "application/json, text/html",
        "application/json, */*",
        "text/html;q=0",
        "text/*;q=0",
        "text/html;q=0, */*",
        "*/*, text/html;q=0.5",
    ] {
        assert!(!is_page(&nginx.get("/", &format!("Accept: {accept}\r\n"))), "{accept}");
    }
}

#[test]
fn the_language_is_the_one_that_weighs_most() {
    let nginx = Installed::start(&Settings::with_api_at(ABSENT));
    let table = rows("accept-language");
    assert!(table.len() > 30);
    for (expected, languages) in table {
        let headers = format!("Accept: text/html\r\nAccept-Language: {languages}\r\n");
        let form = nginx.get("/", &headers);
        assert_eq!(form.body == "Persian", expected == "fa", "{languages}: {form:?}");
        let away = nginx.get("/limits", &headers);
        assert_eq!(away.body == "away in Persian", expected == "fa", "{languages}: {away:?}");
    }
}

#[test]
fn headers_that_no_browser_sends_cost_little_and_are_as_none() {
    let nginx = Installed::start(&Settings::with_api_at(ABSENT));
    for header in [
        format!("Accept: {}", "a,".repeat(100_000)),
        format!("Accept: {}text/html;q=0.3", "text/html;q=x,".repeat(1_000)),
        format!("Accept-Language: {}", "fa;q=0.5,".repeat(20_000)),
    ] {
        let answer = nginx.get("/limits", &format!("{header}\r\n"));
        assert_eq!((answer.status, is_page(&answer)), (503, false), "{}", &header[..40]);
    }
    assert!(!nginx.errors().contains("pcre"), "{}", nginx.errors());
}
