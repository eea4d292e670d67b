// What a configuration file may hold, and what of a file is not in it.

// A value; what another shape is for; one of some words; a list of a shape; an object of named shapes; any names for one shape.
export type Shape =
  | "value"
  | "anything"
  | { oneOf: readonly string[] }
  | { listOf: Shape }
  | { keys: Readonly<Record<string, Shape>> }
  | { anyKey: Shape }
  // A component's kind, and a name of one's own behind a slash.
  | { components: Readonly<Record<string, Shape>> };

export const value: Shape = "value";
export const anything: Shape = "anything";
export const oneOf = (...words: string[]): Shape => ({ oneOf: words });
export const listOf = (shape: Shape): Shape => ({ listOf: shape });
export const keys = (shapes: Record<string, Shape>): Shape => ({ keys: shapes });
export const anyKey = (shape: Shape): Shape => ({ anyKey: shape });
export const components = (shapes: Record<string, Shape>): Shape => ({ components: shapes });

/** A server whose configuration cannot be checked by itself here. */
export interface Server {
  /** The service of compose.yaml. */
  service: string;
  /** The versions of the image that the keys are those of, by how their tags start. */
  version: string;
  /** Where the keys were read. */
  source: string;
  shape: Shape;
}

/** A sentence for each key and word that the server does not know. */
export function unknown(shape: Shape, found: unknown, path = "the file"): string[] {
  if (shape === "anything") return [];
  if (shape === "value") {
    const scalars = Array.isArray(found) ? found : [found];
    return scalars.every((scalar) => typeof scalar !== "object" || scalar === null)
      ? []
      : [`${path} is a single value or a list of such`];
  }
  if ("oneOf" in shape) {
    return [found]
      .flat()
      .filter((word) => !shape.oneOf.includes(String(word)))
      .map((word) => `${path} is never ${String(word)}`);
  }
  if ("listOf" in shape) {
    if (!Array.isArray(found)) return [`${path} is a list`];
    return found.flatMap((item, index) => unknown(shape.listOf, item, `${path}[${index}]`));
  }
  // "key:" and nothing else is an object with no keys.
  if (typeof (found ?? {}) !== "object" || Array.isArray(found)) return [`${path} has keys`];
  return Object.entries(found ?? {}).flatMap(([key, inner]) => {
    const known =
      "keys" in shape
        ? shape.keys[key]
        : "anyKey" in shape
          ? shape.anyKey
          : shape.components[key.replace(/\/.+$/, "")];
    return known === undefined
      ? [`${path} has no key ${key}`]
      : unknown(known, inner, `${path}: ${key}`);
  });
}
