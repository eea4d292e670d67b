export const FIELDS = ["first_name", "last_name", "email"] as const;

export type Values = Record<(typeof FIELDS)[number], string>;

/** What a student has entered and not yet sent successfully. */
export interface Draft {
  /** The idempotency key: however often the same values are sent, it is one registration. */
  readonly key: string;
  readonly values: Values;
  /** What was last sent with the key; null when nothing was. */
  readonly sent: Values | null;
}

const NAME = "draft";

export function newDraft(): Draft {
  // Not randomUUID, which browsers offer on secure origins only.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { key, values: { first_name: "", last_name: "", email: "" }, sent: null };
}

export function isEmpty({ values }: Draft): boolean {
  return FIELDS.every((field) => values[field] === "");
}

/** Whether it is another registration than the one that its key was sent with. */
export function isChangedSinceSent({ values, sent }: Draft): boolean {
  return sent !== null && FIELDS.some((field) => values[field] !== sent[field]);
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
  const { key, values, sent } = stored as Partial<Draft>;
  return typeof key === "string" && areValues(values) && (sent === null || areValues(sent));
}

function areValues(stored: unknown): stored is Values {
  return (
    typeof stored === "object" &&
    stored !== null &&
    FIELDS.every((field) => typeof (stored as Partial<Values>)[field] === "string")
  );
}
