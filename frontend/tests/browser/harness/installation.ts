import { Process, run } from "./process";
import { DIST } from "./places";
import { Database, VirtualHost } from "./servers";
import { Way } from "./way";

/** What differs from the whole of Registrar. */
export interface Differences {
  worker?: boolean;
  /** Settings of the API. */
  api?: Record<string, string>;
}

let made = 0;

/** Registrar as it is installed: API, worker and nginx, with a database and a broker of their own. */
export class Installation {
  /** Where nginx is, like http://127.0.0.1:8080. */
  url = "";
  readonly way = new Way();
  readonly database: Database;
  readonly #vhost: VirtualHost;
  readonly #settings: Record<string, string>;
  readonly #differences: Differences;
  #api: Process | undefined;
  #worker: Process | undefined;
  #nginx: Process | undefined;

  private constructor(differences: Differences) {
    made += 1;
    const name = `registrar_browser_${String(process.pid)}_${String(made)}`;
    this.database = new Database(name);
    this.#vhost = new VirtualHost(name);
    this.#differences = differences;
    this.#settings = {
      DATABASE_URL: this.database.url,
      AMQP_URL: this.#vhost.url,
      REGISTRAR_METRICS_ADDRESS: "127.0.0.1:0",
      REGISTRAR_LOG_FORMAT: "json",
      REGISTRAR_OPERATOR: "tests",
    };
  }

  static async start(differences: Differences = {}): Promise<Installation> {
    const installation = new Installation(differences);
    await installation.#start();
    return installation;
  }

  async #start(): Promise<void> {
    await Promise.all([this.database.create(), this.#vhost.create()]);
    await run("registrar", ["migrate"], this.#settings);
    // A student that the database refuses, so that there is one on hold.
    await this.database.sql(
      "ALTER TABLE students ADD CONSTRAINT poison CHECK (first_name <> 'Mallory')",
    );
    const port = await this.way.listen();
    this.#nginx = new Process("registrar-local", [
      ...["pages", "--listen", "0", "--api", String(port), "--pages", DIST],
    ]);
    if (this.#differences.worker !== false) {
      this.startWorker();
    }
    const said = (output: string) => /^http:\S+/m.exec(output)?.[0];
    [this.url] = await Promise.all([this.#nginx.said(said), this.startApi()]);
  }

  startWorker(): void {
    this.#worker = new Process("registrar-worker", [], this.#settings);
  }

  /** Starts the API, as at the beginning or after {@link stopApi}. */
  async startApi(): Promise<void> {
    this.#api = new Process("registrar-api", [], {
      REGISTRAR_API_ADDRESS: "127.0.0.1:0",
      REGISTRAR_DERIVATION_SECRET: "a derivation secret for tests only, 32+",
      REGISTRAR_SEALING_SECRETS: "a sealing secret for the tests only",
      REGISTRAR_RATE_PER_SECOND: "0",
      REGISTRAR_DRAIN_DELAY: "0s",
      REGISTRAR_TRUSTED_PROXIES: "127.0.0.1",
      REGISTRAR_PAGES: `${DIST}/templates`,
      ...this.#settings,
      ...this.#differences.api,
    });
    const { address } = await this.#api.logged("listening");
    this.way.target = Number(address?.split(":").at(-1));
    if (this.#differences.api?.["AMQP_URL"] === undefined) {
      await until("the API is ready", async () => {
        const answer = await fetch(`http://${address ?? ""}/readyz`);
        return answer.ok;
      });
    }
  }

  /** Ends the API at once. */
  async stopApi(): Promise<void> {
    this.way.target = undefined;
    await this.#api?.kill();
  }

  /** Runs a command of operators. */
  async registrar(...args: readonly string[]): Promise<void> {
    await run("registrar", args, this.#settings);
  }

  /** A new key of an importer. */
  async key(importer = "north-school"): Promise<string> {
    return (await run("registrar", ["keys", "create", importer], this.#settings)).trim();
  }

  /** How many rows an e-mail address has among the registered students. */
  async registered(email: string): Promise<number> {
    const rows = await this.database.sql(`SELECT id FROM students WHERE email = '${email}'`);
    return rows.length;
  }

  async stop(): Promise<void> {
    for (const process of [this.#nginx, this.#api, this.#worker]) {
      await process?.kill();
    }
    this.way.close();
    await Promise.all([this.database.drop(), this.#vhost.drop()]);
  }
}

const TIMEOUT_MS = 20_000;
const INTERVAL_MS = 20;

/** Asks until the answer is yes. */
export async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!(await ask())) {
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${String(TIMEOUT_MS)} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}
