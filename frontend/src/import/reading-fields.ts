import type { Elements } from "./elements";
import { findHeader } from "./file/columns";
import { textToOffer } from "./file/text";
import { fill, type Sentences } from "./sentences";
import { COLUMNS, type Column, type Reading } from "./service/answers";

const EXAMPLE_CHARACTERS = 40;

/** The selects by which an importer says how a file is read. */
export class ReadingFields {
  readonly #elements: Elements;
  readonly #sentences: Sentences;
  /** The file whose columns are offered, or are about to be. */
  #file: File | null = null;
  #known: Readonly<Record<Column, string>> | null = null;

  constructor(elements: Elements, sentences: Sentences) {
    this.#elements = elements;
    this.#sentences = sentences;
  }

  /** Other columns may be there once a file is read in another way. */
  onChange(changed: (isReadAnew: boolean) => void): void {
    this.#elements.get("reading").addEventListener("change", ({ target }) => {
      (target as HTMLSelectElement).removeAttribute("aria-invalid");
      changed(target === this.#select("encoding") || target === this.#select("delimiter"));
    });
  }

  reading(): Reading {
    const columns = Object.fromEntries(
      COLUMNS.map((column) => [column, this.#column(column).value]),
    ) as Record<Column, string>;
    return {
      encoding: this.#select("encoding").value,
      delimiter: this.#select("delimiter").value,
      columns,
    };
  }

  /** For another file. */
  reset(): void {
    (this.#elements.get("reading") as HTMLDetailsElement).open = false;
    for (const id of ["encoding", "delimiter"]) {
      this.#select(id).value = "";
    }
    this.#offer([]);
  }

  /** Offers the columns that the file seems to have. */
  async offerColumnsOf(file: File): Promise<void> {
    this.#file = file;
    const { encoding, delimiter } = this.reading();
    const text = await textToOffer(file, encoding);
    if (file !== this.#file) {
      return;
    }
    const header = findHeader(text, delimiter);
    this.#known = header.known;
    this.#offer(header.columns);
  }

  /** Asks for the columns, of which some may be known; one that is chosen twice is asked for, too. */
  askForColumns(): void {
    const selects = COLUMNS.map((column) => {
      const select = this.#column(column);
      select.value ||= this.#known?.[column] ?? "";
      return select;
    });
    for (const select of selects) {
      if (select.value === "") {
        select.options[0]?.replaceChildren(this.#sentences.t.reading.choose);
      }
      if (select.value === "" || selects.some((s) => s !== select && s.value === select.value)) {
        select.setAttribute("aria-invalid", "true");
      }
    }
    this.open();
  }

  open(): void {
    (this.#elements.get("reading") as HTMLDetailsElement).open = true;
  }

  #offer(columns: readonly { name: string; example: string }[]): void {
    const { t } = this.#sentences;
    for (const column of COLUMNS) {
      const select = this.#column(column);
      const chosen = select.value;
      const options = columns.map(({ name, example }) => {
        const short = Array.from(example).slice(0, EXAMPLE_CHARACTERS).join("");
        const text = short === "" ? name : fill(t.reading.example, { name, example: short });
        return option(text, name);
      });
      select.removeAttribute("aria-invalid");
      select.replaceChildren(option(t.reading.found, ""), ...options);
      select.value = columns.some(({ name }) => name === chosen) ? chosen : "";
    }
  }

  #column(column: Column): HTMLSelectElement {
    return this.#select(`column-${column}`);
  }

  #select(id: string): HTMLSelectElement {
    return this.#elements.select(id);
  }
}

function option(text: string, value: string): HTMLOptionElement {
  const made = document.createElement("option");
  made.textContent = text;
  made.value = value;
  return made;
}
