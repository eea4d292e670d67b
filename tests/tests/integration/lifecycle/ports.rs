use std::net::TcpListener;

use registrar_tests::command;
use registrar_tests::program::{DERIVATION_SECRET, SEALING_SECRET};

/// Servers that are not there: ports are taken before anybody connects.
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
