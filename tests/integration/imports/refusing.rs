use registrar_local::{Nginx, ServerOptions};
use registrar_tests::api::json;
use registrar_tests::imports::open_body;
use registrar_tests::wait;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::block_in_place;

use super::{Importing, file};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_as_a_whole_is_refused_and_nothing_of_it_is_queued() {
    let importing = Importing::start().await;
    let cyrillic =
        b"first_name,last_name,email\n\xde\xeb\xe8\xff,\xc8\xe2\xe0\xed\xee\xe2\xe0,a@b.example\n";
    let two_addresses = "first_name,last_name,email,e-mail\nAda,King,a@b.example,c@d.example\n";
    for (sent, status, code, sentence) in [
        (b"".to_vec(), 422, "file_empty", "empty"),
        (b"first_name,last_name,email\n".to_vec(), 422, "no_rows", "no rows"),
        (b"name,phone\nAda,1\n".to_vec(), 422, "columns_missing", "column.first_name=NAME"),
        (
            two_addresses.as_bytes().to_vec(),
            422,
            "column_doubled",
            "more than one column for email",
        ),
        (b"PK\x03\x04xl/workbook.xml".to_vec(), 415, "file_not_text", "Excel"),
        (b"%PDF-1.7".to_vec(), 415, "file_not_text", "PDF"),
        (b"<!doctype html><table>".to_vec(), 415, "file_not_text", "web page"),
        (cyrillic.to_vec(), 422, "encoding_unknown", "encoding=windows-1251"),
        (b"\x1f\x8b\x08\x00broken".to_vec(), 422, "gzip_broken", "Compress it again"),
        (b"{\n\"first_name\": \"Ada\"}".to_vec(), 422, "json_not_by_line", "NDJSON"),
        (b"[{]".to_vec(), 422, "json_malformed", "line 1"),
    ] {
        let answer = importing.upload(sent).send().await.unwrap();
        assert_eq!(answer.status(), status, "{code}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem = json(answer).await;
        assert_eq!(problem["errors"][0]["code"], code, "{problem}");
        assert!(problem["message"].as_str().unwrap().contains(sentence), "{problem}");
        assert_eq!(problem["status"], status);
    }
    assert!(importing.queued().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_a_file_must_be_understood() {
    let importing = Importing::start().await;
    for (query, content_type, status, kind) in [
        ("?separator=,", "text/csv", 400, "malformed-parameter"),
        ("?encoding=klingon", "text/csv", 400, "malformed-parameter"),
        ("", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        ("", "multipart/form-data", 400, "malformed-request"),
        ("", "multipart/form-data; boundary=x", 400, "malformed-request"),
    ] {
        let upload = importing.upload_with(&importing.key, query, file(1));
        let answer = upload.header("content-type", content_type).send().await.unwrap();
        assert_eq!(answer.status(), status, "{query} {content_type}");
        let problem = json(answer).await;
        assert_eq!(problem["type"], format!("/docs#{kind}"), "{problem}");
    }
    let brotli = importing.upload(file(1)).header("content-encoding", "br").send().await.unwrap();
    assert_eq!(brotli.status(), 415);
    assert_eq!(brotli.headers()["accept-encoding"], "gzip, identity");
    assert!(importing.queued().await.is_empty());
}

async fn send_and_then_read(address: &str, key: &str, body: &[u8]) -> (u16, Value) {
    send_typed_and_then_read(address, key, "text/csv", body).await
}

/// Writes all of a body before it reads anything, as plain clients do.
async fn send_typed_and_then_read(
    address: &str,
    key: &str,
    content_type: &str,
    body: &[u8],
) -> (u16, Value) {
    let mut client = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /imports HTTP/1.0\r\nHost: a\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: {content_type}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    client.write_all(head.as_bytes()).await.unwrap();
    client.write_all(body).await.expect("the whole body is taken");
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.expect("the answer arrives whole");
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

fn nginx_before(api: &str) -> (Nginx, TempDir) {
    let port = api.rsplit(':').next().unwrap().parse().unwrap();
    let public = tempfile::tempdir().unwrap();
    let nginx = || Nginx::start(&ServerOptions::temporary(), port, public.path()).unwrap();
    (block_in_place(nginx), public)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_100_megabytes_reads_why_the_first_row_is_refused() {
    let importing = Importing::start().await;
    let api = importing.api.url.strip_prefix("http://").unwrap();
    let (nginx, _public) = nginx_before(api);
    let row = "Ada;King;ada@example.com\n";
    let body = format!("name;phone;birthday\n{}", row.repeat(100_000_000 / row.len()));
    let unknown = format!("registrar_{}", "0".repeat(64));
    for address in [api, &format!("127.0.0.1:{}", nginx.port())] {
        let (status, problem) = send_and_then_read(address, &importing.key, body.as_bytes()).await;
        assert_eq!((status, &problem["errors"][0]["code"]), (422, &"columns_missing".into()));
        let (status, problem) = send_and_then_read(address, &unknown, body.as_bytes()).await;
        assert_eq!((status, &problem["type"]), (401, &"/docs#unauthorized".into()));
    }
    assert!(importing.queued().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_100_megabytes_reads_that_it_sends_too_often() {
    let settings = [("REGISTRAR_RATE_PER_SECOND", "1"), ("REGISTRAR_RATE_BURST", "1")];
    let importing = Importing::start_with(&settings).await;
    let api = importing.api.url.strip_prefix("http://").unwrap();
    let (nginx, _public) = nginx_before(api);
    let body = vec![b'x'; 100_000_000];
    for address in [api, &format!("127.0.0.1:{}", nginx.port())] {
        let problem = wait::until("it is refused", async || {
            // Whatever it is answered: it takes the one request there is, for a second.
            importing.api.get("/").send().await.unwrap();
            let (status, problem) = send_and_then_read(address, &importing.key, &body).await;
            (status == 429).then_some(problem)
        })
        .await;
        assert_eq!(problem["type"], "/docs#too-many-requests");
        assert_eq!(problem["status"], 429);
    }
    assert!(importing.queued().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_a_form_of_100_megabytes_reads_what_is_wrong_with_it() {
    let importing = Importing::start().await;
    let address = importing.api.url.strip_prefix("http://").unwrap();
    let row = "Ada;King;ada@example.com\n";
    let rows = row.repeat(100_000_000 / row.len());
    let part = |disposition: &str, content: &str| {
        format!(
            "--x\r\ncontent-disposition: form-data; {disposition}\r\n\r\n{content}\r\n--x--\r\n"
        )
    };
    let without_file_name = part("name=\"upload\"", &rows);
    let unknown_parameter = part("name=\"separator\"", ";") + &rows;
    let unreadable = part("name=\"file\"; filename=\"a.csv\"", &format!("name;phone\n{rows}"));
    for (content_type, body, status, kind) in [
        ("multipart/form-data", &without_file_name, 400, "malformed-request"),
        ("multipart/form-data; boundary=x", &without_file_name, 400, "malformed-request"),
        ("multipart/form-data; boundary=x", &unknown_parameter, 400, "malformed-parameter"),
        ("multipart/form-data; boundary=x", &unreadable, 422, "unreadable-file"),
    ] {
        let key = &importing.key;
        let answer = send_typed_and_then_read(address, key, content_type, body.as_bytes()).await;
        assert_eq!((answer.0, &answer.1["type"]), (status, &format!("/docs#{kind}").into()));
    }
    assert!(importing.queued().await.is_empty());
}

/// So much of a file is read before its header is looked for.
const READ_FIRST: usize = 64 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_refused_while_its_client_sends_nothing_more() {
    let settings = [("REGISTRAR_BODY_TIMEOUT", "100ms"), ("REGISTRAR_IMPORT_IDLE_TIMEOUT", "1h")];
    let importing = Importing::start_with(&settings).await;
    let (parts, body) = open_body();
    parts.send(format!("name;phone\n{}", "Ada;1\n".repeat(READ_FIRST / 5))).unwrap();
    let answer = importing.upload(body).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    assert_eq!(json(answer).await["errors"][0]["code"], "columns_missing");
    // Until here the body had not ended.
    drop(parts);
}
