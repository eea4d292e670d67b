/** The parts of the page that the script changes; each is there, or the page is not this one. */
export class Elements {
  readonly #main: HTMLElement;

  constructor(main: HTMLElement) {
    this.#main = main;
  }

  get(id: string): HTMLElement {
    const found = this.#main.querySelector<HTMLElement>(`#${id}`);
    if (found === null) {
      throw new Error(`The page has no #${id}.`);
    }
    return found;
  }

  input(id: string): HTMLInputElement {
    return this.get(id) as HTMLInputElement;
  }

  select(id: string): HTMLSelectElement {
    return this.get(id) as HTMLSelectElement;
  }

  button(id: string): HTMLButtonElement {
    return this.get(id) as HTMLButtonElement;
  }

  say(id: string, sentence: string): void {
    const element = this.get(id);
    // Without a change nothing is said again to those who listen.
    if (element.textContent !== sentence) {
      element.textContent = sentence;
    }
  }

  show(id: string, isShown: boolean): void {
    this.get(id).hidden = !isShown;
  }

  /** Sets a bar; null while it is not known how far it is. */
  fill(id: string, fraction: number | null): void {
    const bar = this.get(id) as HTMLProgressElement;
    if (fraction === null) {
      bar.removeAttribute("value");
    } else {
      bar.value = Math.floor(fraction * bar.max);
    }
  }

  /** Terms with what is said of each; those without anything are left out. */
  list(id: string, facts: readonly (readonly [string, string])[]): void {
    this.get(id).replaceChildren(
      ...facts
        .filter(([, said]) => said !== "")
        .map(([term, said]) =>
          element("div", element("dt", term), element("dd", element("bdi", said))),
        ),
    );
  }

  /**
   * Rows of a table, the first cell of each being its number. Each cell says what its column is, since on
   * a narrow screen there is no header above it, and its role (see import.css).
   */
  rows(id: string, rows: readonly (readonly (Node | string)[])[]): void {
    const body = this.get(id);
    const names = [...(body.closest("table")?.querySelectorAll("th") ?? [])];
    const cellOf = (content: Node | string, at: number) => {
      const cell = element("td", content);
      cell.setAttribute("role", "cell");
      cell.dataset["column"] = names[at]?.textContent ?? "";
      return cell;
    };
    const rowOf = (cells: readonly (Node | string)[]) => {
      const row = element("tr", ...cells.map(cellOf));
      row.setAttribute("role", "row");
      return row;
    };
    body.replaceChildren(...rows.map(rowOf));
  }
}

export function element(name: string, ...content: (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}

/** A value in whatever direction it is written. */
export function value(text: string): HTMLElement {
  const made = element("bdi", text);
  made.classList.add("notranslate");
  made.translate = false;
  return made;
}
