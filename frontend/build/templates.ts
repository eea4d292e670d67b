import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Environment } from "minijinja-js";
import { catalogues, type Catalogue } from "./catalogues.ts";

const FOLDER = join(import.meta.dirname, "../pages");

/** The templates by name, as they are written. */
export function readTemplates(): Map<string, string> {
  return new Map(
    readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), "utf8")]),
  );
}

/** Renders as the API does: the same engine, the same names in every template. */
export class Renderer {
  readonly #environment = new Environment();

  constructor(templates: Map<string, string>) {
    // Stricter than a person at the form needs, so that a name that is missing shows here.
    this.#environment.undefinedBehavior = "strict";
    for (const [name, source] of templates) {
      this.#environment.addTemplate(name, source);
    }
  }

  render(name: string, t: Catalogue, context: Record<string, unknown>, query = ""): string {
    return this.#environment.renderTemplate(name, {
      t,
      lang: t.language.code,
      query,
      languages: catalogues.map(({ language }) => ({ code: language.code, name: language.name })),
      ...context,
    });
  }
}
