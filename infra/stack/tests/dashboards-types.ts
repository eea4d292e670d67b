// Mistakes that the compiler finds (npm run typecheck): each line below an expectation must not compile.

import {
  LegendDisplayMode,
  SortOrder,
  TooltipDisplayMode,
  type Dashboard,
  type Panel,
} from "@grafana/schema";
import type { Options } from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

import type { Question } from "../dashboards/panel.ts";

const question: Question = { title: "Why?", description: "", unit: "s", queries: [] };
const options: Options = {
  legend: { showLegend: true, displayMode: LegendDisplayMode.List, placement: "bottom", calcs: [] },
  tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.None },
};

export const mistakes = [
  // @ts-expect-error a title that asks nothing
  { ...question, title: "Accepted" } satisfies Question,
  // @ts-expect-error a panel without a unit
  { title: "Why?", description: "", queries: [] } satisfies Question,
  // @ts-expect-error a dashboard without the version of its schema
  { title: "Queue" } satisfies Dashboard,
  // @ts-expect-error a place on the grid in words
  { type: "stat", gridPos: { x: 0, y: 0, w: "wide", h: 1 } } satisfies Panel,
  // @ts-expect-error an option that a graph does not have
  { ...options, fill: 1 } satisfies Options,
];
