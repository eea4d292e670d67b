import { announce } from "../announce";
import type { Elements } from "./elements";
import { fill, type Sentences } from "./sentences";
import type { Checked } from "./service/answers";

/** Shows what would become of a file, and what is wrong in it. */
export function showChecked(elements: Elements, sentences: Sentences, checked: Checked): void {
  const { t } = sentences;
  const number = (count: number) => sentences.number(count);
  elements.list("checked-counts", [
    [t.checked.rows, number(checked.rows)],
    [t.checked.new, number(checked.new)],
    [t.checked.unchanged, number(checked.unchanged)],
    [t.checked.duplicates, number(checked.duplicates)],
    [t.checked.invalid, number(checked.invalid)],
  ]);
  const { broken_off: brokenOff } = checked;
  elements.say("checked-broken", brokenOff ? sentences.brokenOff(brokenOff) : "");
  const shown = new Set(checked.errors.map(({ row }) => row)).size;
  const isAll = shown >= checked.invalid + checked.duplicates;
  const first = fill(t.errors.first, { rows: number(shown) });
  elements.say("errors-title", isAll ? t.errors.title : first);
  elements.rows(
    "errors",
    checked.errors.map((error) => {
      const { text, isEnglish } = sentences.advice(error);
      const advice = document.createElement("span");
      advice.textContent = text;
      if (isEnglish) {
        advice.lang = "en";
        advice.dir = "ltr";
      }
      const column = error.column === undefined ? "" : sentences.column(error.column);
      return [sentences.row(error.row), column, advice];
    }),
  );
  elements.show("checked-errors", checked.errors.length > 0);
  elements.show("nothing-new", checked.new === 0);
  // The rows with mistakes can be downloaded of an import only.
  const hasMistakes = checked.invalid + checked.duplicates > 0;
  elements.say(
    "import",
    checked.new > 0 ? fill(t.checked.import, { rows: number(checked.new) }) : t.checked.mistakes,
  );
  elements.show("import", checked.new > 0 || hasMistakes);
  elements.show("checked", true);
  announce(t.checked.title);
}
