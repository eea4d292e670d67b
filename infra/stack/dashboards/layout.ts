// Places on Grafana's grid, which is 24 columns wide.

import type { Panel } from "@grafana/schema";

import type { Unplaced } from "./panel.ts";

const COLUMNS = 24;

export type Row = { height: number; panels: [panel: Unplaced, width: number][] };

export const row = (height: number, ...panels: Row["panels"]): Row => ({ height, panels });

/** Rows below each other, their panels beside each other. Ids count the panels. */
export const place = (rows: Row[]): Panel[] => {
  const placed: Panel[] = [];
  let y = 0;
  for (const { height, panels } of rows) {
    let x = 0;
    for (const [panel, width] of panels) {
      placed.push({ id: placed.length + 1, gridPos: { x, y, w: width, h: height }, ...panel });
      x += width;
    }
    if (x !== COLUMNS) throw new Error(`A row is ${x} columns wide: give its panels ${COLUMNS}.`);
    y += height;
  }
  return placed;
};
