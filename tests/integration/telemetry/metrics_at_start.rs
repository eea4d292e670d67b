//! What Prometheus finds before anything has happened: a rate over a series that appears with its
//! first event would miss that event.

use std::collections::BTreeSet;

use registrar_tests::exposition::Exposition;

use super::Observed;

/// Name and type of what every process shows.
const OF_BOTH: [(&str, &str); 16] = [
    ("db_errors_total", "counter"),
    ("db_pool_acquire_seconds", "histogram"),
    ("db_pool_connections", "gauge"),
    ("db_pool_connections_max", "gauge"),
    ("process_cpu_seconds_total", "counter"),
    ("process_max_fds", "gauge"),
    ("process_open_fds", "gauge"),
    ("process_resident_memory_bytes", "gauge"),
    ("process_start_time_seconds", "gauge"),
    ("process_threads", "gauge"),
    ("process_virtual_memory_bytes", "gauge"),
    ("registrar_build_info", "gauge"),
    ("registrar_log_lines_dropped_total", "counter"),
    ("tokio_alive_tasks", "gauge"),
    ("tokio_global_queue_depth", "gauge"),
    ("tokio_workers", "gauge"),
];

const OF_THE_API: [(&str, &str); 12] = [
    ("http_server_request_duration_seconds", "histogram"),
    ("registration_import_bytes_total", "counter"),
    ("registration_import_chunk_seconds", "histogram"),
    ("registration_import_rows_accepted_total", "counter"),
    ("registration_imports_in_progress", "gauge"),
    ("registration_imports_total", "counter"),
    ("registration_publish_confirm_seconds", "histogram"),
    ("registration_publish_returned_total", "counter"),
    ("registration_publish_window_in_use", "gauge"),
    ("registration_publish_window_max", "gauge"),
    ("registration_published_total", "counter"),
    ("student_registration_requests_total", "counter"),
];

const OF_THE_WORKER: [(&str, &str); 18] = [
    ("registration_batch_rows", "histogram"),
    ("registration_dead_letters_held", "gauge"),
    ("registration_dead_letters_total", "counter"),
    ("registration_deliveries_in_hand", "gauge"),
    ("registration_end_to_end_seconds", "histogram"),
    ("registration_import_rows_total", "counter"),
    ("registration_in_doubt", "gauge"),
    ("registration_insert_seconds", "histogram"),
    ("registration_lane_pause_left_seconds", "gauge"),
    ("registration_ledger_known_timestamp_seconds", "gauge"),
    ("registration_messages_split_total", "counter"),
    ("registration_oldest_waiting_seconds", "gauge"),
    ("registration_outcomes_total", "counter"),
    ("registration_queue_wait_seconds", "histogram"),
    ("registration_redeliveries_total", "counter"),
    ("registration_retries_total", "counter"),
    ("registration_unaccounted", "gauge"),
    ("registration_worker_paused", "gauge"),
];

const LANES: [&str; 2] = ["interactive", "bulk"];
const QUEUES: [&str; 4] = ["interactive", "bulk", "dead_letter", "unrouted"];
const REASONS: [&str; 6] = [
    "undecodable",
    "unknown_version",
    "invalid_registration",
    "refused_by_database",
    "delivery_limit",
    "unrouted",
];

const PAGE: &str = include_str!("../../../docs/operations/metrics.md");

/// Shows these and no other, and the page for operators has them all.
fn shows_exactly(metrics: &Exposition, own: &[(&str, &str)]) {
    for name in metrics.types().keys() {
        let is_there = PAGE.contains(&format!("`{name}`")) || PAGE.contains(&format!("`{name}{{"));
        assert!(is_there, "{name} is not in docs/operations/metrics.md");
    }
    let expected: BTreeSet<_> = OF_BOTH.iter().chain(own).copied().collect();
    let shown = metrics.types().iter().map(|(name, kind)| (name.as_str(), kind.as_str()));
    assert_eq!(shown.collect::<BTreeSet<_>>(), expected);
}

fn is_zero(metrics: &Exposition, series: &str) {
    assert_eq!(metrics.value(series), Some(0.0), "{series}");
}

fn is_there(metrics: &Exposition, series: &str) {
    assert!(metrics.value(series).is_some(), "{series}");
}

fn database_is_there(metrics: &Exposition, pools: &[&str]) {
    for (code, class) in [
        ("none", "transient"),
        ("1213", "transient"),
        ("1114", "slow_transient"),
        ("1146", "system"),
    ] {
        is_zero(metrics, &format!("db_errors_total{{class=\"{class}\",code=\"{code}\"}}"));
    }
    for pool in pools {
        is_there(metrics, &format!("db_pool_connections{{pool=\"{pool}\",state=\"idle\"}}"));
        is_there(metrics, &format!("db_pool_connections{{pool=\"{pool}\",state=\"in_use\"}}"));
        is_there(metrics, &format!("db_pool_connections_max{{pool=\"{pool}\"}}"));
        is_there(metrics, &format!("db_pool_acquire_seconds_count{{pool=\"{pool}\"}}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_without_traffic_shows_every_metric_it_will_ever_have() {
    let observed = Observed::new().await;
    let api = observed.api().await;
    let metrics = Exposition::parse(&api.metrics().await);
    shows_exactly(&metrics, &OF_THE_API);
    for outcome in ["accepted", "invalid", "refused", "error"] {
        let series = format!("student_registration_requests_total{{outcome=\"{outcome}\"}}");
        is_zero(&metrics, &series);
    }
    for lane in LANES {
        for result in ["confirmed", "saturated", "unavailable", "refused", "unknown"] {
            is_zero(
                &metrics,
                &format!("registration_published_total{{lane=\"{lane}\",result=\"{result}\"}}"),
            );
        }
    }
    for status in ["201", "202", "303", "409", "422", "429", "499", "500", "503", "504"] {
        let labels = format!("method=\"POST\",route=\"/register\",status=\"{status}\"");
        is_zero(&metrics, &format!("http_server_request_duration_seconds_count{{{labels}}}"));
    }
    for status in ["400", "401", "408", "413", "415", "422", "429", "500", "503"] {
        let labels = format!("method=\"POST\",route=\"/imports\",status=\"{status}\"");
        is_zero(&metrics, &format!("http_server_request_duration_seconds_count{{{labels}}}"));
    }
    is_zero(&metrics, "registration_publish_confirm_seconds_count");
    is_zero(&metrics, "registration_publish_window_in_use");
    assert_eq!(metrics.value("registration_publish_window_max"), Some(2_000.0));
    is_zero(&metrics, "registration_publish_returned_total");
    is_there(&metrics, "registrar_build_info{service=\"registrar-api\",version=\"0.1.0\"}");
    database_is_there(&metrics, &["lookups", "imports"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_without_messages_shows_every_metric_it_will_ever_have() {
    let observed = Observed::new().await;
    let worker = observed.worker().await;
    let metrics = Exposition::parse(&worker.metrics().await);
    shows_exactly(&metrics, &OF_THE_WORKER);
    for lane in LANES {
        for name in ["in_doubt", "unaccounted", "oldest_waiting_seconds", "lane_pause_left_seconds"]
        {
            is_zero(&metrics, &format!("registration_{name}{{lane=\"{lane}\"}}"));
        }
        is_zero(&metrics, &format!("registration_queue_wait_seconds_count{{lane=\"{lane}\"}}"));
        for outcome in ["registered", "rejected", "on_hold"] {
            let labels = format!("lane=\"{lane}\",outcome=\"{outcome}\"");
            is_zero(&metrics, &format!("registration_end_to_end_seconds_count{{{labels}}}"));
        }
        for (outcome, code) in
            [("registered", ""), ("unchanged", ""), ("rejected", "email_already_registered")]
        {
            let labels = format!("code=\"{code}\",lane=\"{lane}\",outcome=\"{outcome}\"");
            is_zero(&metrics, &format!("registration_outcomes_total{{{labels}}}"));
        }
    }
    for queue in QUEUES {
        for reason in REASONS {
            let labels = format!("code=\"{reason}\",lane=\"{queue}\",outcome=\"on_hold\"");
            is_zero(&metrics, &format!("registration_outcomes_total{{{labels}}}"));
        }
        for name in
            ["redeliveries_total", "messages_split_total", "worker_paused", "deliveries_in_hand"]
        {
            is_zero(&metrics, &format!("registration_{name}{{lane=\"{queue}\"}}"));
        }
    }
    for reason in REASONS {
        is_zero(&metrics, &format!("registration_dead_letters_total{{reason=\"{reason}\"}}"));
    }
    for class in ["transient", "slow_transient", "system"] {
        is_zero(&metrics, &format!("registration_retries_total{{class=\"{class}\"}}"));
    }
    for result in ["ok", "error"] {
        is_zero(&metrics, &format!("registration_insert_seconds_count{{result=\"{result}\"}}"));
    }
    is_zero(&metrics, "registration_batch_rows_count");
    is_zero(&metrics, "registration_dead_letters_held");
    is_there(&metrics, "registrar_build_info{service=\"registrar-worker\",version=\"0.1.0\"}");
    database_is_there(&metrics, &["worker"]);
}
