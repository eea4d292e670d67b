use registrar_domain::Lane;
use registrar_messaging::{REGISTRATIONS_EXCHANGE, queue_for};
use registrar_tests::api::{Api, id_of};
use registrar_tests::broker::Broker;
use registrar_tests::oracle::Oracle;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;

use super::Home;

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_is_unroutable_goes_on_hold_and_its_status_says_so() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let broker = Broker::connect(&home.servers.amqp_url).await;
    let lane = Lane::Interactive;
    broker.unbind(queue_for(lane), REGISTRATIONS_EXCHANGE, lane.as_str()).await;

    let reference = api.accepted(&Student::unique()).await;
    assert_eq!(api.decided(&reference).await["status"], "on_hold");
    let dead_letters = Oracle::new(&home.servers.database_url).dead_letters(1).await;
    assert_eq!(dead_letters[0].registration_id, Some(id_of(&reference)));
    assert_eq!(
        (dead_letters[0].reason.as_str(), dead_letters[0].lane.as_deref()),
        ("unrouted", Some(lane.as_str()))
    );
}
