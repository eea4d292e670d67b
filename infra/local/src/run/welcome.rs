//! What to open and what to try.

use std::path::Path;

use registrar_local::ServerPair;

pub(crate) fn text(servers: &ServerPair, database: &str, logs: &Path) -> String {
    let database = servers.database.admin().database_url(database);
    let rabbitmq = servers.broker.management().http_url();
    let logs = logs.display();
    let server_logs =
        format!("{}, {}", servers.database.log().display(), servers.broker.log().display());
    format!(
        "
Registrar runs.

  API         http://127.0.0.1:5000/docs
  Metrics     http://127.0.0.1:9100/metrics (API), http://127.0.0.1:9101/metrics (worker)
  RabbitMQ    {rabbitmq} (guest, guest)
  Database    {database}
  Logs        {logs}/api.log, {logs}/worker.log
              {server_logs}

Register someone:

  curl -i http://127.0.0.1:5000/register -H 'Content-Type: application/json' \\
    -d '{{\"first_name\":\"Ada\",\"last_name\":\"Lovelace\",\"email\":\"ada@example.org\"}}'

Ctrl-C stops everything."
    )
}
