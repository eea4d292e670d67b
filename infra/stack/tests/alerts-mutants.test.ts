// The tests of the rules notice every small change to a rule.
import { describe, expect, test } from "vitest";
import { equivalents } from "./rule-equivalents.ts";
import { type Group, groups, testFiles } from "./rule-file.ts";
import { kinds, type Mutant, mutants } from "./rule-mutants.ts";
import { failure } from "./rule-promtool.ts";

// promtool uses a processor each.
const AT_ONCE = 2;

function withMutant(mutant: Mutant): Group[] {
  return groups.map((group) =>
    group.name === mutant.group
      ? { ...group, rules: group.rules.with(mutant.index, mutant.rule) }
      : group,
  );
}

async function survives(mutant: Mutant): Promise<boolean> {
  const files = testFiles.filter((file) => file.groups.includes(mutant.group));
  // Those of minutes notice most.
  files.sort(
    (one, next) => Number(next.name.includes("minutes")) - Number(one.name.includes("minutes")),
  );
  return (await failure(withMutant(mutant), files)) === undefined;
}

async function survivorsOf(all: Mutant[]): Promise<Mutant[]> {
  const left = [...all];
  const survivors: Mutant[] = [];
  const work = async () => {
    for (let mutant = left.shift(); mutant; mutant = left.shift())
      if (await survives(mutant)) survivors.push(mutant);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return survivors;
}

const reasonOf = (mutant: Mutant) => equivalents.find(([id]) => id.test(mutant.id))?.[1];

function table(all: Mutant[], survivors: Mutant[]): string {
  const row = (name: string, of: Mutant[]) => {
    const alive = of.filter((mutant) => survivors.includes(mutant)).length;
    const equivalent = of.filter((mutant) => reasonOf(mutant)).length;
    return `| ${name} | ${of.length} | ${of.length - alive} | ${equivalent} |`;
  };
  return [
    "| Mutated | made | killed | equivalent |",
    "|---|---|---|---|",
    ...kinds.map((kind) =>
      row(
        kind,
        all.filter((mutant) => mutant.kind === kind),
      ),
    ),
    row("all", all),
  ].join("\n");
}

describe("mutants of the rules", () => {
  const only = process.env.MUTANTS_OF;
  const all = mutants(groups).filter(
    (mutant) => !only || mutant.id.includes(only) || mutant.group === only,
  );

  test(
    "every mutant fails a test, but for those that are listed with a reason",
    { timeout: 1_800_000 },
    async () => {
      const survivors = await survivorsOf(all);
      console.log(table(all, survivors));
      const unexpected = survivors.filter((mutant) => !reasonOf(mutant));
      expect(unexpected.map((mutant) => mutant.id)).toEqual([]);
      const killed = all.filter((mutant) => reasonOf(mutant) && !survivors.includes(mutant));
      expect(
        killed.map((mutant) => mutant.id),
        "listed as equivalent, and killed",
      ).toEqual([]);
    },
  );

  test("every reason is that of a mutant", () => {
    const unused = equivalents.filter(
      ([id]) => !mutants(groups).some((mutant) => id.test(mutant.id)),
    );
    expect(unused).toEqual([]);
  });
});
