import emailAliases from "../../../../common/import-file/src/aliases/email.txt?raw";
import firstNameAliases from "../../../../common/import-file/src/aliases/first_name.txt?raw";
import namesThatGiveWay from "../../../../common/import-file/src/aliases/gives_way.txt?raw";
import lastNameAliases from "../../../../common/import-file/src/aliases/last_name.txt?raw";
import { COLUMNS, type Column } from "../service/answers";
import { CsvRows } from "./csv";
import { lengthOfSeparatorLine } from "./csv-head";
import { valuesOfJsonArray } from "./rows";

/** A column of a file that may be meant. */
export interface FoundColumn {
  readonly name: string;
  /** What stands below it in the first row that has something there. */
  readonly example: string;
}

/** What the first rows of a file show. */
export interface FoundHeader {
  readonly columns: readonly FoundColumn[];
  /** The columns that are called as expected. */
  readonly known: Readonly<Record<Column, string>>;
}

const HEADER_WITHIN_ROWS = 10;
const DELIMITERS = [",", ";", "\t", "|"];
const EXAMPLE_ROWS = 20;

/** What school systems call the columns: the service's own lists. */
const ALIASES: Readonly<Record<Column, readonly string[]>> = {
  first_name: linesOf(firstNameAliases),
  last_name: linesOf(lastNameAliases),
  email: linesOf(emailAliases),
};
/** Columns that the service reads only where no other column is of the same field. */
const GIVES_WAY = linesOf(namesThatGiveWay);

/** The columns to choose from. */
export function findHeader(text: string, delimiter: string): FoundHeader {
  const rows = /^\s*[[{]/.test(text) ? rowsOfJson(text) : rowsOfCsv(text, delimiter);
  const within = rows.slice(0, HEADER_WITHIN_ROWS);
  const best = within.reduce((best, row) => (score(row) > score(best) ? row : best), []);
  const below = rows.slice(rows.indexOf(best) + 1);
  const columns = best.flatMap((cell, at) => {
    const name = cell.trim();
    const example = below.map((row) => row[at]?.trim() ?? "").find((value) => value !== "");
    return name === "" ? [] : [{ name, example: example ?? "" }];
  });
  const known = Object.fromEntries(
    COLUMNS.map((column) => {
      const named = columns.filter(({ name }) => ALIASES[column].includes(normal(name)));
      const read = named.find(({ name }) => !GIVES_WAY.includes(normal(name))) ?? named[0];
      return [column, read?.name ?? ""];
    }),
  ) as Record<Column, string>;
  return { columns, known };
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** A row with known names is the header, else the one with the most cells. */
function score(row: readonly string[]): number {
  const known = COLUMNS.filter((column) =>
    row.some((cell) => ALIASES[column].includes(normal(cell))),
  );
  return known.length * 10_000 + row.filter((cell) => cell.trim() !== "").length;
}

function rowsOfCsv(text: string, given: string): string[][] {
  const start = text.slice(lengthOfSeparatorLine(text));
  const tried = (given === "" ? DELIMITERS : [given === "tab" ? "\t" : given]).map((delimiter) => {
    const reader = new CsvRows(delimiter);
    reader.push(start);
    reader.end();
    const rows: string[][] = [];
    for (let row = reader.take(); row && rows.length < EXAMPLE_ROWS; row = reader.take()) {
      rows.push([...row.cells]);
    }
    return rows;
  });
  const best = (rows: string[][]) => Math.max(0, ...rows.slice(0, HEADER_WITHIN_ROWS).map(score));
  return tried.reduce((one, other) => (best(other) > best(one) ? other : one));
}

/** The names of the members as a first row, and their values below. */
function rowsOfJson(text: string): string[][] {
  const raws = text.trimStart().startsWith("[")
    ? [...valuesOfJsonArray(text)].map(({ raw }) => raw)
    : text.split("\n");
  const objects = raws
    .slice(0, EXAMPLE_ROWS)
    .flatMap((raw) => {
      try {
        return [JSON.parse(raw) as unknown];
      } catch {
        return [];
      }
    })
    .filter((value) => typeof value === "object" && value !== null && !Array.isArray(value));
  const names = [...new Set(objects.flatMap((object) => Object.keys(object as object)))];
  const values = objects.map((object) =>
    names.map((name) => {
      const value = (object as Record<string, unknown>)[name];
      return typeof value === "string" ? value : "";
    }),
  );
  return [names, ...values];
}

/** What two people can write differently and mean the same name by; as the service has it. */
function normal(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\p{Cc}\u00ad\u200b-\u200f\u2060\ufeff_\-‐‑–.:*'"`‘-‚“-„«»]/gu, "")
    .replace(/(?:\[required\]|\(required\))$/, "");
}

/** A name as the service shows it. */
export function shownName(name: string): string {
  const characters = Array.from(name.replace(/[\p{Cc}\ufeff]/gu, "").trim());
  return characters.length > 60 ? `${characters.slice(0, 60).join("")}…` : characters.join("");
}
