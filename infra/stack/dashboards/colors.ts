// Colours of lines. Red and orange are kept for what should be at 0, so that a healthy graph has none.

import { FieldColorModeId, type FieldColor, type FieldConfigSource } from "@grafana/schema";

/** By the name of a line, or a regular expression (/…/) for it; of several that match, the last. */
export type Colors = Record<string, FieldColor>;

export const fixed = (fixedColor: string): FieldColor => ({
  mode: FieldColorModeId.Fixed,
  fixedColor,
});

/** For any number of lines of a kind. */
export const shadesOf = (fixedColor: string): FieldColor => ({
  mode: FieldColorModeId.Shades,
  fixedColor,
});

export const BY_THRESHOLD: FieldColor = { mode: FieldColorModeId.Thresholds };

/** Of two lines of a lane, these are the lighter. */
const SECOND = "(50%|unacked|growth|in doubt)$";

export const LANES: Colors = {
  "/^interactive/": fixed("blue"),
  [`/^interactive .*${SECOND}/`]: fixed("super-light-blue"),
  "/^bulk/": fixed("purple"),
  [`/^bulk .*${SECOND}/`]: fixed("super-light-purple"),
};

export const QUANTILES: Colors = {
  "/9%$/": fixed("blue"),
  "/50%$/": fixed("super-light-blue"),
};

export const PROCESSES: Colors = {
  "/^registrar-api/": shadesOf("blue"),
  "/^registrar-worker/": shadesOf("purple"),
};

export const overridesOf = (colors: Colors): FieldConfigSource["overrides"] =>
  Object.entries(colors).map(([name, color]) => ({
    matcher: { id: name.startsWith("/") ? "byRegexp" : "byName", options: name },
    properties: [{ id: "color", value: color }],
  }));
