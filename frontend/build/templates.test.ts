import { describe, expect, it } from "vitest";
import { catalogues } from "./catalogues.ts";
import { samples } from "./samples.ts";
import { staticPages } from "./static-pages.ts";
import { readTemplates, Renderer } from "./templates.ts";

const renderer = new Renderer(readTemplates());
const states = catalogues.flatMap((t) =>
  samples(t).map((sample) => ({ t, sample, state: `${sample.name} in ${t.language.code}` })),
);

function parse(html: string): Document {
  return new DOMParser().parseFromString(html, "text/html");
}

describe.each(states)("$state", ({ t, sample }) => {
  const html = renderer.render(sample.template, t, sample.context, `?lang=${t.language.code}`);
  const page = parse(html);

  it("is written in its language and direction", () => {
    expect(page.documentElement.lang).toBe(t.language.code);
    expect(page.documentElement.dir).toBe(t.language.direction);
  });

  it("keeps the language in every link and form", () => {
    const ways = [...page.querySelectorAll("a[href]")].map((link) => link.getAttribute("href"));
    const action = page.querySelector("form")?.getAttribute("action");
    for (const way of [...ways, action]) {
      // A file has no language.
      expect(way ?? "#").toMatch(
        /^(#[a-z_]+|#|\/?(register|import)?\?lang=(en|fa)|\/imports\/template\.csv|)$/,
      );
    }
  });

  it("obeys a Content-Security-Policy without inline script and style", () => {
    expect(html).not.toMatch(
      /<style|\sstyle=|\son[a-z]+=|javascript:|data:|<script(?! type="module" src)/,
    );
  });

  it("leaves no place open in its sentences", () => {
    expect(html).not.toMatch(/\{[a-z]+\}|\{\{|\{%/);
  });

  it("keeps translators away from the reference", () => {
    for (const element of page.querySelectorAll("[translate=no]")) {
      element.remove();
    }
    const { reference } = sample.context as { reference?: string };
    const rest = `${page.documentElement.innerHTML} ${page.documentElement.textContent}`;
    // Whole, as in an address or a title, or in part.
    for (const part of reference === undefined ? [] : [reference, reference.slice(-4)]) {
      expect(rest).not.toContain(part);
    }
  });

  it("has ids once, and whatever refers to one finds it", () => {
    const ids = [...page.querySelectorAll("[id]")].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const references = [...page.querySelectorAll("[for], [aria-describedby], [aria-labelledby]")];
    for (const element of references) {
      const named = ["for", "aria-describedby", "aria-labelledby"]
        .map((attribute) => element.getAttribute(attribute) ?? "")
        .join(" ");
      for (const id of named.split(" ").filter(Boolean)) {
        expect(ids).toContain(id);
      }
    }
  });
});

describe.each(catalogues.map((t) => ({ t, code: t.language.code })))(
  "the form in $code",
  ({ t }) => {
    const wrong = () => {
      const sample = samples(t).find(({ name }) => name === "form-wrong");
      return parse(renderer.render("form.html", t, sample?.context ?? {}));
    };

    it("says each sentence in the summary, with a link, and beside its field", () => {
      const page = wrong();
      const links = [...page.querySelectorAll("#error-summary a")];
      expect(links.map((link) => [link.getAttribute("href"), link.textContent])).toEqual([
        ["#first_name", t.fields.first_name.required],
        ["#email", t.fields.email.invalid_email],
      ]);
      for (const link of links) {
        const field = page.querySelector(link.getAttribute("href") ?? "");
        expect(field?.getAttribute("aria-invalid")).toBe("true");
        const [, error] = field?.getAttribute("aria-describedby")?.split(" ") ?? [];
        expect(page.getElementById(error ?? "")?.textContent).toContain(link.textContent);
      }
      expect(page.querySelector("#last_name")?.hasAttribute("aria-invalid")).toBe(false);
      expect(page.title.startsWith(t.pages.error_prefix)).toBe(true);
    });

    it("says several sentences of one field beside it", () => {
      const errors = ["too_long", "no_letter"].map((code) => ({
        field: "first_name",
        message: t.fields.first_name[code as "no_letter"],
      }));
      const page = parse(renderer.render("form.html", t, { ...samples(t)[0]?.context, errors }));
      const beside = page.getElementById("first_name-error")?.textContent;
      expect(errors.every(({ message }) => beside?.includes(message))).toBe(true);
    });
  },
);

it("says that it comes back by itself only where the API says it, which answers who looks", () => {
  for (const [name, byItself] of [
    ["away-busy", true],
    ["away-static", false],
  ] as const) {
    for (const t of catalogues) {
      const sample = samples(t).find((sample) => sample.name === name);
      const page = parse(renderer.render("away.html", t, sample?.context ?? {}));
      expect(page.body.textContent.includes(t.pages.away.automatic)).toBe(byItself);
    }
  }
});

it("never claims that nothing was sent, since an earlier attempt may have arrived", () => {
  const reassurances = { en: /never counted twice\./, fa: /هرگز دو بار شمرده نمی‌شود\./ };
  for (const { language, problems } of catalogues) {
    // This one says what to correct before anything is sent again.
    const others = Object.entries(problems).filter(([name]) => name !== "body-too-large");
    for (const [, sentence] of others) {
      expect(sentence).not.toMatch(/nothing was sent|چیزی فرستاده نشد/i);
      expect(sentence).toMatch(reassurances[language.code as "en"]);
    }
  }
});

it("shows what a student typed, and runs none of it", () => {
  const typed = `"><script>alert(1)</script><!--#echo var="x" -->`;
  const t = catalogues[0]!;
  const html = renderer.render("form.html", t, {
    values: { first_name: typed, last_name: typed, email: typed },
    errors: [{ field: "email", message: typed }],
    notice: typed,
    key: typed,
  });
  expect(html).not.toContain("<script>");
  expect(html).not.toContain("<!--#");
  expect(parse(html).querySelector<HTMLInputElement>("#first_name")?.value).toBe(typed);
});

it("gives the static forms a key of each visit, and no other page one", () => {
  for (const [name, html] of staticPages(renderer, catalogues)) {
    const keys = html.match(/value="<!--#echo var="request_id" -->"/g) ?? [];
    expect([name, keys.length]).toEqual([name, /^(form|too-large)\./.test(name) ? 1 : 0]);
    expect(html).not.toContain("key-of-this-visit");
  }
});

it("has the same texts in every language", () => {
  const names = (value: unknown, path = ""): string[] =>
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([name, inner]) => names(inner, `${path}/${name}`))
      : [path, ...(String(value).match(/\{[a-z]+\}/g) ?? []).map((place) => `${path}${place}`)];
  const [first, ...others] = catalogues.map((catalogue) => names(catalogue).sort());
  for (const other of others) {
    expect(other).toEqual(first);
  }
});
