// The tests of the rules notice every small change to a rule. MUTANTS_OF=NAME tries those of one group,
// or those whose id has NAME in it.
import { expect, test } from "vitest";
import { equivalents } from "./rule-equivalents.ts";
import { type Group, groups, type RuleTest, ruleTests } from "./rule-file.ts";
import { kinds, type Mutant, mutants } from "./rule-mutants.ts";
import { firstFailure } from "./rule-promtool.ts";

// promtool uses a processor each.
const AT_ONCE = 2;
// Some minutes on two processors that are free; other work may take them meanwhile.
const TIMEOUT = 1_800_000;

const only = process.env.MUTANTS_OF;
const all = mutants(groups).filter(({ id, group }) => !only || id.includes(only) || group === only);
const isEquivalent = (mutant: Mutant) => equivalents.some(([id]) => id.test(mutant.id));
const noticeable = all.filter((mutant) => !isEquivalent(mutant));

// The test that killed a mutant last is first: its neighbours die of the same.
const tests = [...ruleTests];

/** Tests that name the rule before the others. */
function testsFor(mutant: Mutant): RuleTest[] {
  const name = mutant.rule.record ?? mutant.rule.alert ?? "";
  const relevant = tests.filter((test) => test.groups.includes(mutant.group));
  const naming = relevant.filter((test) => test.text.includes(name));
  return [...naming, ...relevant.filter((test) => !naming.includes(test))];
}

function withMutant(mutant: Mutant): Group[] {
  return groups.map((group) =>
    group.name === mutant.group
      ? { ...group, rules: group.rules.with(mutant.index, mutant.rule) }
      : group,
  );
}

async function survives(mutant: Mutant): Promise<boolean> {
  const killer = await firstFailure(withMutant(mutant), testsFor(mutant));
  if (killer) {
    tests.splice(tests.indexOf(killer), 1);
    tests.unshift(killer);
  }
  return killer === undefined;
}

async function survivorsOf(mutants: Mutant[]): Promise<Mutant[]> {
  const left = [...mutants];
  const survivors: Mutant[] = [];
  const work = async () => {
    for (let mutant = left.shift(); mutant; mutant = left.shift())
      if (await survives(mutant)) survivors.push(mutant);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return survivors;
}

function table(survivors: Mutant[]): string {
  const row = (name: string, made: Mutant[]) => {
    const equivalent = made.filter(isEquivalent).length;
    const survived = made.filter((mutant) => survivors.includes(mutant)).length;
    const killed = made.length - equivalent - survived;
    return `| ${name} | ${made.length} | ${killed} | ${equivalent} |`;
  };
  return [
    "| Mutated | made | killed | equivalent |",
    "|---|---|---|---|",
    ...kinds.map((name) =>
      row(
        name,
        all.filter(({ kind }) => kind === name),
      ),
    ),
    row("all", all),
  ].join("\n");
}

test(
  "a test fails for every mutant, but for those that are listed with a reason",
  { timeout: TIMEOUT },
  async () => {
    const survivors = await survivorsOf(noticeable);
    console.log(table(survivors));
    expect(survivors.map(({ id }) => id)).toEqual([]);
  },
);

test("every reason is that of a mutant", () => {
  const ids = mutants(groups).map(({ id }) => id);
  expect(equivalents.filter(([pattern]) => !ids.some((id) => pattern.test(id)))).toEqual([]);
});
