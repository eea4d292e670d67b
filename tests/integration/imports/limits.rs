use registrar_tests::api::json;
use registrar_tests::imports::open_body;
use registrar_tests::wait;

use super::{Importing, create_key, file};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_so_many_uploads_at_once_and_another_key_its_own() {
    let importing = Importing::start_with(&[("REGISTRAR_IMPORTS_PER_KEY", "1")]).await;
    let other = create_key(&importing.home, "north-school", None).await;
    let (parts, body) = open_body();
    let first = tokio::spawn(importing.upload(body).send());
    parts.send(file(6_000)).unwrap();
    // Its first chunk is published while the upload goes on.
    let mut rows = 0;
    wait::until("the first upload is under way", async || {
        rows += importing.queued().await.rows();
        (rows > 0).then_some(())
    })
    .await;
    let refused = importing.upload(file(1)).send().await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["retry-after"]),
        (429, &"5".parse().unwrap())
    );
    assert_eq!(json(refused).await["type"], "/docs#too-many-imports");
    assert_eq!(importing.upload_with(&other, "", file(1)).send().await.unwrap().status(), 202);
    drop(parts);
    assert_eq!(json(first.await.unwrap().unwrap()).await["rows"], 6_000);
    assert_eq!(importing.upload(file(1)).send().await.unwrap().status(), 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_so_many_uploads_a_minute_and_rows_a_day() {
    let settings = [("REGISTRAR_IMPORTS_PER_MINUTE", "3"), ("REGISTRAR_IMPORT_ROWS_PER_DAY", "10")];
    let importing = Importing::start_with(&settings).await;
    let key = create_key(&importing.home, "north-school", None).await;
    for _ in 0..3 {
        assert_eq!(importing.upload(file(2)).send().await.unwrap().status(), 202);
    }
    let answer = importing.upload(file(2)).send().await.unwrap();
    assert_eq!(answer.status(), 429);
    assert!(json(answer).await["message"].as_str().unwrap().contains("within a minute"));
    let dry_run = importing.upload_with(&key, "?dry_run=true", file(10)).send().await.unwrap();
    assert_eq!(dry_run.status(), 200, "what was only checked does not count");
    assert_eq!(importing.upload_with(&key, "", file(10)).send().await.unwrap().status(), 202);
    let answer = importing.upload_with(&key, "", file(1)).send().await.unwrap();
    assert_eq!(answer.status(), 429);
    assert!(json(answer).await["message"].as_str().unwrap().contains("tomorrow"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_over_a_limit_is_refused_before_its_first_row_or_read_up_to_it() {
    let settings = [("REGISTRAR_IMPORT_ROWS", "10"), ("REGISTRAR_IMPORT_BYTES", "1024")];
    let importing = Importing::start_with(&settings).await;
    let answer = json(importing.upload(file(11)).send().await.unwrap()).await;
    assert_eq!(
        (&answer["accepted"], &answer["broken_off"]["code"]),
        (&10.into(), &"too_many_rows".into())
    );
    let queued = importing.queued().await;
    assert_eq!(queued.manifests[0].broken_off.as_deref(), Some("too_many_rows"));
    assert!(answer.get("sha256").is_none(), "of a part it matches no file: {answer}");
    let answer = importing.upload(file(100)).send().await.unwrap();
    assert_eq!(answer.status(), 413);
    assert_eq!(json(answer).await["errors"][0]["code"], "file_too_large");
    let limits = json(importing.api.get("/limits").send().await.unwrap()).await;
    assert_eq!(
        (&limits["imports"]["rows"], &limits["imports"]["bytes"]),
        (&10.into(), &1_024.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_stalls_ends_with_what_came() {
    let importing = Importing::start_with(&[("REGISTRAR_IMPORT_IDLE_TIMEOUT", "2s")]).await;
    let (parts, body) = open_body();
    parts.send(file(3)).unwrap();
    let answer = importing.upload(body).send().await.unwrap();
    // So short a file is not understood before more of it or its end comes.
    assert_eq!(answer.status(), 408);
    assert_eq!(json(answer).await["errors"][0]["code"], "upload_too_slow");
    let (parts, body) = open_body();
    parts.send(file(10_000)).unwrap();
    let answer = importing.upload(body).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    let body = json(answer).await;
    assert_eq!(body["broken_off"]["code"], "upload_too_slow", "{body}");
    let queued = importing.queued().await;
    assert_eq!(queued.rows() as u64, body["rows"].as_u64().unwrap());
}
