use std::net::TcpListener;

use registrar_tests::api::Api;
use registrar_tests::command;
use registrar_tests::program::{DERIVATION_SECRET, SEALING_SECRET};

use super::Home;

/// Servers that are not there: ports are bound before any connection is made.
const SETTINGS: [(&str, &str); 4] = [
    ("DATABASE_URL", "mysql://nobody@127.0.0.1:9/none"),
    ("AMQP_URL", "amqp://127.0.0.1:9"),
    ("REGISTRAR_DERIVATION_SECRET", DERIVATION_SECRET),
    ("REGISTRAR_SEALING_SECRETS", SEALING_SECRET),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_one_sentence_that_names_the_variable() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    for (program, variable, free) in [
        ("api-under-test", "REGISTRAR_API_ADDRESS", "REGISTRAR_METRICS_ADDRESS"),
        ("api-under-test", "REGISTRAR_METRICS_ADDRESS", "REGISTRAR_API_ADDRESS"),
        ("worker-under-test", "REGISTRAR_METRICS_ADDRESS", "REGISTRAR_API_ADDRESS"),
    ] {
        let addresses = [(variable, taken.as_str()), (free, "127.0.0.1:0")];
        let ended = command::run(program, &[], &[&SETTINGS[..], &addresses].concat()).await;
        assert_eq!(ended.code, Some(1), "{program}: {ended:?}");
        let reason = "another process has that port; set";
        let ending = format!("{taken}: {reason} {variable} to a free address\n");
        assert!(ended.stderr.ends_with(&ending), "{program}: {ended:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{program}: {ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_may_be_a_name_or_a_port_alone() {
    let home = Home::without_tables().await;
    for (address, metrics_address, host, metrics_host) in
        [("localhost:0", ":0", "127.0.0.1", "0.0.0.0"), ("0", "[::1]:0", "0.0.0.0", "[::1]")]
    {
        let addresses =
            [("REGISTRAR_API_ADDRESS", address), ("REGISTRAR_METRICS_ADDRESS", metrics_address)];
        let api = Api::begin(&home.servers, &addresses).await;
        assert!(api.url.starts_with(&format!("http://{host}:")), "{}", api.url);
        let metrics = &api.admin_url;
        assert!(metrics.starts_with(&format!("http://{metrics_host}:")), "{metrics}");
        assert_eq!(api.get("/livez").send().await.unwrap().status(), 200);
    }
}
