import { FIELDS, type Draft } from "./draft";

/** The inputs of the form, which hold a draft. */
export class FormFields {
  readonly #form: HTMLFormElement;

  constructor(form: HTMLFormElement) {
    this.#form = form;
  }

  draft(): Draft {
    const values = Object.fromEntries(FIELDS.map((field) => [field, this.#input(field).value]));
    return { key: this.#input("idempotency_key").value, values: values as Draft["values"] };
  }

  /** Leaves alone what a student has typed before the script was there. */
  fillEmpty({ key, values }: Draft): void {
    this.#input("idempotency_key").value = key;
    for (const field of FIELDS) {
      this.#input(field).value ||= values[field];
    }
  }

  /** Leaves the key alone: other answers are another registration with it, too. */
  clear(): void {
    for (const field of FIELDS) {
      this.#input(field).value = "";
    }
  }

  /** What is typed while the form is on its way would not arrive with it. */
  lock(now: boolean): void {
    for (const field of FIELDS) {
      this.#input(field).readOnly = now;
    }
  }

  focus(): void {
    this.#input(FIELDS[0]).focus();
  }

  #input(name: string): HTMLInputElement {
    return this.#form.elements.namedItem(name) as HTMLInputElement;
  }
}
