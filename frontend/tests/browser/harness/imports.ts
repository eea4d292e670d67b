import { readFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import type { Installation } from "./installation";
import { someone, type Student } from "./students";
import type { Texts } from "./texts";

/** A file as a browser is given one. */
export interface GivenFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export function file(name: string, content: string | Buffer): GivenFile {
  return { name, mimeType: "text/csv", buffer: Buffer.from(content) };
}

/** A list of students that is valid. */
export function listOf(students: readonly Student[]): string {
  const rows = students.map((student) => Object.values(student).join(","));
  return `${["first_name,last_name,email", ...rows].join("\n")}\n`;
}

export function someStudents(count: number): Student[] {
  return Array.from({ length: count }, someone);
}

/** Opens the page with a key and a file, and checks it. */
export async function check(page: Page, registrar: Installation, given: GivenFile): Promise<void> {
  await page.goto(`${registrar.url}/import`);
  await page.locator("#key").fill(await registrar.key());
  await checkAlso(page, given);
}

/** The next file on a page that has a key. */
export async function checkAlso(page: Page, given: GivenFile): Promise<void> {
  await page.locator("#file").setInputFiles(given);
  await expect(page.locator("#file-name")).toContainText(given.name);
  await page.locator("#check").click();
}

/** Imports what was checked, and waits until everything is decided. */
export async function importChecked(page: Page, t: Texts): Promise<void> {
  await page.locator("#import").click();
  await expectOutcome(page, t, "finished");
}

type Outcome = keyof Texts["pages"]["import"]["outcome"]["titles"];

export async function expectOutcome(page: Page, t: Texts, outcome: Outcome): Promise<void> {
  const title = t.pages.import.outcome.titles[outcome];
  // What is hidden may still say it of another import.
  const shown = page.locator("#outcome-title").filter({ visible: true });
  await expect(shown).toHaveText(title, { timeout: 60_000 });
}

/** The counts of the outcome in the order of the page. */
export async function counts(page: Page): Promise<number[]> {
  const said = await page.locator("#outcome-counts dd").allTextContents();
  return said.map((count) => Number(count.replace(/\D/g, "")));
}

/** What a button makes the browser save. */
export async function saved(page: Page, button: string): Promise<{ name: string; text: string }> {
  const coming = page.waitForEvent("download");
  await page.locator(button).click();
  const download = await coming;
  return {
    name: download.suggestedFilename(),
    text: await readFile(await download.path(), "utf8"),
  };
}

/** Some of its rows are wrong, each in another way. */
export function listWithMistakes(): GivenFile {
  const [one, two] = someStudents(2);
  const rows = [
    "class,first_name,last_name,email",
    `7a,Ada,King,${one?.email ?? ""}`,
    `7b,,Ng,${two?.email ?? ""}`,
    "7c,Mo,Do,mo at example.org",
    "7d,Eve",
    `7e,Ada,King,${one?.email ?? ""}`,
  ];
  return file("list-of-2026.csv", rows.join("\r\n"));
}
