//! Where the numbers come from: they mean nothing without it.

use std::{fs, thread};

use serde_json::Value;

use crate::stack::Stack;

/// The machine and the servers, in a few lines.
pub(crate) async fn describe(stack: &Stack) -> String {
    let cores = thread::available_parallelism().unwrap();
    let cpu = field("/proc/cpuinfo", "model name");
    let memory_kib: u64 =
        field("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse().unwrap();
    let linux = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let database: String =
        sqlx::query_scalar("SELECT VERSION()").fetch_one(&stack.rows).await.unwrap();
    let buffer_pool: u64 = sqlx::query_scalar("SELECT @@innodb_buffer_pool_size")
        .fetch_one(&stack.rows)
        .await
        .unwrap();
    let load = fs::read_to_string("/proc/loadavg").unwrap();
    format!(
        "Machine:  {cores} cores, {cpu}; {} GiB; Linux {}; load before the start {}\n\
         Servers:  RabbitMQ {}, database {database}; both here, as durable as in production; \
         innodb_buffer_pool_size {} MiB\n\
         Programs: registrar-api and registrar-worker {}, release; default settings, no limit on \
         rates, logs to a file",
        memory_kib / (1 << 20),
        linux.trim(),
        load.split(' ').next().unwrap(),
        broker_version(stack).await,
        buffer_pool >> 20,
        env!("CARGO_PKG_VERSION"),
    )
}

/// The value of the first line of `file` with this name.
fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_once(':'))
        .map_or("unknown", |(_, value)| value.trim())
        .to_owned()
}

async fn broker_version(stack: &Stack) -> String {
    let url = format!("{}api/overview", stack.servers.broker.management().http_url());
    let client = reqwest::Client::new();
    let answer = client.get(url).basic_auth("guest", Some("guest")).send().await.unwrap();
    answer.json::<Value>().await.unwrap()["rabbitmq_version"].as_str().unwrap().to_owned()
}
