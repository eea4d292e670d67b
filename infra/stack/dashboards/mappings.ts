// Words for values.

import { MappingType, SpecialValueMatch, type ValueMapping } from "@grafana/schema";

/** No traffic divides nothing by nothing. */
export const NO_TRAFFIC: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text: "no traffic", color: "text" } },
};

/** A word for 0 and everything below. */
export const upToZero = (text: string, color: string): ValueMapping => ({
  type: MappingType.RangeToText,
  options: { from: null, to: 0, result: { text, color } },
});

/** Words for 0, 1 and so on. */
export const states = (...words: { text: string; color: string }[]): ValueMapping[] => [
  { type: MappingType.ValueToText, options: Object.fromEntries(words.entries()) },
];
