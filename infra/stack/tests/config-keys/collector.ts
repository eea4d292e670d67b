import {
  anyKey,
  components,
  keys,
  listOf,
  oneOf,
  type Server,
  type Shape,
  value,
} from "./shape.ts";

const tls = keys({ insecure: value, ca_file: value, insecure_skip_verify: value });

const exporter: Record<string, Shape> = {
  timeout: value,
  headers: anyKey(value),
  compression: value,
  tls,
  retry_on_failure: keys({
    enabled: value,
    initial_interval: value,
    max_interval: value,
    max_elapsed_time: value,
    multiplier: value,
  }),
  sending_queue: keys({
    enabled: value,
    num_consumers: value,
    wait_for_result: value,
    block_on_overflow: value,
    sizer: oneOf("requests", "items", "bytes"),
    queue_size: value,
    storage: value,
    batch: keys({
      flush_timeout: value,
      min_size: value,
      max_size: value,
      sizer: oneOf("items", "bytes"),
    }),
  }),
};

const listener = keys({ endpoint: value, max_recv_msg_size_mib: value, tls });

const pipeline = keys({ receivers: value, processors: value, exporters: value });

// Only the components that are used here; the names are those since 0.154 (before: otlp, otlphttp and
// webhookevent), and batch is left out on purpose (infra/otel-collector/config.yaml says why).
export const collector: Server = {
  service: "otel-collector",
  version: "0.165.",
  source:
    "opentelemetry-collector at v0.159.0 (memory limiter's and exporterhelper's README, " +
    "service/telemetry), README of contrib's webhookeventreceiver, its pull request 47517 for the " +
    "name, and the release notes up to 0.165.0",
  shape: keys({
    receivers: components({
      otlp: keys({ protocols: keys({ grpc: listener, http: listener }) }),
      webhook_event: keys({
        endpoint: value,
        path: value,
        health_path: value,
        read_timeout: value,
        write_timeout: value,
        required_header: keys({ key: value, value }),
        split_logs_at_newline: value,
        max_request_body_size: value,
      }),
    }),
    processors: components({
      memory_limiter: keys({
        check_interval: value,
        limit_mib: value,
        spike_limit_mib: value,
        limit_percentage: value,
        spike_limit_percentage: value,
      }),
      resource: keys({
        attributes: listOf(
          keys({
            key: value,
            value,
            from_attribute: value,
            action: oneOf("insert", "update", "upsert", "delete"),
          }),
        ),
      }),
    }),
    exporters: components({
      otlp_grpc: keys({ ...exporter, endpoint: value }),
      otlp_http: keys({ ...exporter, endpoint: value, encoding: oneOf("proto", "json") }),
      debug: keys({ verbosity: oneOf("basic", "normal", "detailed") }),
    }),
    extensions: components({ health_check: keys({ endpoint: value, path: value }) }),
    service: keys({
      extensions: value,
      pipelines: components({ traces: pipeline, logs: pipeline, metrics: pipeline }),
      telemetry: keys({
        logs: keys({ level: value, encoding: oneOf("console", "json") }),
        metrics: keys({
          level: oneOf("none", "basic", "normal", "detailed"),
          readers: listOf(
            keys({
              pull: keys({ exporter: keys({ prometheus: keys({ host: value, port: value }) }) }),
            }),
          ),
        }),
      }),
    }),
  }),
};
