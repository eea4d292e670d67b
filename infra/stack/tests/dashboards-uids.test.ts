// Links and bookmarks hold uids, and Grafana does not save a file whose uid has changed. So a uid is
// used once, for one thing, and the list of them only grows.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { DASHBOARDS } from "../dashboards/all.ts";
import { COMMITTED, FILES } from "./committed.ts";

const LIST = fileURLToPath(new URL("../../grafana/uids.txt", import.meta.url));

type Line = { kind: string; uid: string; retired: boolean };

/** Lines like "dashboard registrar-queue", with "retired" after it once it is not used any more. */
const linesOf = (text: string): Line[] =>
  text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [kind = "", uid = "", retired] = line.split(" ");
      return { kind, uid, retired: retired === "retired" };
    });

const listed = linesOf(readFileSync(LIST, "utf8"));
const dashboards = COMMITTED.map(([, { uid }]) => uid ?? "");

test("no uid is used or listed twice", () => {
  const names = listed.map(({ kind, uid }) => `${kind} ${uid}`);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(dashboards).size).toBe(dashboards.length);
});

test("every dashboard's uid is in the list, and every one in the list is used or retired", () => {
  const used = listed.filter(({ kind, retired }) => kind === "dashboard" && !retired);
  expect([...dashboards].sort()).toEqual(used.map(({ uid }) => uid).sort());
});

test("a uid has the characters and the length that Grafana takes", () => {
  for (const uid of dashboards) expect(uid).toMatch(/^[A-Za-z0-9-]{1,40}$/);
});

test("a dashboard has the name of its file", () => {
  for (const [file, { uid }] of COMMITTED) {
    const name = file.replace(/^.*\//, "").replace(/\.json$/, "");
    expect(uid).toBe(file.startsWith("runbooks/") ? `runbook-${name}` : `registrar-${name}`);
  }
});

test("no uid that was ever listed is gone", () => {
  const log = execFileSync("git", ["log", "--format=", "-p", "--", LIST], {
    cwd: dirname(LIST),
    encoding: "utf8",
  });
  const removed = log
    .split("\n")
    .filter((line) => /^-[a-z]+ /.test(line))
    .map((line) => line.slice(1));
  const now = listed.map(({ kind, uid }) => `${kind} ${uid}`);
  for (const { kind, uid } of linesOf(removed.join("\n"))) {
    expect(now, "mark it as retired instead").toContain(`${kind} ${uid}`);
  }
});

test("no dashboard is committed that no source describes", () => {
  expect(FILES).toEqual(Object.keys(DASHBOARDS).sort());
});
