import { catalogues } from "../../build/catalogues";
import { samples } from "../../build/samples";
import { readTemplates, Renderer } from "../../build/templates";

const renderer = new Renderer(readTemplates());
const english = catalogues[0]!;

export const texts = english.pages;

/** A page as the API answers it, in one of the states of the samples. */
export function page(name: string, changed: Record<string, unknown> = {}): string {
  const sample = samples(english).find((sample) => sample.name === name);
  if (!sample) {
    throw new Error(`There is no sample ${name}.`);
  }
  return renderer.render(sample.template, english, { ...sample.context, ...changed });
}

/** Opens it as a browser would, without its script. */
export function open(html: string): HTMLElement {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  document.documentElement.lang = parsed.documentElement.lang;
  document.title = parsed.title;
  document.body.replaceWith(parsed.body);
  return document.querySelector("main")!;
}

/** Where the service redirected to, and what it said. */
export function answer(html: string, address = "http://localhost:3000/register"): Response {
  return { url: address, text: () => Promise.resolve(html) } as Response;
}
