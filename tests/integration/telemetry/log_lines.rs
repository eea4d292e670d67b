use std::collections::BTreeSet;

use registrar_tests::api::{Api, id_of};
use registrar_tests::program::Program;
use registrar_tests::student::Student;
use registrar_tests::wait;
use serde_json::Value;

use super::{Observed, PROCESS};

/// What a process logs of itself and its servers; every other line is part of a trace.
const OF_THE_PROCESS: [&str; 5] = [
    "listening",
    "publishing: connected to RabbitMQ",
    "consuming",
    "stopping",
    "the status of registrations cannot be read",
];

/// Message, trace id and span id of every line that belongs to a request or a message.
fn lines_with_ids(program: &Program) -> BTreeSet<(String, String, String)> {
    let text = program.log();
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let belonging = lines.iter().filter(|line| {
        let message = line["message"].as_str().unwrap();
        !OF_THE_PROCESS.contains(&message)
    });
    let field = |line: &Value, name: &str| match line[name].as_str() {
        Some(value) => value.to_owned(),
        None => panic!("no {name} in {line}"),
    };
    belonging
        .map(|line| (field(line, "message"), field(line, "trace_id"), field(line, "span_id")))
        .collect()
}

async fn line_about(program: &Program, message: &str, id: &str) -> Value {
    let is_it = |line: &Value| line["registration_id"] == id && line["message"] == message;
    program.line(&format!("{message:?} about {id}"), is_it).await
}

/// A client that hangs up while it waits for an outcome.
async fn hung_up(api: &Api) {
    let request = api.register(&Student::unique()).header("Prefer", "wait=30");
    let waiting = tokio::spawn(request.send());
    let confirmed = "registration_published_total{lane=\"interactive\",result=\"confirmed\"}";
    wait::until("it waits", async || (api.counted(confirmed).await == 1).then_some(())).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_of_a_request_or_a_message_names_its_trace_and_span() {
    let observed = Observed::new().await;
    let api = observed.api().await;
    hung_up(&api).await;
    let worker = observed.worker().await;
    let database = observed.database().await;
    database.refuse("Refused").await;

    let student = Student::unique();
    let lock = database.lock(&student).await;
    let registered = api.accepted(&student).await;
    database.kill_the_inserting().await;
    drop(lock);
    api.decided(&registered).await;
    let rejected = api.accepted(&student).await;
    let refused = Student { first_name: "Refused".to_owned(), ..Student::unique() };
    let on_hold = api.accepted(&refused).await;
    api.decided(&rejected).await;
    api.decided(&on_hold).await;
    assert_eq!(api.get("/nowhere").send().await.unwrap().status(), 404);
    let invalid = Student { email: "no-at-sign".to_owned(), ..Student::unique() };
    assert_eq!(api.register(&invalid).send().await.unwrap().status(), 422);

    let mut trees = Vec::new();
    for reference in [&registered, &rejected, &on_hold] {
        trees.push(observed.journey(reference, 1).await);
    }
    for (reference, tree) in [&registered, &rejected, &on_hold].into_iter().zip(&trees) {
        let line = line_about(&api.program, "answered", &id_of(reference).to_string()).await;
        let request = tree.only("POST /register");
        assert_eq!(line["trace_id"], request.trace_id.as_str());
        assert_eq!(line["span_id"], request.span_id.as_str());
        assert_eq!((&line["status"], &line["route"]), (&202.into(), &"/register".into()));
    }
    for (message, reference, tree, (field, why)) in [
        ("rejected", &rejected, &trees[1], ("code", "email_already_registered")),
        (
            "on hold: an operator must look at it",
            &on_hold,
            &trees[2],
            ("reason", "refused_by_database"),
        ),
    ] {
        let line = line_about(&worker.program, message, &id_of(reference).to_string()).await;
        assert_eq!(line["trace_id"], tree.only(PROCESS).trace_id.as_str());
        assert_eq!(line["span_id"], tree.only(PROCESS).span_id.as_str());
        assert_eq!(line[field], why);
    }
    for status in [422, 404, 499] {
        api.program.line(&format!("a {status}"), |line| line["status"] == status).await;
    }
    let hung_up = |line: &Value| line["message"] == "client hung up";
    let hung_up = api.program.line("a client that hung up", hung_up).await;
    assert!(hung_up["registration_id"].is_string(), "{hung_up}");
    all_lines_belong_to_exported_spans(&observed, &api.program).await;
    all_lines_belong_to_exported_spans(&observed, &worker.program).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_one_line_for_each_request_and_one_for_each_batch() {
    let observed = Observed::new().await;
    let (api, worker) = (observed.api().await, observed.worker().await);
    for _ in 0..3 {
        observed.journey(&api.accepted(&Student::unique()).await, 1).await;
    }
    let answered = |line: &Value| line["message"] == "answered" && line["method"] == "POST";
    assert_eq!(three_lines(&api.program, answered).await.len(), 3);
    let settled = three_lines(&worker.program, |line| line["message"] == "batch settled").await;
    assert_eq!(settled.len(), 3);
    for line in settled {
        assert_eq!((&line["registered"], &line["rejected"]), (&1.into(), &0.into()));
    }
}

/// Waits for three lines; there may be more.
async fn three_lines(program: &Program, is_wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    wait::until("the log has three lines", async || {
        let lines: Vec<_> =
            program.log_lines().into_iter().filter(|line| is_wanted(line)).collect();
        (lines.len() >= 3).then_some(lines)
    })
    .await
}

/// And they are exported with the same ids.
async fn all_lines_belong_to_exported_spans(observed: &Observed, program: &Program) {
    let lines = lines_with_ids(program);
    assert!(!lines.is_empty());
    for (message, trace_id, span_id) in lines {
        wait::until(&format!("the span and the record of {message:?} are exported"), async || {
            let trace = observed.collector.trace(&trace_id);
            let log = observed.collector.log();
            let span = trace.iter().find(|span| span.span_id == span_id)?;
            log.iter().find(|record| {
                let ids = (&record.trace_id, &record.span_id);
                (&record.message, ids) == (&message, (&trace_id, &span_id))
                    && record.service == span.service
            })?;
            Some(())
        })
        .await;
    }
}
