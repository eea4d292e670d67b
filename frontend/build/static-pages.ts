import type { Catalogue } from "./catalogues";
import type { Renderer } from "./templates";

/** nginx puts a key of its own here, so that a form works once per visit without scripts too. */
const KEY_COMMAND = '<!--#echo var="request_id" -->';
/** Stands for the command while rendering, which would escape it. */
const KEY_PLACEHOLDER = "key-of-this-visit";

const EMPTY_FORM = {
  values: { first_name: "", last_name: "", email: "" },
  errors: [],
  notice: null,
  key: KEY_PLACEHOLDER,
};

/** What nginx serves without asking the API, by file name. */
export function staticPages(
  renderer: Renderer,
  catalogues: readonly Catalogue[],
): Map<string, string> {
  const files = new Map<string, string>();
  for (const t of catalogues) {
    const code = t.language.code;
    const form = renderer.render("form.html", t, EMPTY_FORM);
    files.set(`form.${code}.html`, form.replace(KEY_PLACEHOLDER, KEY_COMMAND));
    files.set(`not-found.${code}.html`, renderer.render("not-found.html", t, {}));
    files.set(`away.${code}.html`, renderer.render("away.html", t, { message: null }));
  }
  return files;
}
