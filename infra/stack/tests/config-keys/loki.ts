import { keys, listOf, oneOf, type Server, value } from "./shape.ts";

const attributes = listOf(
  keys({
    action: oneOf("index_label", "structured_metadata", "drop"),
    attributes: value,
    regex: value,
  }),
);

export const loki: Server = {
  service: "loki",
  version: "3.7.",
  source: "grafana/loki at 65e30f8 (docs/sources/shared/configuration.md, cmd/loki/*.yaml)",
  shape: keys({
    auth_enabled: value,
    server: keys({ http_listen_port: value, grpc_listen_port: value, log_level: value }),
    common: keys({
      instance_addr: value,
      path_prefix: value,
      replication_factor: value,
      ring: keys({ kvstore: keys({ store: oneOf("inmemory", "memberlist") }) }),
      storage: keys({ filesystem: keys({ chunks_directory: value, rules_directory: value }) }),
    }),
    schema_config: keys({
      configs: listOf(
        keys({
          from: value,
          store: oneOf("tsdb"),
          object_store: value,
          schema: oneOf("v13"),
          index: keys({ prefix: value, period: value }),
        }),
      ),
    }),
    limits_config: keys({
      retention_period: value,
      reject_old_samples: value,
      volume_enabled: value,
      otlp_config: keys({
        resource_attributes: keys({ ignore_defaults: value, attributes_config: attributes }),
        scope_attributes: attributes,
        log_attributes: attributes,
      }),
    }),
    compactor: keys({
      working_directory: value,
      retention_enabled: value,
      retention_delete_delay: value,
      delete_request_store: value,
    }),
    analytics: keys({ reporting_enabled: value }),
  }),
};
