import { announce } from "./announce";

const COPIED_FOR_MS = 4000;

/** Offers to copy the reference, where the browser can. */
export function startCopy(main: HTMLElement): void {
  const button = main.querySelector<HTMLButtonElement>("#copy");
  const reference = main.querySelector("#reference");
  // Browsers offer it on secure origins only.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!button || !reference || !clipboard) {
    return;
  }
  const label = button.textContent;
  const copied = button.dataset["copied"] ?? label;
  button.dataset["ready"] = "";
  button.addEventListener("click", () => {
    clipboard.writeText(reference.textContent).then(
      () => {
        button.style.minWidth = `${button.offsetWidth}px`;
        button.textContent = copied;
        announce(copied);
        setTimeout(() => {
          button.textContent = label;
          announce("");
        }, COPIED_FOR_MS);
      },
      () => {
        // Not allowed: at least select it, so that the student can.
        getSelection()?.selectAllChildren(reference);
      },
    );
  });
}
