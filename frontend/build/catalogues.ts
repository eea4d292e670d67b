import en from "../../common/texts/en.json" with { type: "json" };
import fa from "../../common/texts/fa.json" with { type: "json" };

/** The texts of one language; the API reads the same files. */
export type Catalogue = typeof en;

export const catalogues: readonly Catalogue[] = [en, fa];
