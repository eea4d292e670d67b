import type { Elements } from "./elements";

/**
 * Takes a file from a button or from a drop. What is dropped beside the place for it is taken too; without
 * the place, nothing is, or else the browser would leave the page for it.
 */
export function onFileChosen(
  elements: Elements,
  { input, drop }: { input: string; drop: string },
  chosen: (files: readonly File[], isFolder: boolean) => void,
): void {
  const field = elements.input(input);
  const place = elements.get(drop);
  field.addEventListener("change", () => {
    const files = [...(field.files ?? [])];
    // So that the same file can be chosen again after it was changed.
    field.value = "";
    if (files.length > 0) {
      chosen(files, false);
    }
  });
  const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") === true;
  const isShown = () => place.offsetParent !== null;
  addEventListener("dragover", (event) => {
    if (hasFiles(event)) {
      event.preventDefault();
      if (isShown()) {
        place.dataset["over"] = "";
      }
    }
  });
  addEventListener("dragleave", ({ relatedTarget }) => {
    // Out of the window.
    if (relatedTarget === null) {
      delete place.dataset["over"];
    }
  });
  addEventListener("drop", (event) => {
    delete place.dataset["over"];
    if (hasFiles(event)) {
      event.preventDefault();
      if (isShown()) {
        const { files, items } = event.dataTransfer ?? { files: [], items: [] };
        const entries = [...items].map((item) => item.webkitGetAsEntry());
        chosen(
          [...files],
          entries.some((entry) => entry?.isDirectory),
        );
      }
    }
  });
}
