import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";
import type { AxeResults, RunOptions } from "axe-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const OPTIONS = {
  light: {
    resultTypes: ["violations"],
    // Off unless asked for, but part of WCAG 2.2 AA.
    rules: { "target-size": { enabled: true } },
  },
  // What else it looks at is the same in both.
  dark: { resultTypes: ["violations"], runOnly: ["color-contrast"] },
} satisfies Record<string, RunOptions>;

/** Fails when axe finds anything, in light or dark. */
export async function expectAccessible(page: Page): Promise<void> {
  // Not a script of the page, so its policy is as it is elsewhere.
  await page.evaluate(AXE);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await page.evaluate(
      (options) =>
        (window as unknown as { axe: { run: (o: RunOptions) => Promise<AxeResults> } }).axe.run(
          options,
        ),
      OPTIONS[colorScheme],
    );
    const found = violations.map(({ id, help, nodes }) => ({
      id,
      help,
      where: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary ?? ""}`),
    }));
    expect(found, colorScheme).toEqual([]);
  }
}
