// Every small change to a rule that its tests must notice.
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import type { Group, Rule } from "./rule-file.ts";

export const kinds = [
  "and, or, unless",
  "comparison",
  "threshold or factor",
  "range or offset",
  "recorded window",
  "for",
  "label matcher",
  "label of by, on or ignoring",
] as const;

export interface Mutant {
  kind: (typeof kinds)[number];
  group: string;
  /** The rule's place in its group. */
  index: number;
  /** What is changed, and where; stays the same as long as the rule does. */
  id: string;
  rule: Rule;
}

type Change = { kind: Mutant["kind"]; from: number; to: number; text: string };

const OPERATORS: Record<string, string[]> = {
  And: ["or", "unless"],
  Or: ["and"],
  Unless: ["and", "or"],
};
const COMPARISONS: Record<string, string[]> = {
  Gtr: ["<", ">="],
  Lss: [">", "<="],
  Gte: ["<", ">"],
  Lte: [">", "<"],
  Eql: ["!=", ">="],
  Neq: ["=="],
};
const WINDOWS = ["5m", "30m", "1h", "6h", "3d"];

const seconds = { s: 1, m: 60, h: 3600, d: 86400 };

/** `duration` times `factor`. */
function scaled(duration: string, factor: number): string {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  if (!count || !unit) throw new Error(`${duration} is no duration that the mutants know.`);
  return `${Number(count) * seconds[unit as keyof typeof seconds] * factor}s`;
}

/** The stretch that takes an item out of a list, with the comma before or after it. */
function without(item: SyntaxNode, text: string): { from: number; to: number } {
  const after = /^\s*,\s*/.exec(text.slice(item.to));
  if (after) return { from: item.from, to: item.to + after[0].length };
  const before = /\s*,\s*$/.exec(text.slice(0, item.from));
  return { from: item.from - (before?.[0].length ?? 0), to: item.to };
}

function changesOf(node: SyntaxNode, expr: string): Change[] {
  const { name, from, to, parent } = node;
  const text = expr.slice(from, to);
  const replaced = (kind: Mutant["kind"], texts: string[]) =>
    texts.map((text) => ({ kind, from, to, text }));
  if (parent?.name === "BinaryExpr" && OPERATORS[name])
    return replaced("and, or, unless", OPERATORS[name]);
  if (parent?.name === "BinaryExpr" && COMPARISONS[name])
    return replaced("comparison", COMPARISONS[name]);
  if (name === "NumberDurationLiteral")
    return replaced(
      "threshold or factor",
      Number(text) === 0 ? ["1"] : [`${Number(text) / 2}`, `${Number(text) * 2}`],
    );
  if (name === "NumberDurationLiteralInDurationContext")
    return replaced("range or offset", [scaled(text, 0.5), scaled(text, 2)]);
  if (name === "Identifier" && parent?.name === "VectorSelector") {
    const [, stem, window] = /^(.*(?:ratio_rate|increase))(\d+[mhd])$/.exec(text) ?? [];
    const others = WINDOWS.filter((other) => Math.abs(place(other) - place(window)) === 1);
    return window
      ? replaced(
          "recorded window",
          others.map((other) => `${stem}${other}`),
        )
      : [];
  }
  if (name === "UnquotedLabelMatcher")
    return [{ kind: "label matcher", ...without(node, expr), text: "" }];
  if (name === "LabelName" && parent?.name === "GroupingLabels")
    return [{ kind: "label of by, on or ignoring", ...without(node, expr), text: "" }];
  return [];
}

const place = (window: string | undefined) => WINDOWS.indexOf(window ?? "");

function expressionsOf(expr: string): { kind: Mutant["kind"]; what: string; expr: string }[] {
  const changes: Change[] = [];
  parser.parse(expr).iterate({ enter: ({ node }) => void changes.push(...changesOf(node, expr)) });
  return changes.map(({ kind, from, to, text }) => {
    const what = `${expr.slice(from, to)} at ${from} -> ${text || "nothing"}`;
    return { kind, what, expr: expr.slice(0, from) + text + expr.slice(to) };
  });
}

function fors(rule: Rule): string[] {
  if (!rule.for) return [];
  if (/^0/.test(rule.for)) return ["5m"];
  return ["0s", scaled(rule.for, 0.5), scaled(rule.for, 2)];
}

/** All mutants of all rules. */
export function mutants(groups: Group[]): Mutant[] {
  return groups.flatMap((group) =>
    group.rules.flatMap((rule, index) => {
      const name = [rule.record ?? rule.alert, ...Object.values(rule.labels ?? {})].join(" ");
      const mutant = (kind: Mutant["kind"], what: string, changed: Partial<Rule>): Mutant => ({
        kind,
        group: group.name,
        index,
        id: `${name}: ${what}`,
        rule: { ...rule, ...changed },
      });
      return [
        ...expressionsOf(rule.expr).map(({ kind, what, expr }) => mutant(kind, what, { expr })),
        ...fors(rule).map((time) => mutant("for", `for ${rule.for} -> ${time}`, { for: time })),
      ];
    }),
  );
}
