// What compose.yaml promises of every service: pinned, bounded, restarted, without rights it does not
// need, and watched where there is a way.

import { describe, expect, test } from "vitest";

import { exists, textOf, type Yaml } from "./config-files.ts";
import { compose, networksOf, services } from "./config-network.ts";

const all = Object.entries(services);
const runsToCompletion = (service: Yaml): boolean => service.restart === undefined;
const staying = all.filter(([, service]) => !runsToCompletion(service));
const BUILT = ["frontend", "api", "worker", "registrar", "migrate"];

test("what runs to completion is known", () => {
  const names = all.filter(([, service]) => runsToCompletion(service)).map(([name]) => name);
  expect(names.sort()).toEqual(["database-users", "migrate", "registrar", "secrets"]);
});

test("every service of the contract is there", () => {
  expect(staying.map(([name]) => name).sort()).toEqual([
    "alertmanager",
    "api",
    "frontend",
    "grafana",
    "loki",
    "mysql",
    "mysqld-exporter",
    "otel-collector",
    "prometheus",
    "rabbitmq",
    "tempo",
    "worker",
  ]);
});

describe.each(all)("%s", (name, service) => {
  test("has an image of a known version, or one that is built here", () => {
    if (BUILT.includes(name)) expect(service.build).toMatchObject({ context: ".." });
    else expect(service.image).toMatch(/:v?\d+(\.\d+)+(@sha256:[0-9a-f]{64})?$/);
  });

  test("has a memory limit", () => {
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
  });

  test("writes to nothing but its volumes, and has no rights of root's", () => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
    expect(service.security_opt).toContain("no-new-privileges:true");
    expect(service.privileged).toBeUndefined();
  });

  test("is restarted unless it runs to completion", () => {
    if (!runsToCompletion(service)) expect(service.restart).toBe("unless-stopped");
  });

  test("mounts files that are there, for reading only, and volumes that are declared", () => {
    for (const { source, readOnly } of mountsOf(service)) {
      if (source.startsWith(".")) {
        expect(exists(source), source).toBe(true);
        expect(readOnly, source).toBe(true);
      } else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  test("is only on networks that are declared", () => {
    if (service.network_mode !== undefined) expect(service.network_mode).toBe("none");
    else
      for (const network of networksOf(name))
        expect(Object.keys(compose.networks)).toContain(network);
  });

  test("waits for health only where it is checked, and for nothing that its profile leaves out", () => {
    for (const [other, { condition }] of Object.entries<Yaml>(service.depends_on ?? {})) {
      if (condition === "service_healthy") expect(hasHealthCheck(other), other).toBe(true);
      for (const profile of services[other].profiles ?? [])
        expect(service.profiles).toContain(profile);
    }
  });
});

test.each(staying.map(([name]) => name))(
  "%s has a health check where its image has a way",
  (name) => {
    // The image is empty but for the collector; port 13133 answers probes from outside.
    expect(hasHealthCheck(name)).toBe(name !== "otel-collector");
  },
);

test("only the pages are published to other machines, and to this one only what people open", () => {
  const ports = Object.fromEntries(
    all.filter(([, service]) => service.ports).map(([name, service]) => [name, service.ports]),
  );
  expect(ports).toEqual({
    frontend: ["${REGISTRAR_PORT:-8080}:8080"],
    api: ["127.0.0.1:5000:5000", "127.0.0.1:9100:9100"],
    rabbitmq: ["127.0.0.1:15672:15672"],
    "otel-collector": ["127.0.0.1:4317:4317", "127.0.0.1:4318:4318"],
    prometheus: ["127.0.0.1:9090:9090"],
    alertmanager: ["127.0.0.1:9093:9093"],
    tempo: ["127.0.0.1:3200:3200"],
    grafana: ["127.0.0.1:3000:3000"],
  });
});

test("no volume is declared and not used", () => {
  const used = new Set(all.flatMap(([, service]) => mountsOf(service).map(({ source }) => source)));
  for (const volume of Object.keys(compose.volumes)) expect([...used]).toContain(volume);
});

test.each(["prometheus", "alertmanager", "tempo"])(
  "%s reads the file that is mounted for it",
  (name) => {
    const option = services[name].command
      .map((argument: string) => /^--?config\.file=(.+)$/.exec(argument)?.[1])
      .find(Boolean);
    expect(mountsOf(services[name]).map(({ target }) => target)).toContain(option);
  },
);

test.each([
  ["otel-collector", "/etc/otelcol-contrib/config.yaml"],
  ["loki", "/etc/loki/local-config.yaml"],
])("%s has its file where its image looks for one", (name, path) => {
  expect(services[name].command).toBeUndefined();
  expect(mountsOf(services[name]).map(({ target }) => target)).toContain(path);
});

function hasHealthCheck(name: string): boolean {
  const service = services[name];
  if (service.healthcheck !== undefined) return true;
  if (service.build === undefined) return false;
  const file = textOf(service.build.dockerfile.replace(/^infra\//, ""));
  const target = service.build.target;
  const stage = file.split(/^FROM /m).find((text) => text.includes(` AS ${target}\n`));
  return /^HEALTHCHECK (?!NONE)/m.test(target === undefined ? file : (stage ?? ""));
}

type Mount = { source: string; target: string; readOnly: boolean };

function mountsOf({ volumes }: Yaml): Mount[] {
  return (volumes ?? []).map((volume: Yaml): Mount => {
    if (typeof volume === "object") {
      return { source: volume.source, target: volume.target, readOnly: volume.read_only === true };
    }
    const [source = "", target = "", mode] = volume.split(":");
    return { source, target, readOnly: mode === "ro" };
  });
}
