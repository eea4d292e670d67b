// Numbers that are read from afar.

import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  PercentChangeColorMode,
  VizOrientation,
} from "@grafana/schema";
import type { Options } from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";

import { BY_THRESHOLD } from "./colors.ts";
import { NO_TRAFFIC } from "./mappings.ts";
import { panel, type Question, type Unplaced } from "./panel.ts";

/** One number for each series, on the colour of its threshold. */
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
  } satisfies Options;
  const mappings = [...(question.mappings ?? []), NO_TRAFFIC];
  return panel({ color: BY_THRESHOLD, ...question, mappings }, { type: "stat", options });
};
