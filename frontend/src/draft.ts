export const FIELDS = ["first_name", "last_name", "email"] as const;

export type Values = Record<(typeof FIELDS)[number], string>;

/** What a student has entered and not yet sent successfully. */
export interface Draft {
  /** The idempotency key: however often the same values are sent with it, it is one registration. */
  readonly key: string;
  readonly values: Values;
}

const NAME = "draft";

export function isEmpty({ values }: Draft): boolean {
  return FIELDS.every((field) => values[field] === "");
}

/** The draft of this tab; null where there is none, or none that can be read. */
export function loadDraft(): Draft | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
    return isDraft(stored) ? stored : null;
  } catch {
    return null;
  }
}

/** Keeps the draft for as long as the tab; where the browser stores nothing, the page itself does. */
export function saveDraft(draft: Draft): void {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(draft));
  } catch {
    // Full, or forbidden by the student's settings.
  }
}

export function dropDraft(): void {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // Nothing was stored either.
  }
}

function isDraft(stored: unknown): stored is Draft {
  if (typeof stored !== "object" || stored === null) {
    return false;
  }
  const { key, values } = stored as Partial<Draft>;
  return typeof key === "string" && areValues(values);
}

function areValues(stored: unknown): stored is Values {
  return (
    typeof stored === "object" &&
    stored !== null &&
    FIELDS.every((field) => typeof (stored as Partial<Values>)[field] === "string")
  );
}
