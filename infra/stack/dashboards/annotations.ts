// Marks over all panels: what else happened at that time.

import type { AnnotationQuery, DataQuery } from "@grafana/schema";

import { FIRING } from "./promql.ts";
import { PROMETHEUS } from "./sources.ts";

/** What Grafana's Prometheus data source reads beside the common settings. */
type PrometheusAnnotation = AnnotationQuery<DataQuery & { expr: string }> & {
  titleFormat: string;
  textFormat: string;
  tagKeys: string;
  useValueForTime: boolean;
};

// A process starts when it is deployed, and when it crashed; the value is the time.
const STARTS: PrometheusAnnotation = {
  name: "Deploys and restarts",
  datasource: PROMETHEUS,
  enable: true,
  hide: false,
  iconColor: "blue",
  target: {
    refId: "Starts",
    expr:
      '1000 * process_start_time_seconds{job=~"registrar-.+"}' +
      " * on (job, instance) group_left (service, version) registrar_build_info",
  },
  titleFormat: "{{service}} {{version}} started",
  textFormat: "{{instance}}",
  tagKeys: "service,version",
  useValueForTime: true,
};

const ALERTS: PrometheusAnnotation = {
  name: "Firing alerts",
  datasource: PROMETHEUS,
  enable: true,
  hide: false,
  iconColor: "red",
  target: {
    refId: "Firing",
    expr: FIRING,
  },
  titleFormat: "{{alertname}}",
  textFormat: "{{of}}",
  tagKeys: "severity",
  useValueForTime: false,
};

export const ANNOTATIONS: AnnotationQuery[] = [STARTS, ALERTS];
