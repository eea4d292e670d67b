import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./places";
import { Process } from "./process";

const NAMES = ["TEST_DATABASE_URL", "TEST_AMQP_URL", "TEST_AMQP_MANAGEMENT_URL"] as const;

/** Starts MariaDB and RabbitMQ for all tests of a run, unless the environment names some. */
export default async function startServers(): Promise<() => Promise<void>> {
  if (NAMES.every((name) => process.env[name] !== undefined)) {
    return () => Promise.resolve();
  }
  const servers = new Process("registrar-local", ["servers"]);
  for (const name of NAMES) {
    const pattern = new RegExp(`^export ${name}=(\\S+)$`, "m");
    process.env[name] = await servers.said((output) => pattern.exec(output)?.[1]);
  }
  return () => servers.kill();
}

function given(name: (typeof NAMES)[number]): URL {
  return new URL(process.env[name] ?? "");
}

/** A database of one's own. */
export class Database {
  readonly url: string;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
    const url = given("TEST_DATABASE_URL");
    url.pathname = name;
    this.url = url.href;
  }

  async create(): Promise<void> {
    await sql(`CREATE DATABASE ${this.#name} CHARACTER SET utf8mb4`);
  }

  /** Runs statements and returns their rows. */
  async sql(statements: string): Promise<string[]> {
    return sql(statements, this.#name);
  }

  async drop(): Promise<void> {
    await sql(`DROP DATABASE ${this.#name}`);
  }
}

async function sql(statements: string, database?: string): Promise<string[]> {
  const { hostname, port, username, password } = given("TEST_DATABASE_URL");
  const { stdout } = await promisify(execFile)(
    "mariadb",
    [
      ...["--no-defaults", "--batch", "--skip-column-names", "--protocol=TCP"],
      "--default-character-set=utf8mb4",
      ...["--host", hostname, "--port", port, "--user", username],
      ...["--execute", statements, ...(database === undefined ? [] : [database])],
    ],
    { env: { PATH: process.env["PATH"], MYSQL_PWD: password } },
  );
  return stdout.split("\n").filter((line) => line !== "");
}

/** A virtual host of one's own in RabbitMQ, with the shared policies. */
export class VirtualHost {
  readonly url: string;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
    const url = given("TEST_AMQP_URL");
    url.pathname = name;
    this.url = url.href;
  }

  async create(): Promise<void> {
    const file = join(ROOT, "infra/rabbitmq/definitions.json");
    const shared = JSON.parse(readFileSync(file, "utf8")) as { policies: object[] };
    const vhost = this.#name;
    const user = given("TEST_AMQP_URL").username;
    await manage("POST", "definitions", {
      ...shared,
      policies: shared.policies.map((policy) => ({ ...policy, vhost })),
      vhosts: [{ name: vhost }],
      permissions: [{ user, vhost, configure: ".*", write: ".*", read: ".*" }],
    });
  }

  async drop(): Promise<void> {
    await manage("DELETE", `vhosts/${this.#name}`);
  }
}

async function manage(method: string, path: string, body?: object): Promise<void> {
  const { username, password } = given("TEST_AMQP_URL");
  const answer = await fetch(new URL(`api/${path}`, given("TEST_AMQP_MANAGEMENT_URL")), {
    method,
    headers: {
      authorization: `Basic ${btoa(`${username}:${password}`)}`,
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) {
    throw new Error(`${method} ${path}: ${String(answer.status)} ${await answer.text()}`);
  }
}
