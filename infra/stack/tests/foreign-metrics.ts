// Metrics that queries read and that Registrar does not export, as seen at these servers. That they are
// there, with their labels, the query test (tests/queries) shows on real ones.

export const FOREIGN: Record<string, string[]> = {
  Prometheus: ["ALERTS", "up"],
  "RabbitMQ 3.10 and 4.3, /metrics": [
    "rabbitmq_alarms_file_descriptor_limit",
    "rabbitmq_alarms_free_disk_space_watermark",
    "rabbitmq_alarms_memory_used_watermark",
    "rabbitmq_global_messages_dead_lettered_delivery_limit_total",
    "rabbitmq_global_messages_dead_lettered_expired_total",
    "rabbitmq_global_messages_dead_lettered_maxlen_total",
    "rabbitmq_global_messages_unroutable_dropped_total",
  ],
  "RabbitMQ 3.10 and 4.3, /metrics/detailed": [
    "rabbitmq_detailed_queue_consumers",
    "rabbitmq_detailed_queue_messages",
    "rabbitmq_detailed_queue_messages_ready",
    "rabbitmq_detailed_queue_messages_unacked",
  ],
  mysqld_exporter: [
    "mysql_global_status_innodb_data_fsyncs",
    "mysql_global_status_innodb_row_lock_time",
    "mysql_global_status_threads_connected",
    "mysql_global_variables_max_connections",
    "mysql_up",
  ],
  "the prometheus crate, of every process": [
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
  ],
  "Tempo's metrics generator": [
    "traces_spanmetrics_calls_total",
    "traces_spanmetrics_latency_bucket",
  ],
};
