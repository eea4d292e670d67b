//! `registrar import` over a connection that breaks, and interrupted by the person who waits for it.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};

use registrar_tests::proxy::{Proxy, Traffic};
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use rustix::process::{Pid, Signal, kill_process};

use super::importing::Importing;

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

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_is_followed_by_another_upload_and_each_student_is_there_once() {
    let importing = Importing::start().await;
    let _worker = Worker::start(&importing.home.servers).await;
    let (proxy, url) = behind_proxy(&importing).await;
    proxy.set(Traffic::Slow(60_000));
    let path = importing.write("list.csv", file());
    let break_once = async {
        wait::until("some rows are registered", async || {
            (importing.students().await > 0).then_some(())
        })
        .await;
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
async fn who_interrupts_an_import_reads_how_to_go_on_and_nothing_is_lost_or_there_twice() {
    let importing = Importing::start().await;
    let _worker = Worker::start(&importing.home.servers).await;
    let (proxy, url) = behind_proxy(&importing).await;
    proxy.set(Traffic::Unanswered);
    let path = importing.write("list.csv", file());
    let said = importing.path("stderr");
    let mut running = Command::new(env!("CARGO_BIN_EXE_registrar-under-test"))
        .args(["import", &path, "--wait", "--api-url", &url])
        .env_clear()
        .env("REGISTRAR_IMPORT_KEY", &importing.key)
        .stdout(Stdio::null())
        .stderr(fs::File::create(&said).unwrap())
        .spawn()
        .unwrap();
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
    assert!(said.contains(&format!("\n  registrar import --wait {path}")), "{said}");

    let again = importing.import(&[&path, "--wait"]).await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(again.stdout.contains("6000 registered before, unchanged"), "{again:?}");
    assert_eq!(importing.students().await, ROWS);
}
