use std::io::{BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::answer::{Answer, read_chunk, read_head};
use super::api::ApiDouble;
use super::installed::{ABSENT, Installed, Settings};

/// More than what students may send, and more than is kept in memory.
const LARGE: usize = 3_000_000;
const TIMEOUT: Duration = Duration::from_mins(1);

fn door() -> Installed {
    Installed::start(&Settings::with_api_at(ApiDouble::start().address()))
}

fn upload(accept: &str) -> Vec<u8> {
    let head = format!(
        "POST /imports?file_name=a%20b.csv&column.email=Kontakt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
         Authorization: Bearer registrar_1\r\nContent-Encoding: gzip\r\nAccept: {accept}\r\n\
         Content-Type: text/csv\r\nContent-Length: {LARGE}\r\n\r\n"
    );
    head.into_bytes()
}

#[test]
fn a_large_file_reaches_the_api_while_it_is_sent_with_its_key_and_all_that_is_said_of_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (came, seen) = mpsc::channel();
    let api = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut from = BufReader::new(stream.try_clone().unwrap());
        let head = read_head(&mut from);
        from.read_exact(&mut [0; 1_000]).unwrap();
        came.send(head).unwrap();
        from.read_exact(&mut vec![0; LARGE - 1_000]).unwrap();
        stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    let nginx = Installed::start(&Settings::with_api_at(address));
    let mut connection = nginx.connect();
    connection.get_mut().write_all(&upload("*/*")).unwrap();
    connection.get_mut().write_all(&[b'x'; 1_000]).unwrap();
    let head = seen.recv_timeout(TIMEOUT).unwrap();
    for line in [
        "POST /imports?file_name=a%20b.csv&column.email=Kontakt HTTP/1.1\r\n",
        "\r\nAuthorization: Bearer registrar_1\r\n",
        "\r\nContent-Encoding: gzip\r\n",
        "\r\nContent-Type: text/csv\r\n",
    ] {
        assert!(head.contains(line), "{line}: {head}");
    }
    connection.get_mut().write_all(&vec![b'x'; LARGE - 1_000]).unwrap();
    assert_eq!(Answer::read(connection).status, 202);
    api.join().unwrap();
}

#[test]
fn a_large_file_that_reaches_no_api_is_to_be_sent_again_and_not_too_large() {
    let nginx = Installed::start(&Settings::with_api_at(ABSENT));
    for (accept, is_page) in [("*/*", false), ("text/html", true)] {
        let answer = nginx.send(&[upload(accept), vec![b'x'; LARGE]].concat());
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(answer.header("retry-after"), Some("5"), "{answer:?}");
        if is_page {
            assert_eq!(answer.body, "away");
        } else {
            let problem = answer.problem();
            assert_eq!(problem["status"], 503);
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains("an upload with the same file"), "{detail}");
        }
    }
}

#[test]
fn the_page_is_there_without_an_api_and_only_for_who_wants_a_page() {
    let nginx = Installed::start(&Settings::with_api_at(ABSENT));
    for (language, body) in [("en", "import"), ("fa", "import in Persian")] {
        let headers = format!("Accept: text/html\r\nAccept-Language: {language}\r\n");
        let answer = nginx.get("/import", &headers);
        assert_eq!((answer.status, &*answer.body), (200, body), "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    }
    assert_eq!(nginx.get("/import", "Accept: application/json\r\n").status, 503);
}

#[test]
fn an_import_is_a_page_for_who_wants_one_and_else_the_apis_answer() {
    let nginx = door();
    let page = nginx.get("/imports/06EZ0D", "Accept: text/html\r\n");
    assert_eq!((page.status, &*page.body), (200, "one import"), "{page:?}");
    for accept in ["application/json", "*/*"] {
        let headers = format!("Accept: {accept}\r\nAuthorization: Bearer registrar_1\r\n");
        for path in
            ["/imports/06EZ0D", "/imports/06EZ0D/errors.csv", "/imports", "/imports/template.csv"]
        {
            let answer = nginx.get(path, &headers);
            assert!(answer.body.contains(&format!("\nGET {path} HTTP/1.1\r\n")), "{answer:?}");
            assert!(
                answer.body.contains("\r\nAuthorization: Bearer registrar_1\r\n"),
                "{answer:?}"
            );
        }
    }
    // What only the API has is never a page.
    let file = nginx.get("/imports/06EZ0D/errors.csv", "Accept: text/html\r\n");
    assert!(file.body.contains("GET /imports/06EZ0D/errors.csv "), "{file:?}");
}

#[test]
fn how_an_import_goes_on_comes_at_once() {
    let nginx = door();
    let mut events = nginx.connect();
    let request =
        "GET /imports/06EZ0D/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n";
    events.get_mut().write_all(request.as_bytes()).unwrap();
    let head = read_head(&mut events);
    assert!(head.contains("text/event-stream"), "{head}");
    assert_eq!(read_chunk(&mut events).unwrap(), "event: status\n");
}
