use std::time::Duration;

use registrar_domain::Lane;
use registrar_local::{RabbitMq, ServerOptions};
use registrar_storage::{LanePauses, Pool};
use registrar_tests::api::{Api, id_of, json};
use registrar_tests::browser::{Browser, PAGES, Page};
use registrar_tests::oracle::Oracle;
use registrar_tests::servers::Servers;
use registrar_tests::student::{Student, unique_key};
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use registrar_texts::Language;
use reqwest::StatusCode;
use tokio::task::block_in_place;

use super::{Home, header};

async fn with_pages(servers: &Servers, settings: &[(&str, &str)]) -> Api {
    Api::start_with(servers, &[settings, &[("REGISTRAR_PAGES", PAGES)]].concat()).await
}

/// Reloads the page, as it asks for, until it says this.
async fn page_that_says(browser: &Browser, path: &str, status: &str) -> Page {
    wait::until(&format!("the page says {status}"), async || {
        let page = browser.get(path).await;
        (page.attribute("data-status") == status).then_some(page)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_scripts_leads_to_a_page_that_shows_the_outcome() {
    let home = Home::new().await;
    let api = with_pages(&home.servers, &[]).await;
    let browser = Browser::at(&api);
    let path = browser.accepted("/register?lang=fa", &Student::unique(), &unique_key()).await;
    assert!(path.starts_with("/registrations/") && path.ends_with("?lang=fa"), "{path}");
    let texts = Language::Persian.texts();
    let waiting = browser.get(&path).await;
    assert_eq!(waiting.attribute("data-status"), "accepted");
    assert_eq!(waiting.attribute("data-refresh"), "5");
    assert!(waiting.says(texts.accepted()), "{}", waiting.html);

    let _worker = Worker::start(&home.servers).await;
    let registered = page_that_says(&browser, &path, "registered").await;
    assert_eq!(registered.attribute("data-refresh"), "", "it is final");
    assert_eq!(registered.attribute("lang"), "fa");
    assert_eq!(Oracle::new(&home.servers.database_url).students().await, 1);
    assert!(api.counted("student_registration_requests_total{outcome=\"accepted\"}").await == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_student_who_is_registered_already_reads_why_and_what_to_do() {
    let home = Home::new().await;
    let api = with_pages(&home.servers, &[]).await;
    let (browser, _worker) = (Browser::at(&api), Worker::start(&home.servers).await);
    let student = Student::unique();
    api.decided(&api.accepted(&student).await).await;
    let path = browser.accepted("/register", &student, &unique_key()).await;
    let rejected = page_that_says(&browser, &path, "rejected").await;
    let sentence = &Language::English.texts().catalogue()["statuses"]["email_already_registered"];
    assert!(rejected.says(sentence.as_str().unwrap()), "{}", rejected.html);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_again_and_a_program_with_its_key_get_the_same_registration() {
    let home = Home::new().await;
    let api = with_pages(&home.servers, &[]).await;
    let (browser, student, key) = (Browser::at(&api), Student::unique(), unique_key());
    let first = browser.accepted("/register", &student, &key).await;
    assert_eq!(browser.accepted("/register", &student, &key).await, first);
    let program = api.register(&student).header("Idempotency-Key", &key).send().await.unwrap();
    assert_eq!(json(program).await["status_url"], first.as_str());
    let other = browser.accepted("/register", &Student::unique(), &unique_key()).await;
    assert_ne!(other, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_with_a_mistake_comes_back_with_its_key_and_is_accepted_when_it_is_corrected() {
    let home = Home::new().await;
    let api = with_pages(&home.servers, &[]).await;
    let (browser, key) = (Browser::at(&api), unique_key());
    let student = Student { first_name: "<b>Ada".to_owned(), ..Student::unique() };
    let wrong = Student { email: "no-at-sign".to_owned(), ..student.clone() };
    let form = Page::from_response(browser.send("/register", &wrong, &key).await).await;
    assert_eq!(form.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(form.says(&format!("value=\"{key}\"")), "{}", form.html);
    assert!(form.says("value=\"&lt;b&gt;Ada\"") && !form.says("<b>"), "{}", form.html);
    let path = browser.accepted("/register", &student, &key).await;
    id_of(path.strip_prefix("/registrations/").unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_student_who_gets_no_answer_in_time_sends_the_returned_form_and_is_registered_once() {
    let home = Home::new().await;
    let broker = block_in_place(|| RabbitMq::start(&ServerOptions::temporary()).unwrap());
    let servers = Servers { amqp_url: broker.management().url(), ..home.servers.clone() };
    let api = with_pages(&servers, &[("REGISTRAR_REQUEST_TIMEOUT", "1s")]).await;
    let (browser, student, key) = (Browser::at(&api), Student::unique(), unique_key());
    block_in_place(|| broker.pause().unwrap());
    let form = Page::from_response(browser.send("/register", &student, &key).await).await;
    assert_eq!(form.status, StatusCode::GATEWAY_TIMEOUT);
    assert!(form.says(Language::English.texts().problem("timeout")), "{}", form.html);
    for kept in [&student.email, &key] {
        assert!(form.says(&format!("value=\"{kept}\"")), "{}", form.html);
    }

    block_in_place(|| broker.resume().unwrap());
    let _worker = Worker::start(&servers).await;
    let path = wait::until("it is accepted", async || {
        let response = browser.send("/register", &student, &key).await;
        let accepted = response.status() == StatusCode::SEE_OTHER;
        accepted.then(|| header(&response, "location").to_owned())
    })
    .await;
    page_that_says(&browser, &path, "registered").await;
    assert_eq!(Oracle::new(&servers.database_url).students().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_registering_is_paused_the_page_says_until_when_and_no_other_wait() {
    let home = Home::new().await;
    let api = with_pages(&home.servers, &[]).await;
    let browser = Browser::at(&api);
    let path = browser.accepted("/register", &Student::unique(), &unique_key()).await;
    let texts = Language::English.texts();
    let usual = texts.catalogue()["pages"]["status"]["wait"]["usual"].as_str().unwrap();
    assert!(browser.get(&path).await.says(usual));

    let lanes = LanePauses::new(Pool::new(&home.servers.database_settings()));
    lanes.pause(Lane::Interactive, Duration::from_mins(30), "a test", "ada").await.unwrap();
    let paused = wait::until("the page shows the pause", async || {
        let page = browser.get(&path).await;
        (!page.attribute("data-paused-until").is_empty()).then_some(page)
    })
    .await;
    let iso = paused.attribute("data-paused-until");
    let text = format!("{} UTC", iso[..16].replace('T', " "));
    assert!(paused.says(&texts.paused(&text)), "{}", paused.html);
    assert!(!paused.says(usual) && !paused.says("a test"), "{}", paused.html);
}
