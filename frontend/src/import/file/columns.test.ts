import { expect, it } from "vitest";
import { findHeader } from "./columns";

it("offers the members of a JSON array, however it is written and wherever it is cut off", () => {
  const objects = [
    { id: "7", Kontakt: "" },
    { id: "8", Kontakt: "ada@x.org" },
  ];
  for (const text of [
    JSON.stringify(objects),
    JSON.stringify(objects, null, 2),
    `${JSON.stringify(objects).slice(0, -1)},{"id":"9","Kon`,
    objects.map((object) => JSON.stringify(object)).join("\n"),
  ]) {
    expect(findHeader(text, "").columns).toEqual([
      { name: "id", example: "7" },
      { name: "Kontakt", example: "ada@x.org" },
    ]);
  }
});

it("knows a name in quotation marks of any kind", () => {
  for (const header of ["“Vorname”,„Nachname“,«E-Mail»", "`Vorname`,‘Nachname’,'E-Mail'"]) {
    const known = Object.values(findHeader(`${header}\nAda,King,ada@x.org\n`, ",").known);
    expect(known).toEqual(header.split(","));
  }
});

it("takes no blank cell for a name", () => {
  const text = "School list,,\n,,\nname,Sippe,Kontakt\nAda,King,ada@x.org\n";
  const names = findHeader(text, "").columns.map(({ name }) => name);
  expect(names).toEqual(["name", "Sippe", "Kontakt"]);
});

it("knows the column that the service reads by itself where another one gives way to it", () => {
  const known = (header: string) =>
    findHeader(`${header}\nAda;Augusta Ada;King;ada@x.org\n`, ";").known.first_name;
  expect(known("Roepnaam;Voornamen;Achternaam;Kontakt")).toBe("Voornamen");
  expect(known("Voornamen;Roepnaam;Achternaam;Kontakt")).toBe("Voornamen");
  expect(known("Roepnaam;Klas;Achternaam;Kontakt")).toBe("Roepnaam");
  expect(known("Roepnaam;Rufname;Achternaam;Kontakt")).toBe("Roepnaam");
});
