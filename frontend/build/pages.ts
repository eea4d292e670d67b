import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { catalogues } from "./catalogues.ts";
import { samples } from "./samples.ts";
import { staticPages } from "./static-pages.ts";
import { readTemplates, Renderer } from "./templates.ts";

/**
 * Writes the templates for the API beside the folder that nginx serves, and the pages that need no
 * API into it; in both, the sources of script and style give way to what Vite made of them. With samples: also
 * each state of each page, to look at.
 */
export function pages({ withSamples }: { withSamples: boolean }): Plugin {
  return {
    name: "registrar-pages",
    apply: "build",
    buildStart() {
      for (const name of readTemplates().keys()) {
        this.addWatchFile(join("pages", name));
      }
    },
    writeBundle({ dir }, bundle) {
      if (dir === undefined) {
        throw new Error("Vite names no folder to write to.");
      }
      const built = new Map<string, string>();
      for (const output of Object.values(bundle)) {
        const source = output.type === "chunk" ? output.code : output.source;
        write(join(dir, `${output.fileName}.gz`), gzipSync(source, { level: 9 }));
        if (output.type === "chunk" && output.isEntry) {
          built.set("/src/main.ts", `/${output.fileName}`);
        } else if (output.type === "asset" && output.fileName.endsWith(".css")) {
          built.set("/src/style.css", `/${output.fileName}`);
        }
      }
      const templates = readTemplates();
      for (const [name, source] of templates) {
        templates.set(name, name === "layout.html" ? withAssets(source, built) : source);
      }
      const templatesFolder = join(dirname(dir), "templates");
      rmSync(templatesFolder, { recursive: true, force: true });
      for (const [name, source] of templates) {
        write(join(templatesFolder, name), source);
      }
      const renderer = new Renderer(templates);
      for (const [name, content] of staticPages(renderer, catalogues)) {
        write(join(dir, name), content);
      }
      if (withSamples) {
        for (const t of catalogues) {
          for (const { name, template, context } of samples(t)) {
            const page = renderer.render(template, t, context);
            write(join(dir, "samples", `${name}.${t.language.code}.html`), page);
          }
        }
      }
    },
  };
}

function withAssets(source: string, built: Map<string, string>): string {
  return ["/src/main.ts", "/src/style.css"].reduce((layout, written) => {
    const address = built.get(written);
    if (address === undefined || !layout.includes(`"${written}"`)) {
      throw new Error(`layout.html must name ${written}, and Vite must build it.`);
    }
    return layout.replace(`"${written}"`, `"${address}"`);
  }, source);
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
