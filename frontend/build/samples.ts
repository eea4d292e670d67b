import type { Catalogue } from "./catalogues.ts";

/** One of the states that a page can be in, with what the API would hand to its template. */
export interface Sample {
  name: string;
  template: string;
  context: Record<string, unknown>;
}

const moment = (text: string) => ({
  iso: `${text.replace(" ", "T").replace(" UTC", "")}:07Z`,
  text,
});

const ACCEPTED_AT = moment("2026-11-23 17:22 UTC");
const DECIDED_AT = moment("2026-11-23 17:24 UTC");
const PAUSED_UNTIL = moment("2026-11-23 18:30 UTC");

/** Every state of every page; `t` gives the sentences that the API puts in. */
export function samples(t: Catalogue): Sample[] {
  const form = (name: string, changed: Record<string, unknown>) => ({
    name: `form-${name}`,
    template: "form.html",
    context: {
      values: { first_name: "", last_name: "", email: "" },
      errors: [],
      notice: null,
      key: "0b8f6c1e-5d1f-4b59-9d41-2f6f0c7c9a11",
      ...changed,
    },
  });
  const status = (name: string, changed: Record<string, unknown>) => ({
    name: `status-${name}`,
    template: "status.html",
    context: {
      status: name,
      unreadable: false,
      code: null,
      reference: "6XV0HN8Q2JZKM4T7W9C3RB5YDE1FGA0PSX42",
      accepted_at: ACCEPTED_AT,
      decided_at: null,
      paused_until: null,
      wait: null,
      refresh: null,
      ...changed,
    },
  });
  return [
    form("empty", {}),
    form("wrong", {
      values: { first_name: "", last_name: "O’Neill", email: "zoë@example" },
      errors: [
        { field: "first_name", message: t.fields.first_name.required },
        { field: "email", message: t.fields.email.invalid_email },
      ],
    }),
    form("refused", {
      values: { first_name: "Zoë", last_name: "O’Neill", email: "zoe@example.com" },
      notice: t.problems["cannot-accept-now"],
    }),
    status("accepted", {
      message: t.statuses.accepted,
      accepted_at: null,
      wait: { long: false, minutes: 0 },
      refresh: 2,
    }),
    status("queued", {
      status: "accepted",
      message: t.statuses.accepted,
      wait: { long: true, minutes: 12 },
      refresh: 30,
    }),
    status("paused", {
      status: "accepted",
      message: t.statuses.paused.replace("{until}", PAUSED_UNTIL.text),
      paused_until: PAUSED_UNTIL,
      refresh: 60,
    }),
    status("unreadable", {
      status: "accepted",
      unreadable: true,
      message: t.statuses.unreadable,
      refresh: 10,
    }),
    status("registered", { message: t.statuses.registered, decided_at: DECIDED_AT }),
    status("rejected", {
      message: t.statuses.email_already_registered,
      code: "email_already_registered",
      decided_at: DECIDED_AT,
    }),
    status("on_hold", { message: t.statuses.on_hold, decided_at: DECIDED_AT, refresh: 60 }),
    { name: "import", template: "import.html", context: { for_file: true } },
    { name: "import-known", template: "import.html", context: { for_file: false } },
    { name: "unreadable", template: "unreadable.html", context: {} },
    { name: "not-found", template: "not-found.html", context: {} },
    { name: "away-static", template: "away.html", context: { message: null } },
    { name: "away-busy", template: "away.html", context: { message: t.pages.away.busy } },
  ];
}
