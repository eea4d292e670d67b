use registrar_tests::oracle::Oracle;
use registrar_tests::wait;
use registrar_tests::worker::Worker;

use super::reading::counts;
use super::{Importing, file};

#[tokio::test(flavor = "multi_thread")]
async fn each_row_of_a_file_is_registered_once_or_named_with_what_is_wrong() {
    let importing = Importing::start().await;
    let _worker = Worker::start(&importing.home.servers).await;
    let sent = file(1_200)
        .replace("ada7@example.com", "ada7")
        .replace("Ada,King,ada900@", "Eda,King,ada8@");
    let mut ends = Vec::new();
    for _ in 0..2 {
        let import = importing.accepted(sent.clone()).await;
        let body = wait::until("the import is done", async || {
            let body = importing.read(&import).await;
            let adds_up = counts(&body).iter().sum::<u64>();
            assert!(body["rows"].as_u64().is_none_or(|rows| rows == adds_up), "{body}");
            (body["done"] == true).then_some(body)
        })
        .await;
        assert_eq!((&body["status"], &body["key"]), (&"finished".into(), &1.into()));
        ends.push(counts(&body));
        let errors = importing.errors(&import).await;
        let lines: Vec<_> = errors.lines().skip(1).collect();
        assert!(lines[0].starts_with("9,Ada,King,ada7,email,invalid_email,"), "{errors}");
        assert!(lines[1].starts_with("902,Eda,King,ada8@example.com,email,"), "{errors}");
        assert_eq!(lines.len(), 2, "{errors}");
    }
    assert_eq!(ends, [[1_198, 0, 1, 1, 0, 0], [0, 1_198, 1, 1, 0, 0]]);
    let oracle = Oracle::new(&importing.home.servers.database_url);
    assert_eq!(oracle.count("students").await, 1_198);
}
