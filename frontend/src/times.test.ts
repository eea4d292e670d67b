import { expect, it } from "vitest";
import { open, page } from "./testing/pages";
import { localeFor, showLocalTimes } from "./times";

const plain = (text: string | null | undefined) => text?.replace(/[\u202f\u2068\u2069]/g, " ");

it("shows times in the reader's zone, in the sentence that names one too", () => {
  const main = open(page("status-paused"));
  showLocalTimes(main, "en-GB", "Asia/Kolkata");
  const times = [...main.querySelectorAll("time")].map((time) => plain(time.textContent));
  expect(times).toEqual(["23 Nov 2026, 22:52", "24 Nov 2026, 00:00"]);
  expect(plain(main.querySelector("#message")?.textContent)).toContain(
    "paused until 24 Nov 2026, 00:00 at the latest",
  );
});

it("counts as a Persian reader does", () => {
  const main = open(page("status-registered"));
  showLocalTimes(main, "fa-IR", "Asia/Tehran");
  expect(main.querySelector("time")?.textContent).toContain("۱۴۰۵");
});

it("leaves a time alone that it cannot read", () => {
  const main = open(page("status-registered", { decided_at: { iso: "soon", text: "soon" } }));
  showLocalTimes(main, "en", "UTC");
  expect(main.querySelectorAll("time")[1]?.textContent).toBe("soon");
});

it.each([
  ["en", ["de-DE", "en-AU", "en-GB"], "en-AU"],
  ["fa", ["fa"], "fa"],
  ["fa", ["en-GB"], "fa"],
  ["en", [], "en"],
])("writes %s for a reader of %j as %s", (language, preferred, locale) => {
  expect(localeFor(language, preferred)).toBe(locale);
});
