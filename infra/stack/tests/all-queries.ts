// Every query that is committed: of dashboards, of rules, of the links between data sources.

import { readFileSync } from "node:fs";

import { parse } from "yaml";

import { RULES } from "../dashboards/rules.ts";
import { COMMITTED, panelsOf, targetsOf } from "./committed.ts";
import type { Language } from "./grammar.ts";

export type Found = { where: string; language: Language; query: string };

const LANGUAGES: Record<string, Language> = {
  prometheus: "PromQL",
  loki: "LogQL",
  tempo: "TraceQL",
};

/** Puts in place of Grafana's own variables what it would put there. */
const filled = (query: string, variables: Record<string, string>): string =>
  Object.entries({
    __rate_interval: "1m0s",
    __interval: "15s",
    __range: "3h",
    ...variables,
  }).reduce(
    (text, [name, value]) => text.replaceAll(`$${name}`, value).replaceAll(`\${${name}}`, value),
    query,
  );

export const DASHBOARD_QUERIES: Found[] = COMMITTED.flatMap(([file, dashboard]) => {
  const variables = Object.fromEntries(
    (dashboard.templating?.list ?? []).map(({ name, current }) => [name, String(current?.value)]),
  );
  const ofPanels = panelsOf(dashboard).flatMap((panel) =>
    targetsOf(panel).map((target) => ({
      where: `${file}: ${panel.title} ${target.refId}`,
      type: target.datasource.type,
      query: target.expr ?? target.query ?? "",
    })),
  );
  const ofAnnotations = (dashboard.annotations?.list ?? []).map((annotation) => ({
    where: `${file}: ${annotation.name}`,
    type: annotation.datasource?.type ?? "",
    query: (annotation.target as { expr?: string } | undefined)?.expr ?? "",
  }));
  return [...ofPanels, ...ofAnnotations].map(({ where, type, query }) => {
    const language = LANGUAGES[type];
    if (!language) throw new Error(`${where} asks ${type}, whose language is not known here.`);
    return { where, language, query: filled(query, variables) };
  });
});

export const RULE_QUERIES: Found[] = RULES.map((rule) => ({
  where: `rule ${rule.alert ?? rule.record}`,
  language: "PromQL",
  query: rule.expr,
}));

const SOURCES = new URL("../../grafana/provisioning/datasources/registrar.yaml", import.meta.url);

type Provisioned = {
  uid: string;
  jsonData?: {
    tracesToLogsV2?: { query?: string };
    tracesToMetrics?: { queries?: { name: string; query: string }[] };
  };
};

const PROVISIONED = (parse(readFileSync(SOURCES, "utf8")) as { datasources: Provisioned[] })
  .datasources;

/** Provisioning expands variables of the environment, so that "$$" stands for "$". */
const linked = (query: string): string =>
  filled(query.replaceAll("$$", "$"), {
    __tags: 'service_name="registrar-api"',
    "__trace.traceId": "0af7651916cd43dd8448eb211c80319c",
  });

export const LINK_QUERIES: Found[] = PROVISIONED.flatMap(({ uid, jsonData }) => {
  const logs = jsonData?.tracesToLogsV2?.query;
  const metrics = jsonData?.tracesToMetrics?.queries ?? [];
  return [
    ...(logs
      ? [{ where: `${uid}: to logs`, language: "LogQL" as const, query: linked(logs) }]
      : []),
    ...metrics.map(({ name, query }) => ({
      where: `${uid}: ${name}`,
      language: "PromQL" as const,
      query: linked(query),
    })),
  ];
});

export const ALL_QUERIES: Found[] = [...DASHBOARD_QUERIES, ...RULE_QUERIES, ...LINK_QUERIES];
