import { anyKey, keys, listOf, oneOf, type Server, value } from "./shape.ts";

// Of 3.0 there is no ingester, compactor, ingester_client or metrics_generator_client any more, and no
// override that is not below defaults.
export const tempo: Server = {
  service: "tempo",
  version: "3.0.",
  source:
    "grafana/tempo at ad33aa8 (docs/sources/tempo/configuration/manifest.md and _index.md, " +
    "modules/generator/processor/*/config.go)",
  shape: keys({
    target: value,
    stream_over_http_enabled: value,
    server: keys({
      http_listen_port: value,
      grpc_listen_port: value,
      log_level: value,
      log_format: value,
    }),
    distributor: keys({
      receivers: keys({
        otlp: keys({
          protocols: keys({ grpc: keys({ endpoint: value }), http: keys({ endpoint: value }) }),
        }),
      }),
      max_attribute_bytes: value,
      retry_after_on_resource_exhausted: value,
    }),
    storage: keys({
      trace: keys({
        backend: oneOf("local"),
        wal: keys({ path: value, ingestion_time_range_slack: value }),
        local: keys({ path: value }),
        blocklist_poll: value,
      }),
    }),
    backend_worker: keys({
      compaction: keys({
        block_retention: value,
        compacted_block_retention: value,
        compaction_window: value,
        max_block_bytes: value,
      }),
    }),
    metrics_generator: keys({
      processor: keys({
        service_graphs: keys({
          wait: value,
          max_items: value,
          workers: value,
          histogram_buckets: value,
          dimensions: value,
          enable_client_server_prefix: value,
          enable_messaging_system_latency_histogram: value,
          enable_virtual_node_label: value,
          enable_tracestate_span_multiplier: value,
          peer_attributes: value,
          database_name_attributes: value,
        }),
        span_metrics: keys({
          histogram_buckets: value,
          dimensions: value,
          intrinsic_dimensions: anyKey(value),
          enable_target_info: value,
          enable_instance_label: value,
          enable_tracestate_span_multiplier: value,
        }),
      }),
      registry: keys({
        collection_interval: value,
        stale_duration: value,
        external_labels: anyKey(value),
      }),
      storage: keys({
        path: value,
        remote_write_flush_deadline: value,
        remote_write: listOf(keys({ url: value, send_exemplars: value })),
      }),
    }),
    overrides: keys({
      defaults: keys({
        ingestion: keys({
          rate_limit_bytes: value,
          burst_size_bytes: value,
          max_traces_per_user: value,
        }),
        global: keys({ max_bytes_per_trace: value }),
        metrics_generator: keys({
          processors: oneOf(
            "service-graphs",
            "service-graphs-request",
            "service-graphs-latency",
            "service-graphs-connection-info",
            "span-metrics",
            "span-metrics-count",
            "span-metrics-latency",
            "span-metrics-size",
            "host-info",
          ),
          generate_native_histograms: oneOf("classic", "native", "both"),
          trace_id_label_name: value,
          max_active_series: value,
          collection_interval: value,
        }),
      }),
    }),
    usage_report: keys({ reporting_enabled: value }),
  }),
};
