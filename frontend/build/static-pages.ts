import type { Catalogue } from "./catalogues.ts";
import type { Renderer } from "./templates.ts";

/** nginx puts a key of its own here, so that a form works once per visit without scripts too. */
const KEY_COMMAND = '<!--#echo var="request_id" -->';
/** Stands for the command while rendering, which would escape it. */
const KEY_PLACEHOLDER = "key-of-this-visit";

const EMPTY_FORM = {
  values: { first_name: "", last_name: "", email: "" },
  errors: [],
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
    // A static page cannot tell whether the address asked for its language or the browser did; to
    // name it keeps both readers in it.
    const render = (name: string, context: Record<string, unknown>) =>
      renderer.render(name, t, context, `?lang=${code}`);
    const form = (notice: string | null) =>
      render("form.html", { ...EMPTY_FORM, notice }).replace(KEY_PLACEHOLDER, KEY_COMMAND);
    files.set(`form.${code}.html`, form(null));
    // What nginx itself refuses never reaches the API, which would answer like this.
    files.set(`too-large.${code}.html`, form(t.problems["body-too-large"]));
    files.set(`unreadable.${code}.html`, render("unreadable.html", {}));
    files.set(`import.${code}.html`, render("import.html", { for_file: true }));
    // At the address of an import, where there is nothing to choose.
    files.set(`import-known.${code}.html`, render("import.html", { for_file: false }));
    files.set(`not-found.${code}.html`, render("not-found.html", {}));
    files.set(`away.${code}.html`, render("away.html", { message: null }));
  }
  return files;
}
