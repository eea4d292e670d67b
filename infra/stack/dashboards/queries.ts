// What panels ask. A query's refId is its place in its panel, which gives it.

import { LOKI, PROMETHEUS, TEMPO, type Source } from "./sources.ts";

export type Query = { datasource: Source; [setting: string]: unknown };

export type PrometheusQuery = Query & {
  expr: string;
  legendFormat: string;
  instant: boolean;
  range: boolean;
  exemplar: boolean;
  format: "time_series" | "table";
  editorMode: "code";
};

const prometheus = (
  expr: string,
  legendFormat: string,
  how: Partial<PrometheusQuery>,
): PrometheusQuery => ({
  datasource: PROMETHEUS,
  expr,
  legendFormat,
  instant: false,
  range: true,
  exemplar: false,
  format: "time_series",
  editorMode: "code",
  ...how,
});

/** A course over the dashboard's time range; `legend` names its lines. */
export const course = (expr: string, legend: string): PrometheusQuery =>
  prometheus(expr, legend, {});

/** As `course`, with the exemplars of the buckets that it reads: points that lead to a trace. */
export const courseWithExemplars = (expr: string, legend: string): PrometheusQuery =>
  prometheus(expr, legend, { exemplar: true });

/** The value at the end of the dashboard's time range. */
export const now = (expr: string, legend: string): PrometheusQuery =>
  prometheus(expr, legend, { instant: true, range: false });

/** As `now`, as rows of a table with a column for each label. */
export const rowsNow = (expr: string): PrometheusQuery =>
  prometheus(expr, "", { instant: true, range: false, format: "table" });

/** Traces that a TraceQL query finds, as a table. */
export const traces = (query: string): Query => ({
  datasource: TEMPO,
  queryType: "traceql",
  query,
  limit: 20,
  tableType: "traces",
});

/** Log lines that a LogQL query finds. */
export const logLines = (expr: string): Query => ({
  datasource: LOKI,
  queryType: "range",
  expr,
  maxLines: 200,
  editorMode: "code",
});
