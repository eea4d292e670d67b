import { localeFor } from "../times";
import { Elements } from "./elements";
import { ImportPage } from "./page";
import { Sentences, type Texts } from "./sentences";

/** The texts of each language are a part of their own. */
const CATALOGUES: Readonly<Record<string, () => Promise<{ default: Texts }>>> = {
  en: () => import("../../../common/texts/en.json"),
  fa: () => import("../../../common/texts/fa.json"),
};

/** Follows an import from the choice of its file to its error file. */
export async function startImport(main: HTMLElement): Promise<void> {
  const { lang } = document.documentElement;
  const catalogue = await (CATALOGUES[lang] ?? CATALOGUES["en"])?.();
  if (catalogue === undefined) {
    return;
  }
  const sentences = new Sentences(catalogue.default, localeFor(lang, navigator.languages));
  new ImportPage(new Elements(main), sentences).start();
}
