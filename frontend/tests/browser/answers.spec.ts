import { expect, test } from "./harness/fixtures";
import { accepted, someone } from "./harness/students";
import { texts } from "./harness/texts";

const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const PROGRAM = { accept: "application/json" };
const PAGE = "text/html; charset=utf-8";
const PROBLEM = "application/problem+json";

/** The media type of an answer, and what it begins with. */
async function answer(url: string, init: RequestInit = {}) {
  const response = await fetch(url, { redirect: "manual", ...init });
  const type = response.headers.get("content-type");
  return { status: response.status, type, headers: response.headers, text: await response.text() };
}

function form(student: Record<string, string>, headers: Record<string, string>): RequestInit {
  return { method: "POST", headers, body: new URLSearchParams(student) };
}

test("one address answers a browser with a page and a program with JSON", async ({ registrar }) => {
  const { url } = registrar;
  const status = await accepted(url, someone());
  const unknown = ["/nothing", "/registrations", "/registrations/"].map((path) => `${url}${path}`);
  unknown.push(status.slice(0, -1), `${status}/`, `${status}/x`);
  for (const address of [url, status, ...unknown]) {
    const page = await answer(address, { headers: BROWSER });
    const json = await answer(address, { headers: PROGRAM });
    expect(page.type).toBe(PAGE);
    expect(page.text).toMatch(/^<!doctype html>/);
    expect(json.type).toMatch(/^application\/(problem\+)?json$/);
    expect(JSON.parse(json.text)).toHaveProperty("message");
    expect(json.status).toBe(page.status);
    expect(page.status).toBe(unknown.includes(address) ? 404 : 200);
  }
  const page = await answer(`${url}/register`, form({ ...someone() }, BROWSER));
  expect(page.status).toBe(303);
  expect(page.headers.get("location")).toMatch(/^\/registrations\//);
  const json = await answer(`${url}/register`, form({ ...someone() }, PROGRAM));
  expect(json.status).toBe(202);
});

test("a program that says nothing gets JSON everywhere but at the front door", async ({
  registrar,
}) => {
  const { url } = registrar;
  const anything = { headers: { accept: "*/*" } };
  expect((await answer(url, anything)).type).toBe(PAGE);
  expect((await answer(await accepted(url, someone()), anything)).type).toBe("application/json");
  expect((await answer(`${url}/nothing`, anything)).type).toBe(PROBLEM);
  expect((await answer(`${url}/limits`, anything)).type).toBe("application/json");
});

test("every kind of answer has each security header once", async ({ registrar }) => {
  const { url, way } = registrar;
  const status = await accepted(url, someone());
  const asset = /\/assets\/[^"]+\.css/.exec((await answer(url)).text)?.[0] ?? "";
  const check = async (address: string, init?: RequestInit) => {
    const { headers } = await answer(address, init);
    expect(headers.get("x-content-type-options"), address).toBe("nosniff");
    expect(headers.get("referrer-policy"), address).toBe("no-referrer");
    expect(headers.get("x-frame-options"), address).toBe("DENY");
    expect(headers.get("cross-origin-opener-policy"), address).toBe("same-origin");
    expect(headers.get("cross-origin-resource-policy"), address).toBe("same-origin");
    expect(headers.get("server"), address).toBe("nginx");
    const policy = headers.get("content-security-policy");
    expect(policy, address).toMatch(/^default-src 'none'; [^,]+$/);
    expect(policy, address).toContain("frame-ancestors 'none'");
    expect(policy, address).not.toContain("unsafe");
    expect(headers.get("cache-control"), address).toMatch(
      /^[^,]+(?:, (?:max-age=\d+|immutable|no-cache|must-revalidate))*$/,
    );
  };
  for (const init of [{ headers: BROWSER }, { headers: PROGRAM }]) {
    for (const path of [
      "/",
      asset,
      "/favicon.svg",
      "/limits",
      "/docs",
      "/nothing",
      "/assets/gone.js",
    ]) {
      await check(`${url}${path}`, init);
    }
    await check(status, init);
    await check(`${url}/register`, form({}, init.headers));
    await check(`${url}/register`, form({ first_name: "x".repeat(100_000) }, init.headers));
  }
  way.cut();
  await check(status, { headers: BROWSER });
  await check(status, { headers: PROGRAM });
});

test("assets are compressed and kept for ever, pages never", async ({ registrar }) => {
  const { url } = registrar;
  const page = await answer(url, { headers: { ...BROWSER, "accept-encoding": "gzip" } });
  expect(page.headers.get("cache-control")).toBe("no-store");
  expect(page.headers.get("content-encoding")).toBe("gzip");
  for (const [path] of page.text.matchAll(/\/assets\/[^"]+/g)) {
    const { headers } = await answer(`${url}${path}`, { headers: { "accept-encoding": "gzip" } });
    expect(headers.get("content-encoding")).toBe("gzip");
    expect(headers.get("vary")).toBe("Accept-Encoding");
    expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  }
  const gone = await answer(`${url}/assets/gone.js`);
  expect(gone.status).toBe(404);
  expect(gone.headers.get("cache-control")).toBe("no-store");
});

test("a compressed answer of the API is known again by its tag", async ({ registrar }) => {
  const address = `${registrar.url}/openapi.json`;
  const compressed = { "accept-encoding": "gzip" };
  const first = await answer(address, { headers: compressed });
  expect(first.headers.get("content-encoding")).toBe("gzip");
  const again = { ...compressed, "if-none-match": first.headers.get("etag") ?? "" };
  expect((await answer(address, { headers: again })).status).toBe(304);
});

test("an API that is down is reported as a page or as a problem, with when to come back", async ({
  registrar,
}) => {
  const { url, way } = registrar;
  const status = await accepted(url, someone());
  way.cut();
  const page = await answer(status, { headers: { ...BROWSER, "accept-language": "fa" } });
  expect(page).toMatchObject({ status: 503, type: PAGE });
  expect(page.text).toContain(texts.fa.pages.away.lead);
  expect(page.headers.get("retry-after")).toBe("5");
  // By itself only what was looked at: what was posted must not be reloaded away.
  expect(page.headers.get("refresh")).toBe("30");
  const posted = await answer(`${url}/register?lang=fa`, form({ ...someone() }, BROWSER));
  expect(posted).toMatchObject({ status: 503, type: PAGE });
  expect(posted.text).toContain(texts.fa.pages.away.sent);
  expect(posted.headers.get("refresh")).toBeNull();
  const json = await answer(status, { headers: PROGRAM });
  expect(json).toMatchObject({ status: 503, type: PROBLEM });
  expect(JSON.parse(json.text)).toMatchObject({ status: 503 });
  expect(json.headers.get("retry-after")).toBe("5");
});

test("what the API itself refuses passes as it is", async ({ installations }) => {
  const { url } = await installations.get("withoutBroker");
  const json = await answer(`${url}/register`, form({ ...someone() }, PROGRAM));
  expect(json).toMatchObject({ status: 503, type: PROBLEM });
  expect(JSON.parse(json.text)).toMatchObject({ type: "/docs#cannot-accept-now" });
  const page = await answer(`${url}/register`, form({ ...someone() }, BROWSER));
  expect(page).toMatchObject({ status: 503, type: PAGE });
  expect(page.text).toContain(texts.en.problems["cannot-accept-now"]);
});

test("a body that is not read is refused as a page or as a problem", async ({ registrar }) => {
  const tooLong = (headers: Record<string, string>) =>
    answer(`${registrar.url}/register`, form({ first_name: "x".repeat(100_000) }, headers));
  const page = await tooLong(BROWSER);
  expect(page).toMatchObject({ status: 413, type: PAGE });
  expect(page.text).toContain(texts.en.problems["body-too-large"]);
  const json = await tooLong(PROGRAM);
  expect(json).toMatchObject({ status: 413, type: PROBLEM });
  expect(JSON.parse(json.text)).toMatchObject({ type: "/docs#body-too-large", status: 413 });
});

test("the address of a sent form leads to the form", async ({ registrar }) => {
  for (const [query, location] of [
    ["", "/"],
    // What may name a student does not go on.
    ["?lang=fa&email=ada%40example.org", "/?lang=fa"],
  ]) {
    const page = await answer(`${registrar.url}/register${query ?? ""}`, { headers: BROWSER });
    expect(page.status).toBe(303);
    expect(page.headers.get("location")).toBe(location);
  }
  expect((await answer(`${registrar.url}/register`, { headers: PROGRAM })).status).toBe(405);
});

test("clients cannot claim another address to get round the rate limit", async ({
  installations,
}) => {
  const { url } = await installations.get("strict");
  let claims = 0;
  const ask = async () => {
    claims += 1;
    // Never the same one twice.
    const headers = { "x-forwarded-for": `2001:db8:${claims.toString(16)}::1` };
    return (await answer(`${url}/limits`, { headers })).status;
  };
  // Of requests at the same time one is over the limit, however slow the machine is.
  await expect.poll(() => Promise.all([ask(), ask(), ask()])).toContain(429);
});

test("events come through at once, and a stranger's trace ends at the door", async ({
  installations,
}) => {
  const { url } = await installations.get("withoutWorker");
  const events = await fetch(`${await accepted(url, someone())}/events`);
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  expect(first?.value).toContain("event: status");
  await reader?.cancel();

  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const traceparent = `00-${trace}-00f067aa0ba902b7-01`;
  const json = await answer(`${url}/registrations/none`, { headers: { traceparent } });
  expect(JSON.parse(json.text)).not.toMatchObject({ trace_id: trace });
});
