// Says whether a query is one, by the grammar that Grafana's editors use for its language.

import { parser as logql } from "@grafana/lezer-logql";
import { parser as traceql } from "@grafana/lezer-traceql";
import type { Tree } from "@lezer/common";
import { parser as promql } from "@prometheus-io/lezer-promql";

export type Language = "PromQL" | "LogQL" | "TraceQL";

const PARSERS = { PromQL: promql, LogQL: logql, TraceQL: traceql };

export const treeOf = (language: Language, query: string): Tree => PARSERS[language].parse(query);

/** Where the grammar does not know how to go on: the rest of the query from there on. */
export const mistakeIn = (language: Language, query: string): string | undefined => {
  let mistake: string | undefined;
  treeOf(language, query).iterate({
    enter: (node) => {
      if (node.type.isError) mistake ??= query.slice(node.from) || "(the end)";
    },
  });
  return mistake;
};

/** The names of the metrics that a PromQL query reads. */
export const metricsIn = (query: string): string[] => {
  const names = new Set<string>();
  treeOf("PromQL", query).iterate({
    enter: (node) => {
      if (node.name !== "VectorSelector") return;
      const name = node.node.getChild("Identifier");
      if (name) names.add(query.slice(name.from, name.to));
    },
  });
  return [...names];
};
