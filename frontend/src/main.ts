import { startForm } from "./form";
import { startStatus } from "./status";
import "./style.css";

const main = document.querySelector("main");
if (main) {
  switch (main.dataset["page"]) {
    case "form":
      startForm(main);
      break;
    case "status":
      startStatus(main);
      break;
    case "import":
      // A part of its own, so that students do not load it.
      import("./import/start")
        .then(({ startImport }) => startImport(main))
        .catch(() => main.querySelector("#unloaded")?.removeAttribute("hidden"));
      break;
  }
}
