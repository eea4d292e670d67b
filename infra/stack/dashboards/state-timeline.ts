// Which state each series was in, and when.

import { LegendDisplayMode, SortOrder, TooltipDisplayMode, VisibilityMode } from "@grafana/schema";
import type {
  FieldConfig,
  Options,
} from "@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen";

import { BY_THRESHOLD } from "./colors.ts";
import { panel, type Question, type Unplaced } from "./panel.ts";

const OPTIONS = {
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
} satisfies Options;

const CUSTOM = { fillOpacity: 80, lineWidth: 0 } satisfies FieldConfig;

export const stateTimeline = (question: Question): Unplaced =>
  panel(
    { color: BY_THRESHOLD, ...question },
    { type: "state-timeline", options: OPTIONS, custom: CUSTOM },
  );
