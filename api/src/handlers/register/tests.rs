use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use registrar_domain::RegistrationId;
use registrar_texts::Language;
use tokio::time::Instant;

use super::form;
use crate::http::Peer;
use crate::pages::{PageContext, Pages};
use crate::problem::Problem;
use crate::submission::{Accepted, RegistrationRequest};
use crate::testing::{Alone, Answer, PAGES};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const FORM: &str = "application/x-www-form-urlencoded";
const ADA: &str = "first_name=Ada&last_name=Lovelace&email=ada%40example.com\
                   &idempotency_key=0123456789abcdef";

fn with_pages(flags: &[&str]) -> Alone {
    let pages = format!("--pages={PAGES}");
    let flags: Vec<_> = flags.iter().copied().chain([pages.as_str()]).collect();
    Alone::with(&flags)
}

fn sent(path: &str) -> axum::http::request::Builder {
    let request = Request::post(path).header("host", "registrar.example");
    request.header("accept", BROWSER).header("content-type", FORM)
}

async fn send(alone: &Alone, path: &str, body: &'static str) -> Answer {
    alone.send(sent(path).body(body.into()).unwrap()).await
}

/// What a browser is answered whose form goes to this `accept`.
async fn accepted_by(
    alone: &Alone,
    request: Request<Body>,
    accept: impl AsyncFnOnce(RegistrationRequest) -> Result<Accepted, Problem>,
) -> Answer {
    let pages = Pages::load(PAGES).unwrap();
    let page = PageContext::new(&pages, request.uri(), request.headers());
    Answer::read(form::answer(&alone.api, &page, request, accept).await).await
}

async fn look(alone: &Alone, path: &str) -> Answer {
    let request = Request::get(path).header("accept", BROWSER);
    alone.send(request.body(Body::empty()).unwrap()).await
}

/// Which page it is, after checking that it is a whole one for one reader only.
fn page_of(answer: &Answer) -> &str {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("vary"), "Accept, Accept-Language");
    assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'; script-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(!answer.headers.contains_key("etag"));
    let (_, page) = answer.body.split_once("data-page=\"").unwrap();
    page.split('"').next().unwrap()
}

fn english(slug: &str) -> String {
    Language::English.texts().problem(slug).replace('\'', "&#x27;")
}

#[tokio::test]
async fn a_form_with_mistakes_comes_back_with_its_answers_its_key_and_what_to_do() {
    let alone = with_pages(&[]);
    let body = "first_name=Ada&last_name=&email=wrong&idempotency_key=0123456789abcdef";
    let answer = send(&alone, "/register", body).await;
    assert_eq!((answer.status, page_of(&answer)), (StatusCode::UNPROCESSABLE_ENTITY, "form"));
    assert_eq!(answer.header("content-language"), "en");
    let texts = Language::English.texts().catalogue();
    for (name, code) in [("last_name", "required"), ("email", "invalid_email")] {
        let sentence = texts["fields"][name][code].as_str().unwrap();
        assert!(answer.body.contains(sentence), "{sentence} is not in {}", answer.body);
    }
    for kept in ["value=\"Ada\"", "value=\"wrong\"", "value=\"0123456789abcdef\""] {
        assert!(answer.body.contains(kept), "{kept} is not in {}", answer.body);
    }
}

#[tokio::test]
async fn the_language_is_that_of_the_address_or_the_browser_and_links_keep_a_chosen_one() {
    let alone = with_pages(&[]);
    let persian = Language::Persian.texts().catalogue();
    let sentence = persian["fields"]["email"]["required"].as_str().unwrap();
    let chosen = send(&alone, "/register?lang=fa", "first_name=Ada").await;
    assert!(chosen.body.contains("action=\"/register?lang=fa\""), "{}", chosen.body);
    let liked = sent("/register").header("accept-language", "fa-IR,fa;q=0.9,en;q=0.8");
    let liked = alone.send(liked.body("first_name=Ada".into()).unwrap()).await;
    assert!(liked.body.contains("action=\"/register\""), "{}", liked.body);
    for answer in [chosen, liked] {
        assert_eq!(answer.header("content-language"), "fa");
        assert!(answer.body.contains(sentence), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_character_in_the_way_is_named_in_the_language_of_the_page() {
    let alone = with_pages(&[]);
    let body = "first_name=Ada&last_name=-&email=ada%DB%B3%40example.com";
    for (path, sentence) in [
        ("/register?lang=en", "Write “3” instead of “۳” in your email address, for instance"),
        (
            "/register?lang=fa",
            "در نشانی ایمیل به‌جای «\u{2068}۳\u{2069}»، «\u{2068}3\u{2069}» بنویسید؛",
        ),
    ] {
        let answer = send(&alone, path, body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(sentence), "{sentence} is not in {}", answer.body);
    }
}

#[tokio::test]
async fn a_form_that_cannot_be_taken_now_comes_back_with_a_notice_and_when_to_retry() {
    let alone = with_pages(&[]);
    let answer = send(&alone, "/register", ADA).await;
    assert_eq!((answer.status, page_of(&answer)), (StatusCode::SERVICE_UNAVAILABLE, "form"));
    assert_eq!(answer.header("retry-after"), "5");
    assert!(answer.body.contains(&english("cannot-accept-now")), "{}", answer.body);
    assert!(answer.body.contains("value=\"ada@example.com\""), "{}", answer.body);
}

#[tokio::test]
async fn a_client_that_sends_too_often_keeps_the_answers_too() {
    let alone = with_pages(&["--rate-per-second=1", "--rate-burst=1"]);
    let request = || {
        let peer = Peer("192.0.2.1:1".parse().unwrap());
        sent("/register").extension(peer).body(ADA.into()).unwrap()
    };
    alone.send(request()).await;
    let answer = alone.send(request()).await;
    assert_eq!((answer.status, page_of(&answer)), (StatusCode::TOO_MANY_REQUESTS, "form"));
    assert_eq!(answer.header("retry-after"), "1");
    assert!(answer.body.contains(&english("too-many-requests")), "{}", answer.body);
    assert!(answer.body.contains("value=\"Lovelace\""), "{}", answer.body);
}

#[tokio::test]
async fn a_form_that_is_too_large_or_too_slow_comes_back_empty_with_a_notice() {
    let alone = with_pages(&["--body-timeout=1ms"]);
    let never = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
    for (body, status, slug) in [
        (Body::from("x".repeat(16_385)), 413, "body-too-large"),
        (Body::from_stream(never), 408, "body-timeout"),
    ] {
        let answer = alone.send(sent("/register").body(body).unwrap()).await;
        assert_eq!((answer.status.as_u16(), page_of(&answer)), (status, "form"));
        assert!(answer.body.contains(&english(slug)), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_panic_is_a_form_with_a_notice_that_hides_its_cause() {
    let request = sent("/register").body(ADA.into()).unwrap();
    let answer = accepted_by(&with_pages(&[]), request, async |_| panic!("secret cause")).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.body.contains(&english("other")), "{}", answer.body);
    assert!(answer.body.contains("value=\"Ada\"") && !answer.body.contains("secret"));
}

#[tokio::test]
async fn keys_that_differ_are_refused() {
    let request = sent("/register").header("idempotency-key", "fedcba9876543210");
    let answer = with_pages(&[]).send(request.body(ADA.into()).unwrap()).await;
    assert_eq!((answer.status.as_u16(), page_of(&answer)), (400, "form"));
    assert!(answer.body.contains(&english("other")), "{}", answer.body);
}

#[tokio::test]
async fn names_that_are_markup_come_back_as_text() {
    let body = "first_name=%3Cscript%3Ealert(1)%3C/script%3E&email=%3C!--%23include+virtual%3D%22x%22--%3E";
    let answer = send(&with_pages(&[]), "/register", body).await;
    assert_eq!(page_of(&answer), "form");
    assert!(answer.body.contains("value=\"&lt;script&gt;alert(1)&lt;&#x2f;script&gt;\""));
    assert!(!answer.body.contains("<!--") && !answer.body.contains("<script>"), "{}", answer.body);
}

#[tokio::test]
async fn a_status_is_a_page_that_looks_again_by_itself() {
    let alone = with_pages(&[]);
    let reference = alone.api.statuses.sealer.seal(RegistrationId::generate());
    let spelled = reference.as_str().to_lowercase();
    let answer = look(&alone, &format!("/registrations/{spelled}")).await;
    assert_eq!((answer.status, page_of(&answer)), (StatusCode::OK, "status"));
    for part in ["data-status=\"accepted\"", "http-equiv=\"refresh\" content=\"5\""] {
        assert!(answer.body.contains(part), "{part} is not in {}", answer.body);
    }
    assert!(answer.body.contains(Language::English.texts().unreadable()), "{}", answer.body);
    let shown = answer.body.replace("</span><wbr><span>", "");
    assert!(shown.contains(reference.as_str()), "in its canonical spelling: {}", answer.body);
}

#[tokio::test]
async fn a_reference_that_was_never_issued_is_a_page_that_says_so() {
    let answer = look(&with_pages(&[]), "/registrations/X?lang=fa").await;
    assert_eq!((answer.status, page_of(&answer)), (StatusCode::NOT_FOUND, "not-found"));
    assert_eq!(answer.header("content-language"), "fa");
}

#[tokio::test]
async fn a_status_that_cannot_be_shown_is_a_page_that_says_why() {
    let alone = with_pages(&["--rate-per-second=1", "--rate-burst=1"]);
    let request = || {
        let peer = Peer("192.0.2.1:1".parse().unwrap());
        let request = Request::get("/registrations/X").header("accept", BROWSER);
        request.extension(peer).body(Body::empty()).unwrap()
    };
    alone.send(request()).await;
    let answer = alone.send(request()).await;
    assert_eq!((answer.status, page_of(&answer)), (StatusCode::TOO_MANY_REQUESTS, "away"));
    assert_eq!(answer.header("refresh"), "30", "it comes back by itself");
    assert_eq!(answer.header("retry-after"), "1");
    let sentence = Language::English.texts().busy();
    assert!(answer.body.contains(sentence), "{}", answer.body);
}

#[tokio::test]
async fn a_browser_that_opens_the_address_of_the_form_is_led_to_the_form() {
    let alone = with_pages(&[]);
    for (path, location) in [("/register", "/"), ("/register?lang=fa&email=a", "/?lang=fa")] {
        let answer = look(&alone, path).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, location));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn programs_get_json_as_if_there_were_no_pages() {
    let alone = with_pages(&[]);
    let reference = alone.api.statuses.sealer.seal(RegistrationId::generate());
    let status = alone.get(&format!("/registrations/{reference}")).await;
    assert_eq!(status.json()["status"], "accepted");
    assert_eq!(alone.register(FORM, ADA).await.problem(), "cannot-accept-now");
    assert_eq!(alone.get("/register").await.problem(), "method-not-allowed");
    let any = sent("/register").header("accept", "application/json");
    let any = any.body(ADA.into()).unwrap();
    // Two Accept headers are one list: pages and JSON are equally welcome.
    assert_eq!(alone.send(any).await.problem(), "cannot-accept-now");
}

/// What HTTP libraries of old Java send with every request.
const JAVA: &str = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2";

#[tokio::test]
async fn json_is_answered_with_json_whatever_its_sender_would_rather_have() {
    let alone = with_pages(&["--rate-per-second=1", "--rate-burst=6"]);
    let json = r#"{"first_name":"Ada","last_name":"Lovelace","email":"ada@example.com"}"#;
    let sent = async |content_type: Option<&str>, body: &'static str| {
        let request = Request::post("/register").header("accept", JAVA);
        let request = content_type.into_iter().fold(request, |r, t| r.header("content-type", t));
        let request = request.extension(Peer("192.0.2.1:1".parse().unwrap()));
        alone.send(request.body(body.into()).unwrap()).await
    };
    for (content_type, body, problem) in [
        (Some("application/json"), json, "cannot-accept-now"),
        (Some("application/vnd.school+json; charset=utf-8"), json, "cannot-accept-now"),
        (Some("application/json"), "{}", "invalid-registration"),
        (Some("text/json"), json, "unsupported-media-type"),
        (None, json, "unsupported-media-type"),
        // That library calls everything a form.
        (Some(FORM), json, "malformed-request"),
        (Some("application/json"), json, "too-many-requests"),
        (Some(FORM), json, "too-many-requests"),
    ] {
        let answer = sent(content_type, body).await;
        assert_eq!(answer.problem(), problem, "{content_type:?} {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_refused_forms_is_neither_read_nor_rendered_for_long() {
    let alone = with_pages(&["--rate-per-second=1", "--rate-burst=1"]);
    let sent = |body: Body| {
        let request = sent("/register").extension(Peer("192.0.2.1:1".parse().unwrap()));
        request.body(body).unwrap()
    };
    // The limits have a clock of their own, by which each second one more is taken.
    let refused = async |body: fn() -> Body| {
        for _ in 0..1_000 {
            alone.send(sent(ADA.into())).await;
            let began = Instant::now();
            let answer = alone.send(sent(body())).await;
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                return (answer, began.elapsed());
            }
        }
        panic!("nothing is refused")
    };
    let never = || Body::from_stream(futures_util::stream::pending::<Result<Bytes, Infallible>>());
    // A form that does not come is not waited for as long as one that would be taken.
    let (page, waited) = refused(never).await;
    assert_eq!(page_of(&page), "form");
    assert!(waited < Duration::from_secs(3), "{waited:?}");
    let mut pages = 0;
    let (problem, waited) = loop {
        let (answer, waited) = refused(never).await;
        if !answer.header("content-type").starts_with("text/html") {
            break (answer, waited);
        }
        pages += 1;
        assert!(pages < 1_000);
    };
    assert!(pages > 0);
    // Beyond that nothing is read at all.
    assert_eq!((problem.problem(), waited), ("too-many-requests".to_owned(), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn the_time_that_a_form_takes_to_arrive_is_part_of_its_deadline() {
    let alone = with_pages(&["--request-timeout=2s"]);
    let slowly = futures_util::stream::once(async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        Ok::<_, std::io::Error>(Bytes::from(ADA))
    });
    let began = Instant::now();
    let request = sent("/register").body(Body::from_stream(slowly)).unwrap();
    let answer = accepted_by(&alone, request, async |_| std::future::pending().await).await;
    assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT);
    assert!(answer.body.contains("value=\"ada@example.com\""), "{}", answer.body);
    assert!(began.elapsed() < Duration::from_millis(2_100), "{:?}", began.elapsed());
}

#[tokio::test]
async fn other_addresses_have_no_pages() {
    let alone = with_pages(&[]);
    assert_eq!(look(&alone, "/nowhere").await.problem(), "not-found");
    assert_eq!(look(&alone, "/registrations/X/events").await.problem(), "unknown-reference");
    assert_eq!(look(&alone, "/limits").await.json()["status"], "ok");
}

#[tokio::test]
async fn without_templates_browsers_get_json_too() {
    let alone = Alone::with(&[]);
    assert_eq!(send(&alone, "/register", ADA).await.problem(), "cannot-accept-now");
    assert_eq!(look(&alone, "/registrations/X").await.problem(), "unknown-reference");
}
