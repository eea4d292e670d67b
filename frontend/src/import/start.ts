import en from "../../../common/texts/en.json";
import { localeFor } from "../times";
import { Elements } from "./elements";
import { ImportPage } from "./page";
import { Sentences, type Texts } from "./sentences";

/** The texts of other languages, each a part of its own; the service speaks English, too. */
const OTHERS: Readonly<Record<string, () => Promise<{ default: Texts }>>> = {
  fa: () => import("../../../common/texts/fa.json"),
};

/** Follows an import from the choice of its file to its error file. */
export async function startImport(main: HTMLElement): Promise<void> {
  const { lang } = document.documentElement;
  const texts = (await OTHERS[lang]?.())?.default ?? en;
  const sentences = new Sentences(texts, localeFor(lang, navigator.languages));
  new ImportPage(new Elements(main), sentences).start();
}
