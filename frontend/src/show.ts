import type { Answer } from "./ask";

/** Puts the answer's content into the page that is open; the focus stays on the element with the same id. */
export function show({ page, main }: Answer): void {
  const focused = document.activeElement?.id;
  document.title = page.title;
  document.querySelector("main")?.replaceWith(main);
  if (focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
}
