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
  }
}
