// What all kinds of panels have in common. Every panel asks a question, and its description says what a
// good answer is.

import type {
  DashboardLink,
  DataTransformerConfig,
  FieldColor,
  FieldConfigSource,
  Panel,
  ThresholdsConfig,
  ValueMapping,
} from "@grafana/schema";

import { overridesOf, shadesOf, type Colors } from "./colors.ts";
import { runbook } from "./links.ts";
import type { Query } from "./queries.ts";
import { NONE } from "./thresholds.ts";

/** A panel before it has a place. */
export type Unplaced = Omit<Panel, "id" | "gridPos">;

export type Override = FieldConfigSource["overrides"][number];

export type Question = {
  title: `${string}?`;
  /** What it shows, and what good looks like. */
  description: string;
  unit: string;
  queries: Query[];
  /** The alerts on what it shows; the panel links to their runbooks. */
  alerts?: string[];
  thresholds?: ThresholdsConfig;
  /** Other thresholds for these names. */
  thresholdsOf?: Record<string, ThresholdsConfig>;
  decimals?: number;
  min?: number;
  max?: number;
  mappings?: ValueMapping[];
  /** What stands there when there is nothing to show. */
  noValue?: string;
  links?: DashboardLink[];
  /** The colour of everything that `colors` does not name; shades of blue when not given. */
  color?: FieldColor;
  colors?: Colors;
};

/** What is particular to a kind. */
export type Kind = {
  type: string;
  options: Record<string, unknown>;
  custom?: Record<string, unknown>;
  overrides?: Override[];
  transformations?: DataTransformerConfig[];
};

const refId = (index: number): string => String.fromCharCode("A".charCodeAt(0) + index);

export const panel = (
  question: Question,
  { type, options, custom = {}, overrides = [], transformations }: Kind,
): Unplaced => {
  const [first] = question.queries;
  if (!first) throw new Error(`${question.title} asks nothing: give it a query.`);
  return {
    type,
    title: question.title,
    description: question.description,
    datasource: first.datasource,
    targets: question.queries.map((query, index) => ({ refId: refId(index), ...query })),
    links: [...(question.links ?? []), ...(question.alerts ?? []).map(runbook)],
    fieldConfig: {
      defaults: {
        unit: question.unit,
        decimals: question.decimals,
        min: question.min,
        max: question.max,
        noValue: question.noValue,
        mappings: question.mappings ?? [],
        thresholds: question.thresholds ?? NONE,
        color: question.color ?? shadesOf("blue"),
        custom,
      },
      overrides: [
        ...overridesOf(question.colors ?? {}),
        ...named("thresholds", question.thresholdsOf ?? {}),
        ...overrides,
      ],
    },
    options,
    transformations,
  };
};

/** A setting that differs for the series, or the column, of a name. */
export const named = (id: string, values: Record<string, unknown>): Override[] =>
  Object.entries(values).map(([name, value]) => ({
    matcher: { id: "byName", options: name },
    properties: [{ id, value }],
  }));
