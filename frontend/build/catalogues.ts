import en from "../../common/texts/en.json";
import fa from "../../common/texts/fa.json";

/** The texts of one language; the API reads the same files. */
export type Catalogue = typeof en;

export const catalogues: readonly Catalogue[] = [en, fa];
