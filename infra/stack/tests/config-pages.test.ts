// The pages read lists of the programs' sources; an image is built of what is copied into it.

import { readdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { pathOf, textOf } from "./config-files.ts";

const PAGES = "../frontend/src";

const read = readdirSync(pathOf(PAGES), { recursive: true })
  .map((file) => join(PAGES, String(file)))
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file) => {
    const imports = textOf(file).matchAll(/from "(\.[^"?]+)/g);
    return [...imports].map(([, path]) => join("infra", file, "..", path ?? ""));
  })
  .filter((path) => path.startsWith("common/"));

const isIn = (paths: string[]) => (path: string) =>
  paths.some((one) => path === one || path.startsWith(`${one}/`));

test.each(["Dockerfile", "nginx/Dockerfile"])("%s copies all that the pages read", (file) => {
  const copied = [...textOf(file).matchAll(/^COPY (common\S+) \.\.\/\1$/gm)];
  expect(read).not.toEqual([]);
  expect(read.filter((path) => !isIn(copied.map(([, from]) => from ?? ""))(path))).toEqual([]);
});

test("what nginx's image copies is sent to the builder", () => {
  const sent = [...textOf("nginx/Dockerfile.dockerignore").matchAll(/^!(.+)$/gm)];
  expect(read.filter((path) => !isIn(sent.map(([, path]) => path ?? ""))(path))).toEqual([]);
});
