import { FIELDS, type Draft, type Values } from "./draft";

/** The inputs of the form, which hold a draft. */
export class FormFields {
  readonly #form: HTMLFormElement;

  constructor(form: HTMLFormElement) {
    this.#form = form;
  }

  key(): string {
    return this.#input("idempotency_key").value;
  }

  values(): Values {
    return Object.fromEntries(FIELDS.map((field) => [field, this.#input(field).value])) as Values;
  }

  setKey(key: string): void {
    this.#input("idempotency_key").value = key;
  }

  fill({ key, values }: Draft): void {
    this.setKey(key);
    for (const field of FIELDS) {
      this.#input(field).value = values[field];
    }
  }

  /** Leaves alone what a student has typed before the script was there. */
  fillEmpty({ values }: Draft): void {
    for (const field of FIELDS) {
      this.#input(field).value ||= values[field];
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
