// Runs the rules' own tests, with promtool, on rules of ours.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Group, repository, type TestFile } from "./rule-file.ts";

// Of both generations the one that runs these tests in a fifth of the time of the other.
const promtool = join(repository, ".local/tools/bookworm/usr/bin/promtool");

/** What promtool says of each test file that fails, up to the first; none when all pass. */
export async function failure(groups: Group[], files: TestFile[]): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "registrar-rules-"));
  try {
    await mkdir(join(folder, "tests"));
    for (const file of files) {
      // Only the groups that the file needs: the rest would only take time.
      const needed = groups.filter((group) => file.groups.includes(group.name));
      await writeFile(join(folder, "registrar.rules.yaml"), stringify({ groups: needed }));
      await writeFile(join(folder, "tests", file.name), file.text);
      const said = await run(join(folder, "tests", file.name));
      if (said !== undefined) return said;
    }
    return undefined;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What promtool prints of a failure; an error of its own, such as no promtool, is thrown. */
function run(file: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile(promtool, ["test", "rules", file], (error, stdout, stderr) => {
      if (!error) return resolve(undefined);
      const said = stdout + stderr;
      if (/^\s+exp: ?|exp:\[|, err: |error executing/m.test(said)) return resolve(said);
      reject(
        new Error(
          `promtool cannot test these rules; scripts/tools metrics gets it: ${said || error.message}`,
        ),
      );
    });
  });
}
