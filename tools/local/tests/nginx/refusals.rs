use super::installed::{ABSENT, Installed, Settings};

/// What nginx refuses by itself, and with which status.
fn refused() -> Vec<(u16, String)> {
    let host = "Host: a\r\nConnection: close\r\n";
    let long = "x".repeat(1_100_000);
    vec![
        (400, "GET / HTTP/1.1\r\nACCEPTConnection: close\r\n\r\n".to_owned()),
        (404, format!("GET /assets/x HTTP/1.1\r\n{host}ACCEPT\r\n")),
        (405, format!("POST /favicon.svg HTTP/1.1\r\n{host}ACCEPTContent-Length: 0\r\n\r\n")),
        (413, format!("POST /register HTTP/1.1\r\n{host}ACCEPTContent-Length: 100000\r\n\r\n")),
        (431, format!("GET / HTTP/1.1\r\n{host}ACCEPTCookie: {long}\r\n\r\n")),
        (
            501,
            format!(
                "POST /register HTTP/1.1\r\n{host}ACCEPTTransfer-Encoding: gzip, chunked\r\n\r\n"
            ),
        ),
    ]
}

#[test]
fn what_nginx_refuses_itself_it_says_in_a_problem_document() {
    let nginx = Installed::start(&Settings::with_api_at(ABSENT));
    for (status, request) in refused() {
        let answer = nginx.send(request.replace("ACCEPT", "").as_bytes());
        assert_eq!(answer.status, status, "{answer:?}");
        let problem = answer.problem();
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["detail"], problem["message"], "{problem}");
        assert!(
            problem["detail"].as_str().is_some_and(|detail| detail.ends_with('.')),
            "{problem}"
        );
        let (kind, title) = (problem["type"].as_str(), problem["title"].as_str());
        assert!(kind.is_some_and(|kind| kind.starts_with("about:") || kind.starts_with("/docs#")));
        assert!(
            title.is_some_and(|title| !title.is_empty() && !title.contains("none")),
            "{problem}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("retry-after"), None, "{answer:?}");
    }
}

#[test]
fn people_get_pages_of_the_same_status() {
    let nginx = Installed::start(&Settings::with_api_at(ABSENT));
    for (status, request) in refused() {
        let answer = nginx.send(request.replace("ACCEPT", "Accept: text/html\r\n").as_bytes());
        let page = match status {
            404 => "not found",
            413 => "too large",
            _ => "unreadable",
        };
        assert_eq!((answer.status, answer.body.as_str()), (status, page));
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

/// Nothing is known of who asks before the headers have come.
#[test]
fn a_first_line_that_cannot_be_read_is_refused_in_a_problem_document() {
    let nginx = Installed::start(&Settings::with_api_at(ABSENT));
    for (status, line) in [
        (414, format!("GET /{} HTTP/1.1", "x".repeat(1_100_000))),
        (505, "GET / HTTP/9.9".to_owned()),
    ] {
        let answer =
            nginx.send(format!("{line}\r\nHost: a\r\nAccept: text/html\r\n\r\n").as_bytes());
        assert_eq!(
            (answer.status, answer.problem()["status"].as_u64()),
            (status, Some(status.into()))
        );
    }
}
