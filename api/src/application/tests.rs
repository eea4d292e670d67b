use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Application;
use crate::settings::Settings;
use crate::settings::testing::with_nothing_running;

#[tokio::test]
async fn a_taken_port_is_reported_in_one_sentence_with_the_variable_to_change() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let settings = Settings { address, ..with_nothing_running(&[]) };
    let refused = Application::build(settings, CancellationToken::new()).await.err().unwrap();
    assert_eq!(
        refused.to_string(),
        format!(
            "cannot listen on {address}: another process has that port; set REGISTRAR_API_ADDRESS \
             to a free address"
        )
    );
}

#[tokio::test]
async fn an_api_without_its_servers_starts_and_stops_cleanly() {
    let shutdown = CancellationToken::new();
    let application =
        Application::build(with_nothing_running(&[]), shutdown.clone()).await.unwrap();
    assert_ne!(application.address().port(), 0);
    let running = tokio::spawn(application.run_until_stopped());
    shutdown.cancel();
    let stopped = timeout(Duration::from_mins(1), running).await.unwrap().unwrap();
    assert_eq!(stopped.failures(), [""; 0]);
}
