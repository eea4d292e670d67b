import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { defineConfig } from "@playwright/test";

/** The system's own browser: `scripts/install --browser` installs it. */
function chromium(): string {
  const given = process.env["CHROMIUM"];
  if (given !== undefined) {
    return given;
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    for (const path of folders.map((folder) => join(folder, name))) {
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // The next one.
      }
    }
  }
  throw new Error("There is no Chromium. Install it, or say in CHROMIUM where it is.");
}

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };

/** Tests in which no size of a window matters. */
const WITHOUT_WINDOW = ["answers.spec.ts", "import-interrupted.spec.ts", "weight.spec.ts"];

export default defineConfig({
  testDir: "tests/browser",
  globalSetup: "./tests/browser/harness/servers.ts",
  fullyParallel: true,
  workers: 2,
  retries: 0,
  // Two cores are also the servers' and the debug builds': starting them takes a while.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  outputDir: "test-results/browser",
  reporter: [["list"], ["json", { outputFile: "test-results/browser.json" }]],
  use: {
    locale: "en-GB",
    launchOptions: { executablePath: chromium() },
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "phone", testIgnore: WITHOUT_WINDOW, use: PHONE },
    { name: "desktop", use: { viewport: { width: 1280, height: 800 } } },
    { name: "Persian", testMatch: "states.spec.ts", use: { ...PHONE, locale: "fa-IR" } },
  ],
});
