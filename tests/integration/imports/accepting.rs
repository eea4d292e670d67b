use std::io::Write as _;

use futures_util::{StreamExt as _, stream};
use registrar_tests::api::json;
use registrar_tests::wait;
use reqwest::{Body, StatusCode};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::{Importing, file};

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_file_is_in_the_queue_once_it_is_accepted() {
    let importing = Importing::start().await;
    let sent = file(1_100).replace("ada600@example.com", "ada600").replace("email", "E-Mail");
    let sent = format!("List of 2026\n{sent}");
    let upload = importing.upload_with(&importing.key, "?file_name=2026.csv", sent.clone());
    let answer = upload.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let body = json(answer).await;
    assert_eq!((&body["status"], &body["rows"]), (&"accepted".into(), &1_100.into()));
    assert_eq!((&body["accepted"], &body["invalid"]), (&1_099.into(), &1.into()));
    assert!(body["message"].as_str().unwrap().starts_with("1099 of 1100 rows"), "{body}");
    assert_eq!(body["bytes"], sent.len());
    assert_eq!(location, format!("/imports/{}", body["reference"].as_str().unwrap()));
    assert_eq!(body["status_url"], location.as_str());
    let error = &body["errors"][0];
    assert_eq!(
        (&error["row"], &error["column"], &error["code"]),
        (&603.into(), &"email".into(), &"invalid_email".into())
    );
    let understood = &body["understood"];
    assert_eq!((&understood["format"], &understood["delimiter"]), (&"csv".into(), &",".into()));
    assert_eq!(
        (&understood["encoding"], &understood["header_row"]),
        (&"US-ASCII".into(), &2.into())
    );
    assert_eq!(understood["columns"][2]["name"], "E-Mail");
    assert!(body.get("broken_off").is_none(), "{body}");

    let mut queued = importing.queued().await;
    queued.chunks.sort_by_key(|(_, chunk)| chunk.first_row);
    assert_eq!(queued.rows(), 1_100);
    let sizes: Vec<_> = queued.chunks.iter().map(|(_, chunk)| chunk.rows).collect();
    assert_eq!(sizes, [500, 500, 100]);
    assert!(queued.chunks.iter().all(|(envelope, _)| envelope.is_whole_chunk()));
    assert_eq!(queued.chunks[1].1.invalid[0].values, ["Ada", "King", "ada600"]);
    let first = &queued.chunks[0].0;
    assert_eq!(first.import.as_ref().unwrap().file_name.as_deref(), Some("2026.csv"));
    assert_eq!(first.registrations[0].import.unwrap().row, 3);
    let [manifest] = &queued.manifests[..] else { panic!("{:?}", queued.manifests) };
    assert_eq!(manifest.rows, 1_100);
    assert_eq!(manifest.sha256, body["sha256"].as_str().unwrap());
    assert_eq!(&manifest.understood, understood);
    assert_eq!(manifest.broken_off, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_again_is_the_same_registrations_of_another_import() {
    let importing = Importing::start().await;
    let mut ids = Vec::new();
    let mut imports = Vec::new();
    for _ in 0..2 {
        assert_eq!(importing.upload(file(3)).send().await.unwrap().status(), 202);
        let queued = importing.queued().await;
        let (envelope, _) = &queued.chunks[0];
        ids.push(envelope.registrations.iter().map(|one| one.id).collect::<Vec<_>>());
        imports.push(envelope.import.as_ref().unwrap().id);
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(imports[0], imports[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_may_be_compressed_or_in_a_form_or_json() {
    let importing = Importing::start().await;
    let boundary = "-----------------------------1234";
    let form = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"column.email\"\r\n\r\nKontakt\r\n\
         --{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"C:\\\\a.csv\"\r\n\
         content-type: application/vnd.ms-excel\r\n\r\n{}\r\n--{boundary}--\r\n",
        file(2).replace("email", "Kontakt")
    );
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(file(2).as_bytes()).unwrap();
    let line = r#"{"first_name":"Ada","last_name":"King","email":"ada@example.com"}"#;
    let ndjson = format!("{line}\n{}\n", line.replace("ada", "eda"));
    for (kind, content_type, format, body) in [
        ("form", format!("multipart/form-data; boundary={boundary}"), "csv", form.into_bytes()),
        ("gzip", "application/gzip".to_owned(), "csv", gzip.finish().unwrap()),
        ("ndjson", "application/x-ndjson".to_owned(), "ndjson", ndjson.into_bytes()),
        ("array", "application/json".to_owned(), "json", format!("[{line},{line}]").into_bytes()),
    ] {
        let upload = importing.upload(body).header("content-type", content_type.as_str());
        let upload =
            if kind == "gzip" { upload.header("content-encoding", "gzip") } else { upload };
        let answer = upload.send().await.unwrap();
        assert_eq!(answer.status(), 202, "{kind}");
        let body = json(answer).await;
        assert_eq!((&body["accepted"], &body["rows"]), (&2.into(), &2.into()), "{kind}: {body}");
        assert_eq!(body["understood"]["format"], format, "{kind}");
        let queued = importing.queued().await;
        assert_eq!((queued.rows(), queued.manifests.len()), (2, 1), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_may_quote_its_boundary_and_have_more_behind_its_file() {
    let importing = Importing::start().await;
    let part = |name: &str, value: &str| {
        format!("--a b\r\ncontent-disposition: form-data; name={name}\r\n\r\n{value}\r\n")
    };
    let form = part("\"delimiter\"", ",")
        + &part("\"file\"; filename=\"first.csv\"", &file(2))
        + &part("\"file\"; filename=\"second.csv\"", &file(3))
        + &part("\"submit\"", "Send")
        + "--a b--\r\n";
    let parts = form.into_bytes().chunks(7).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let parts = stream::iter(parts).map(Ok::<_, std::io::Error>);
    let upload = importing.upload(Body::wrap_stream(parts));
    let upload = upload.header("content-type", "multipart/form-data; boundary=\"a b\"");
    let answer = upload.send().await.unwrap();
    assert_eq!(answer.status(), 202);
    let body = json(answer).await;
    assert_eq!((&body["rows"], &body["ignored_fields"]), (&2.into(), &json!(["file", "submit"])));
    assert_eq!(importing.queued().await.rows(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_behind_the_file_is_named_as_ignored_and_one_in_the_address_is_not() {
    let importing = Importing::start().await;
    let part = |name: &str, value: &str| {
        format!("--x\r\ncontent-disposition: form-data; name={name}\r\n\r\n{value}\r\n")
    };
    let form =
        part("\"file\"; filename=\"a.csv\"", &file(2)) + &part("\"dry_run\"", "true") + "--x--";
    for (query, status, rows) in [("", 202, 2), ("?dry_run=true", 200, 0)] {
        let upload = importing.upload_with(&importing.key, query, form.clone());
        let upload = upload.header("content-type", "multipart/form-data; boundary=x");
        let answer = upload.send().await.unwrap();
        assert_eq!(answer.status(), status);
        let body = json(answer).await;
        assert_eq!((&body["rows"], &body["ignored_fields"]), (&2.into(), &json!(["dry_run"])));
        let sentence = " ignored: dry_run. Send them before the file, or in the address.";
        assert!(body["message"].as_str().unwrap().ends_with(sentence), "{body}");
        assert_eq!(importing.queued().await.rows(), rows);
    }
    let plain = json(importing.upload(file(1)).send().await.unwrap()).await;
    assert!(plain.get("ignored_fields").is_none(), "{plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_may_be_slower_than_a_request_may_be() {
    let importing = Importing::start_with(&[("REGISTRAR_REQUEST_TIMEOUT", "300ms")]).await;
    let parts = file(4).lines().map(|line| format!("{line}\n")).collect::<Vec<_>>();
    let slowly = stream::iter(parts).then(async |part| {
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        Ok::<_, std::io::Error>(part)
    });
    let answer = importing.upload(Body::wrap_stream(slowly)).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    assert_eq!(json(answer).await["accepted"], 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_before_an_upload_broke_off_is_queued_with_a_manifest_that_says_so() {
    let importing = Importing::start().await;
    let address = importing.api.url.strip_prefix("http://").unwrap();
    let mut client = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /imports HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Content-Length: 1000000\r\n\r\n",
        importing.key
    );
    client.write_all(head.as_bytes()).await.unwrap();
    client.write_all(file(3_000).as_bytes()).await.unwrap();
    client.shutdown().await.unwrap();
    drop(client);
    let mut queued = super::Queued::default();
    wait::until("the manifest is queued", async || {
        let more = importing.queued().await;
        queued.chunks.extend(more.chunks);
        queued.manifests.extend(more.manifests);
        (!queued.manifests.is_empty()).then_some(())
    })
    .await;
    let manifest = &queued.manifests[0];
    assert_eq!(manifest.broken_off.as_deref(), Some("upload_broken_off"));
    assert_eq!(manifest.rows, queued.rows() as u64);
    assert!(queued.rows() >= 2_999, "{}", queued.rows());
}
