import { test as base } from "@playwright/test";
import { Installation, type Differences } from "./installation";
import { texts, type Texts } from "./texts";

/** Installations that tests share, by what they are good for; each starts when first asked for. */
const KINDS = {
  whole: {},
  withoutWorker: { worker: false },
  paused: { worker: false },
  withoutBroker: { worker: false, api: { AMQP_URL: "amqp://guest:guest@127.0.0.1:9/%2f" } },
  withoutDatabase: { worker: false, api: { DATABASE_URL: "mysql://root@127.0.0.1:9/registrar" } },
  strict: { api: { REGISTRAR_RATE_PER_SECOND: "1", REGISTRAR_RATE_BURST: "1" } },
} satisfies Record<string, Differences>;

type Kind = keyof typeof KINDS;

/** Those of one worker of Playwright. */
export class Installations {
  readonly #started = new Map<Kind, Promise<Installation>>();

  get(kind: Kind): Promise<Installation> {
    let started = this.#started.get(kind);
    if (started === undefined) {
      started = Installation.start(KINDS[kind]);
      this.#started.set(kind, started);
    }
    return started;
  }

  async restoreAll(): Promise<void> {
    for (const started of this.#started.values()) {
      (await started).way.restore();
    }
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#started.values()].map(async (one) => (await one).stop()));
  }
}

interface OfTest {
  /** The sentences in the language of the project. */
  t: Texts;
  /** Registrar with all its parts. */
  registrar: Installation;
  restored: undefined;
  /** What the browser refused to do because of a page's policy, and uncaught errors of scripts. */
  complaints: string[];
}

interface OfWorker {
  installations: Installations;
}

export const test = base.extend<OfTest, OfWorker>({
  installations: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what is needed
    async ({}, use) => {
      const installations = new Installations();
      await use(installations);
      await installations.stopAll();
    },
    { scope: "worker" },
  ],
  t: async ({ locale }, use) => {
    await use(locale?.startsWith("fa") === true ? texts.fa : texts.en);
  },
  registrar: async ({ installations }, use) => {
    await use(await installations.get("whole"));
  },
  // For every test, so that the next one finds them as they were.
  restored: [
    async ({ installations }, use) => {
      await use(undefined);
      await installations.restoreAll();
    },
    { auto: true },
  ],
  // For every test: no page may break its own policy, and no script fail.
  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      context.on("console", (message) => {
        if (message.text().includes("Content Security Policy")) {
          complaints.push(message.text());
        }
      });
      context.on("weberror", (error) => complaints.push(error.error().message));
      await use(complaints);
      base.expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect } from "@playwright/test";
