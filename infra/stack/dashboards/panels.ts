// The kinds of panels. Every panel asks a question, and its description says what a good answer is.

import {
  AxisPlacement,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  FieldColorModeId,
  GraphDrawStyle,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  MappingType,
  PercentChangeColorMode,
  ScaleDistribution,
  SortOrder,
  SpecialValueMatch,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizOrientation,
  type DashboardLink,
  type DataTransformerConfig,
  type FieldConfigSource,
  type Panel,
  type ThresholdsConfig,
  type ValueMapping,
} from "@grafana/schema";
import type { Options as StatOptions } from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type {
  FieldConfig as TimelineFieldConfig,
  Options as TimelineOptions,
} from "@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen";
import type { Options as TableOptions } from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type {
  FieldConfig as TimeSeriesFieldConfig,
  Options as TimeSeriesOptions,
} from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

import { overridesOf, shadesOf, type Colors } from "./colors.ts";
import { runbook } from "./links.ts";
import type { Query } from "./queries.ts";
import { NONE } from "./thresholds.ts";

/** A panel before it has a place. */
export type Unplaced = Omit<Panel, "id" | "gridPos">;

type Override = FieldConfigSource["overrides"][number];

export type Question = {
  title: `${string}?`;
  /** What it shows, and what good looks like. */
  description: string;
  unit: string;
  queries: Query[];
  /** The alerts on what it shows; the panel links to their runbooks. */
  alerts?: string[];
  thresholds?: ThresholdsConfig;
  decimals?: number;
  min?: number;
  max?: number;
  mappings?: ValueMapping[];
  /** What stands there when there is nothing to show. */
  noValue?: string;
  links?: DashboardLink[];
  /** The colour of every line that `colors` does not name, in shades; blue when not given. */
  color?: string;
  colors?: Colors;
  /** Other thresholds for these names. */
  thresholdsOf?: Record<string, ThresholdsConfig>;
};

const refId = (index: number): string => String.fromCharCode("A".charCodeAt(0) + index);

/** What all kinds have in common. */
export const panel = (
  type: string,
  question: Question,
  options: Record<string, unknown>,
  custom: Record<string, unknown>,
  overrides: Override[] = [],
  transformations: DataTransformerConfig[] = [],
): Unplaced => {
  const [first] = question.queries;
  if (!first) throw new Error(`${question.title} asks nothing: give it a query.`);
  const { unit, decimals, min, max, mappings, noValue } = question;
  return {
    type,
    title: question.title,
    description: question.description,
    datasource: first.datasource,
    targets: question.queries.map((query, index) => ({ refId: refId(index), ...query })),
    links: [...(question.links ?? []), ...(question.alerts ?? []).map(runbook)],
    fieldConfig: {
      defaults: {
        unit,
        ...(decimals === undefined ? {} : { decimals }),
        ...(min === undefined ? {} : { min }),
        ...(max === undefined ? {} : { max }),
        ...(noValue === undefined ? {} : { noValue }),
        mappings: mappings ?? [],
        thresholds: question.thresholds ?? NONE,
        color: shadesOf(question.color ?? "blue"),
        custom,
      },
      overrides: [
        ...overridesOf(question.colors ?? {}),
        ...named("thresholds", question.thresholdsOf, (thresholds) => thresholds),
        ...overrides,
      ],
    },
    options,
    ...(transformations.length > 0 ? { transformations } : {}),
  };
};

/** What is different for the series of a name. */
const named = <Setting>(
  id: string,
  settings: Record<string, Setting> | undefined,
  value: (setting: Setting) => unknown,
): Override[] =>
  Object.entries(settings ?? {}).map(([name, setting]) => ({
    matcher: { id: "byName", options: name },
    properties: [{ id, value: value(setting) }],
  }));

const colorByThreshold = (made: Unplaced): Unplaced => {
  if (made.fieldConfig) made.fieldConfig.defaults.color = { mode: FieldColorModeId.Thresholds };
  return made;
};

type Lines = {
  /** Lines stand on each other: their sum is a whole. */
  stacked?: boolean;
  /** For values that differ by orders of magnitude, such as durations. */
  logarithmic?: boolean;
  /** Counts what should not happen: 0 is at the bottom, and 1 is well above it. */
  rare?: boolean;
};

/** No traffic divides nothing by nothing. */
const NO_TRAFFIC: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text: "no traffic", color: "text" } },
};

/** Lines over time. With thresholds, each is a dashed line. */
export const timeseries = (question: Question & Lines): Unplaced => {
  const options = {
    legend: {
      showLegend: true,
      displayMode: LegendDisplayMode.List,
      placement: "bottom",
      calcs: ["lastNotNull"],
    },
    tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending },
  } satisfies TimeSeriesOptions;
  const custom = {
    drawStyle: GraphDrawStyle.Line,
    lineWidth: 2,
    fillOpacity: question.stacked ? 30 : 5,
    spanNulls: false,
    axisPlacement: AxisPlacement.Auto,
    ...(question.logarithmic
      ? { scaleDistribution: { type: ScaleDistribution.Log, log: 10 } }
      : { axisSoftMin: 0, ...(question.rare ? { axisSoftMax: 1 } : {}) }),
    stacking: {
      mode: question.stacked ? StackingMode.Normal : StackingMode.None,
      group: "A",
    },
    thresholdsStyle: {
      mode: question.thresholds ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off,
    },
  } satisfies TimeSeriesFieldConfig;
  const mappings = [...(question.mappings ?? []), NO_TRAFFIC];
  const bad = question.rare ? { decimals: 0, color: "red" } : {};
  return panel("timeseries", { ...bad, ...question, mappings }, options, custom);
};

/** One number for each query's series, on the colour of its threshold. */
export const stat = (question: Question): Unplaced => {
  const options = {
    reduceOptions: { values: false, calcs: ["lastNotNull"], fields: "" },
    orientation: VizOrientation.Auto,
    colorMode: BigValueColorMode.Background,
    graphMode: BigValueGraphMode.Area,
    justifyMode: BigValueJustifyMode.Auto,
    textMode: question.queries.length > 1 ? BigValueTextMode.ValueAndName : BigValueTextMode.Auto,
    percentChangeColorMode: PercentChangeColorMode.Standard,
    showPercentChange: false,
    wideLayout: true,
  } satisfies StatOptions;
  const mappings = [...(question.mappings ?? []), NO_TRAFFIC];
  return colorByThreshold(panel("stat", { ...question, mappings }, options, {}));
};

/** Which state each series was in, and when. */
export const stateTimeline = (question: Question): Unplaced => {
  const options = {
    mergeValues: true,
    rowHeight: 0.85,
    showValue: VisibilityMode.Auto,
    legend: {
      showLegend: false,
      displayMode: LegendDisplayMode.List,
      placement: "bottom",
      calcs: [],
    },
    tooltip: { mode: TooltipDisplayMode.Single, sort: SortOrder.None },
  } satisfies TimelineOptions;
  const custom = { fillOpacity: 80, lineWidth: 0 } satisfies TimelineFieldConfig;
  return colorByThreshold(panel("state-timeline", question, options, custom));
};

/** Words for 0, 1 and so on. */
export const states = (...words: { text: string; color: string }[]): ValueMapping[] => [
  { type: MappingType.ValueToText, options: Object.fromEntries(words.entries()) },
];

type Columns = {
  /** The labels that are shown, in this order, with the columns' names. */
  columns: Record<string, string>;
  /** Where a click in a column leads. */
  linksOf?: Record<string, { title: string; url: string }>;
};

/** Rows of labels. */
export const table = ({ columns, linksOf, ...question }: Question & Columns): Unplaced => {
  const options = { frameIndex: 0, showHeader: true } satisfies TableOptions;
  const organize: DataTransformerConfig = {
    id: "organize",
    options: {
      includeByName: Object.fromEntries(Object.keys(columns).map((name) => [name, true])),
      indexByName: Object.fromEntries(Object.keys(columns).map((name, index) => [name, index])),
      renameByName: columns,
    },
  };
  const overrides = named("links", linksOf, (link) => [link]);
  return panel("table", question, options, {}, overrides, [organize]);
};
