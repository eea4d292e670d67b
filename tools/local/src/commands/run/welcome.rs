//! What to open and what to try.

use std::path::Path;

use registrar_local::{Nginx, ServerPair};

use super::Monitoring;

pub(crate) fn text(
    servers: &ServerPair,
    nginx: &Nginx,
    database: &str,
    logs: &Path,
    command: &Path,
    monitoring: &Monitoring,
) -> String {
    let command = command.display();
    let prometheus = monitoring.description();
    let pages = format!("http://127.0.0.1:{}", nginx.port());
    let database = servers.database.admin().database_url(database);
    let rabbitmq = servers.broker.management().http_url();
    let logs = logs.display();
    let server_logs = [servers.database.log(), servers.broker.log(), nginx.log()];
    let server_logs = server_logs.map(|log| log.display().to_string()).join("\n              ");
    format!(
        "
Registrar runs.

  Pages       {pages}, and {pages}/import for importers
  API         {pages}/docs
  Metrics     http://127.0.0.1:9100/metrics (API), http://127.0.0.1:9101/metrics (worker)
  Prometheus  {prometheus}
  RabbitMQ    {rabbitmq} (guest, guest)
  Database    {database}
  Logs        {logs}/api.log, {logs}/worker.log
              {server_logs}

Register someone there, or with:

  curl -i {pages}/register -H 'Content-Type: application/json' \\
    -d '{{\"first_name\":\"Ada\",\"last_name\":\"Lovelace\",\"email\":\"ada@example.org\"}}'

Operate it with the command `registrar`, here with the settings of this stack:

  {command} doctor
  {command} lanes
  {command} keys create NAME    (a key for an importer)

Ctrl-C stops everything."
    )
}
