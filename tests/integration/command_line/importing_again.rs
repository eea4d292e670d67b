//! `registrar import` over a connection that breaks, and interrupted by the person who waits for it.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use registrar_domain::Lane;
use registrar_storage::{LanePauses, Pool};
use registrar_tests::proxy::{Proxy, Traffic};
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use rustix::process::{Pid, Signal, kill_process};

use super::importing::Importing;
use super::registrar;

const ROWS: usize = 6_000;

fn file() -> String {
    let mut file = "first_name,last_name,email\n".to_owned();
    for row in 0..ROWS {
        writeln!(file, "Ada,King,ada{row}@example.com").unwrap();
    }
    file
}

/// The address of the API behind a proxy.
async fn behind_proxy(importing: &Importing) -> (Proxy, String) {
    let address = importing.api.url.strip_prefix("http://").unwrap();
    let url = format!("http://@{address}/");
    let proxy = Proxy::to(&url).await;
    let url = proxy.url(&url).replace('@', "");
    (proxy, url)
}

/// Waits until some rows of an upload are registered, while most of the file is still to come.
async fn some_are_registered(importing: &Importing, proxy: &Proxy) {
    let accepted = "registration_import_rows_accepted_total";
    wait::until("some rows are accepted", async || {
        (importing.api.counted(accepted).await > 0).then_some(())
    })
    .await;
    proxy.set(Traffic::Slow(10_000));
    wait::until("some rows are registered", async || {
        (importing.students().await > 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_is_followed_by_another_upload_and_each_student_is_there_once() {
    let importing = Importing::start().await;
    let _worker = Worker::start(&importing.home.servers).await;
    let (proxy, url) = behind_proxy(&importing).await;
    proxy.set(Traffic::Slow(60_000));
    let path = importing.write("list.csv", file());
    let break_once = async {
        some_are_registered(&importing, &proxy).await;
        proxy.set(Traffic::Flowing);
        proxy.cut();
    };
    let arguments = [&*path, "--wait"];
    let (ended, ()) = tokio::join!(importing.import_at(&url, &arguments), break_once);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("Uploading it again in 1 s"), "{ended:?}");
    assert_eq!(importing.students().await, ROWS);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_of_which_rows_may_have_been_accepted_is_not_reported_as_nothing_done() {
    let importing = Importing::start().await;
    let _worker = Worker::start(&importing.home.servers).await;
    let (proxy, url) = behind_proxy(&importing).await;
    proxy.set(Traffic::Slow(60_000));
    let path = importing.write("list.csv", file());
    let break_for_good = async {
        some_are_registered(&importing, &proxy).await;
        proxy.set(Traffic::Slow(1_000));
        importing.revoke_key().await;
        wait::until("the key is refused", async || {
            let refused = importing.import(&["list"]).await;
            (refused.code == Some(2)).then_some(())
        })
        .await;
        proxy.set(Traffic::Flowing);
        proxy.cut();
    };
    let arguments = [&*path];
    let (ended, ()) = tokio::join!(importing.import_at(&url, &arguments), break_for_good);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("Rows of the file may have been accepted."), "{ended:?}");
    assert!(ended.stderr.contains(&format!("\n  registrar import {path}")), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_can_be_followed_no_more_is_named_with_its_reference() {
    let importing = Importing::start().await;
    let pauses = LanePauses::new(Pool::new(&importing.home.servers.database_settings()));
    pauses.pause(Lane::Bulk, Duration::from_hours(1), "a test", "ada").await.unwrap();
    let _worker = Worker::start(&importing.home.servers).await;
    let path = importing.write("list.csv", file());
    let arguments = [&*path, "--wait", "--json"];
    let revoke = async {
        wait::until("the import is accepted", async || {
            let listed = importing.import(&["list"]).await;
            listed.stdout.contains("list.csv").then_some(())
        })
        .await;
        importing.revoke_key().await;
    };
    let (ended, ()) = tokio::join!(importing.import(&arguments), revoke);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let accepted: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let reference = accepted["reference"].as_str().unwrap();
    assert!(ended.stderr.contains(&format!("registrar import show {reference}")), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_interrupts_an_import_reads_how_to_go_on_and_nothing_is_lost_or_there_twice() {
    let importing = Importing::start().await;
    let _worker = Worker::start(&importing.home.servers).await;
    let (proxy, url) = behind_proxy(&importing).await;
    proxy.set(Traffic::Slow(60_000));
    let path = importing.write("list.csv", file());
    let key = importing.write("key", &importing.key);
    let said = importing.path("stderr");
    let mut running = Command::new(env!("CARGO_BIN_EXE_registrar-under-test"))
        .args(["import", &path, "--wait", "--api-url", &url, "--key-file", &key])
        .env_clear()
        .stdout(Stdio::null())
        .stderr(fs::File::create(&said).unwrap())
        .spawn()
        .unwrap();
    some_are_registered(&importing, &proxy).await;
    proxy.set(Traffic::Unanswered);
    wait::until("the rows are registered", async || {
        (importing.students().await == ROWS).then_some(())
    })
    .await;
    kill_process(Pid::from_child(&running), Signal::INT).unwrap();
    let ended = wait::until("the command ends", async || running.try_wait().unwrap()).await;
    let said = fs::read_to_string(said).unwrap();
    assert_eq!(ended.code(), Some(130), "{said}");
    assert!(
        said.contains("Interrupted. The upload broke off. Just import the file again"),
        "{said}"
    );
    let command = said.lines().last().and_then(|line| line.strip_prefix("  registrar ")).unwrap();
    assert!(command.contains("--wait"), "{said}");

    proxy.set(Traffic::Flowing);
    let again = registrar(&command.split(' ').collect::<Vec<_>>(), &[]).await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(again.stdout.contains("6000 registered before, unchanged"), "{again:?}");
    assert_eq!(importing.students().await, ROWS);
}
