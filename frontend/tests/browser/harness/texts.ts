import en from "../../../../common/texts/en.json" with { type: "json" };
import fa from "../../../../common/texts/fa.json" with { type: "json" };

/** The sentences that pages and API have in common. */
export const texts = { en, fa };

export type Texts = typeof en;
