// Rows of labels.

import type { DataTransformerConfig } from "@grafana/schema";
import type { Options } from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";

import { named, panel, type Question, type Unplaced } from "./panel.ts";

type Columns = {
  /** The labels that are shown, in this order, with the columns' names. */
  columns: Record<string, string>;
  /** Where a click in a column leads. */
  linksOf?: Record<string, { title: string; url: string }>;
};

export const TABLE = { frameIndex: 0, showHeader: true } satisfies Options;

export const table = ({ columns, linksOf = {}, ...question }: Question & Columns): Unplaced => {
  const labels = Object.keys(columns);
  const organize: DataTransformerConfig = {
    id: "organize",
    options: {
      includeByName: Object.fromEntries(labels.map((label) => [label, true])),
      indexByName: Object.fromEntries(labels.map((label, index) => [label, index])),
      renameByName: columns,
    },
  };
  const links = Object.entries(linksOf).map(([column, link]): [string, unknown] => [
    column,
    [link],
  ]);
  return panel(question, {
    type: "table",
    options: TABLE,
    overrides: named("links", Object.fromEntries(links)),
    transformations: [organize],
  });
};
