import type { Elements } from "./elements";

const FIELDS = ["key", "file"] as const;

/** Says what is the matter, once and where it can be changed. */
export class Notice {
  readonly #elements: Elements;
  readonly #errorPrefix: string;
  readonly #title = document.title;

  constructor(elements: Elements, errorPrefix: string) {
    this.#elements = elements;
    this.#errorPrefix = errorPrefix;
  }

  /** Says it, and puts the focus on the field that it is about. */
  say(sentence: string, about: (typeof FIELDS)[number] | null): void {
    const notice = this.#elements.get("problem");
    notice.hidden = false;
    notice.querySelector("p")?.replaceChildren(sentence);
    document.title = this.#errorPrefix + this.#title;
    if (about === null) {
      this.#elements.get("reading-parts").before(notice);
      notice.focus();
      return;
    }
    const field = this.#elements.get(about);
    this.#elements.get(`${about}-hint`).after(notice);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute(
      "aria-describedby",
      `${field.getAttribute("aria-describedby") ?? ""} problem`,
    );
    field.focus();
  }

  clear(): void {
    this.#elements.show("problem", false);
    document.title = this.#title;
    for (const field of FIELDS.map((id) => this.#elements.get(id))) {
      field.removeAttribute("aria-invalid");
      const described = field.getAttribute("aria-describedby") ?? "";
      field.setAttribute("aria-describedby", described.replace(/( problem)+$/, ""));
    }
  }
}
