use registrar_local::{RabbitMq, ServerOptions};
use registrar_tests::api::Api;
use registrar_tests::servers::Servers;
use registrar_tests::student::Student;
use registrar_tests::wait;
use reqwest::StatusCode;
use tokio::task::block_in_place;

use super::{Importing, create_key, file};
use crate::end_to_end::Home;

const BULK: &str = "registrations.bulk";
const GIVEN_UP: &str = "publishing: the connection to RabbitMQ is given up";

/// As while another leader of its queue is elected.
#[tokio::test(flavor = "multi_thread")]
async fn chunks_that_are_not_confirmed_hold_no_form_up() {
    let home = Home::new().await;
    let broker = block_in_place(|| RabbitMq::start(&ServerOptions::temporary()).unwrap());
    let servers = Servers { amqp_url: broker.management().url(), ..home.servers.clone() };
    let api = Api::start_with(&servers, &[("REGISTRAR_PUBLISH_CONFIRM_TIMEOUT", "5s")]).await;
    let key = create_key(&home, "north-school", None).await;
    let importing = Importing { home, api, key };
    block_in_place(|| broker.suspend_queue(BULK)).unwrap();
    let upload = tokio::spawn(importing.upload(file(2_000)).send());

    wait::until("the connection of the chunks is given up", async || {
        importing.api.accepted(&Student::unique()).await;
        importing.api.program.log().contains(GIVEN_UP).then_some(())
    })
    .await;
    importing.api.accepted(&Student::unique()).await;
    assert_eq!(importing.api.readiness().await.0, StatusCode::OK);

    block_in_place(|| broker.resume_queue(BULK)).unwrap();
    assert_eq!(upload.await.unwrap().unwrap().status(), StatusCode::ACCEPTED);
}
