import type { Page } from "@playwright/test";

export type Student = Record<"first_name" | "last_name" | "email", string>;

let born = 0;

/** A student with an e-mail address of their own. */
export function someone(): Student {
  born += 1;
  return {
    first_name: "Ada",
    last_name: "Lovelace",
    email: `ada.${String(process.pid)}.${String(born)}.${String(Date.now())}@example.org`,
  };
}

/** A student that the database refuses, see Installation. */
export function poison(): Student {
  return { ...someone(), first_name: "Mallory" };
}

/** Types into the form what is given of a student. */
export async function fillIn(page: Page, student: Partial<Student>): Promise<void> {
  for (const [name, value] of Object.entries(student)) {
    await page.locator(`#${name}`).fill(value);
  }
}

/** Presses the form's button. */
export async function submit(page: Page): Promise<void> {
  await page.locator("main[data-page=form] button[type=submit]").click();
}

/** Goes to the form, fills it in and submits it. */
export async function register(page: Page, url: string, student: Student): Promise<void> {
  await page.goto(url);
  await fillIn(page, student);
  await submit(page);
}

/** Another tab as "Duplicate" opens it: with a copy of what the first one has stored. */
export async function duplicate(page: Page): Promise<Page> {
  const [tab] = await Promise.all([
    page.waitForEvent("popup"),
    page.evaluate(() => {
      window.open(location.href);
    }),
  ]);
  return tab;
}

/** Registers without a browser; the answer's status address. */
export async function accepted(url: string, student: Student): Promise<string> {
  const answer = await fetch(`${url}/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(student),
  });
  const body = (await answer.json()) as { status_url?: string };
  if (answer.status !== 202 || body.status_url === undefined) {
    throw new Error(`Not accepted: ${String(answer.status)} ${JSON.stringify(body)}`);
  }
  return `${url}${body.status_url}`;
}
