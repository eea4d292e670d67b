// Lines over time.

import {
  AxisPlacement,
  GraphDrawStyle,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  ScaleDistribution,
  SortOrder,
  StackingMode,
  TooltipDisplayMode,
} from "@grafana/schema";
import type {
  FieldConfig,
  Options,
} from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

import { shadesOf } from "./colors.ts";
import { NO_TRAFFIC } from "./mappings.ts";
import { panel, type Question, type Unplaced } from "./panel.ts";

type Lines = {
  /** Lines stand on each other: their sum is a whole. */
  stacked?: boolean;
  /** For values that differ by orders of magnitude, such as durations. */
  logarithmic?: boolean;
  /** Counts what should not happen: 0 is at the bottom, and 1 is well above it. */
  rare?: boolean;
};

const OPTIONS = {
  legend: {
    showLegend: true,
    displayMode: LegendDisplayMode.List,
    placement: "bottom",
    calcs: ["lastNotNull"],
  },
  tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending },
} satisfies Options;

/** With thresholds, each is a dashed line. */
export const timeseries = ({
  stacked,
  logarithmic,
  rare,
  ...question
}: Question & Lines): Unplaced => {
  const custom = {
    drawStyle: GraphDrawStyle.Line,
    lineWidth: 2,
    fillOpacity: stacked ? 30 : 5,
    spanNulls: false,
    axisPlacement: AxisPlacement.Auto,
    ...(logarithmic
      ? { scaleDistribution: { type: ScaleDistribution.Log, log: 10 } }
      : { axisSoftMin: 0, ...(rare ? { axisSoftMax: 1 } : {}) }),
    stacking: { mode: stacked ? StackingMode.Normal : StackingMode.None, group: "A" },
    thresholdsStyle: {
      mode: question.thresholds ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off,
    },
  } satisfies FieldConfig;
  const bad = rare ? { decimals: 0, color: shadesOf("red") } : {};
  return panel(
    { ...bad, ...question, mappings: [...(question.mappings ?? []), NO_TRAFFIC] },
    { type: "timeseries", options: OPTIONS, custom },
  );
};
