/** What clients may send that is no ordinary request: each gets a status that OpenAPI names, and never 500. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createEngine, type DriverName } from "../lib/mod.ts";
import { testDatabase } from "../testing/test_database.ts";
import { emptyTables, start, type Started } from "../testing/application.ts";
import { until } from "../testing/until.ts";

const database = testDatabase(import.meta.url);
const NOBODY = "00000000-0000-4000-8000-000000000000";
const JSON_TYPE = { "content-type": "application/json" };

for (const driver of ["postgres", "pg", "libpq"] as const satisfies DriverName[]) {
  const test = (
    name: string,
    run: (app: Started, url: string) => Promise<void>,
    variables?: Record<string, string>,
  ) =>
    database.test(`${driver}: ${name}`, async (url) => {
      await emptyTables(url);
      await using app = start(url, driver, variables);
      await run(app, url);
      await until("every connection is given back", () => app.held() === 0);
    });
  /** The status and the body, parsed if there is one. */
  const answer = async (response: Promise<Response>) => {
    const text = await (await response).text();
    return { status: (await response).status, headers: (await response).headers, body: text ? JSON.parse(text) : null };
  };
  const status = async (response: Promise<Response>) => (await answer(response)).status;
  const newToy = async (app: Started, name: string) => (await answer(app.send("POST", "/toys", { name }))).body;
  const post = (app: Started, body: BodyInit | undefined, headers: Record<string, string> = JSON_TYPE) =>
    fetch(`${app.url}/toys`, { method: "POST", body, headers });

  test("a name that every object has is no file, no parameter and no field", async (app) => {
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      assertEquals(await status(app.send("GET", `/docs/${name}`)), 404, name);
      assertEquals(await status(app.send("GET", `/${name}`)), 404, name);
      assertEquals(await status(app.send("GET", `/toys/${name}`)), 422, name);
      assertEquals(await status(app.send("GET", `/toys?${name}=1&${name}=2`)), 200, name);
      assertEquals(await status(post(app, `{"${name}": {"name": "kite"}}`)), 422, name);
      assertEquals(await status(post(app, "{}", { "content-type": name })), 415, name);
    }
  });

  test("a body that is not UTF-8 is 422, and nothing is stored damaged", async (app) => {
    const latin1 = Uint8Array.from('{"name":"k\xefte"}', (letter) => letter.charCodeAt(0));
    const { status, body } = await answer(post(app, latin1));
    assertEquals([status, body.errors], [422, [{
      field: ["body"],
      message: "The request body is not encoded in UTF-8.",
    }]]);
    assertEquals((await answer(app.send("GET", "/toys"))).body, []);
  });

  test("a missing body is missing, not malformed", async (app) => {
    for (const body of [undefined, ""]) {
      const { status, body: problem } = await answer(post(app, body));
      assertEquals([status, problem.errors], [422, [{ field: ["body"], message: "A JSON body is required." }]]);
    }
  });

  test("a body that never arrives whole is 408", async (app) => {
    const { hostname, port } = new URL(app.url);
    using client = await Deno.connect({ hostname, port: Number(port) });
    const head = "POST /toys HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{";
    await client.write(new TextEncoder().encode(head));
    let said = "";
    for (const bytes = new Uint8Array(4096); !said.endsWith("}");) {
      said += new TextDecoder().decode(bytes.subarray(0, await client.read(bytes) ?? 0));
    }
    assertMatch(said, /^HTTP\/1\.1 408 .*\r\n(.*\r\n)*connection: close\r\n/);
    assertMatch(said, /The request body did not arrive within 0\.2 s\./);
  }, { BODY_TIMEOUT: "200" });

  test("a client that leaves in the middle of its body is no fault of the application", async (app) => {
    const { hostname, port } = new URL(app.url);
    const client = await Deno.connect({ hostname, port: Number(port) });
    const head = "POST /toys HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{";
    await client.write(new TextEncoder().encode(head));
    await until("the request has begun", () => app.traffic.inProgress === 1);
    client.close();
    await until("the request has ended", () => app.log.length === 1);
    assertEquals(app.log[0].status, 422);
  });

  test("another method is 405 and says which there are", async (app) => {
    const allow = async (method: string, path: string) => {
      const response = await fetch(app.url + path, { method });
      await response.body?.cancel();
      return [response.status, response.headers.get("allow")];
    };
    assertEquals(await allow("DELETE", "/toys"), [405, "GET, HEAD, POST"]);
    assertEquals(await allow("PUT", `/toys/${NOBODY}`), [405, "DELETE, GET, HEAD, PATCH"]);
    assertEquals(await allow("PATCH", `/users/${NOBODY}/toys`), [405, "GET, HEAD, POST"]);
    assertEquals(await allow("POST", "/healthz"), [405, "GET, HEAD"]);
    assertEquals(await allow("POST", "/openapi.json"), [405, "GET, HEAD"]);
    assertEquals(await allow("POST", "/nowhere"), [404, null]);
  });

  test("/toys/ is /toys, and / leads to the documentation", async (app) => {
    assertEquals(await status(app.send("GET", "/toys/")), 200);
    const home = await fetch(app.url);
    await home.body?.cancel();
    assertEquals([home.status, new URL(home.url).pathname], [200, "/docs"]);
  });

  test("an id may have any form that PostgreSQL takes, and no other", async (app, url) => {
    const { id } = await newToy(app, "kite");
    const digits = id.replaceAll("-", "");
    const forms = [id.toUpperCase(), digits, `{${id}}`, `{${digits}}`, digits.match(/..../g).join("-")];
    await using engine = createEngine(url);
    await using connection = await engine.connect();
    const { paths } = (await answer(app.send("GET", "/openapi.json"))).body;
    const { pattern } = paths["/toys/{id}"].get.parameters[0].schema;
    for (const form of forms) {
      assertEquals((await connection.execute("SELECT $1::uuid::text", [form])).scalar(), id);
      assertEquals((await answer(app.send("GET", `/toys/${encodeURIComponent(form)}`))).body.id, id, form);
      assertMatch(form, new RegExp(pattern));
    }
    for (const form of [`{${id}`, `${id}}`, `${id}-`, ` ${id}`, digits.slice(1), `0x${digits.slice(2)}`]) {
      assertEquals(await status(app.send("GET", `/toys/${encodeURIComponent(form)}`)), 422, form);
      assert(!new RegExp(pattern).test(form), form);
    }
  });

  test("limit is a number in digits, once", async (app) => {
    for (const limit of ["0x10", "1e2", "", "%201", "-1", "1.5", "99999999999999999999", "1&limit=2"]) {
      const { status, body } = await answer(app.send("GET", `/toys?limit=${limit}`));
      assertEquals([status, body.errors?.[0].field], [422, ["query", "limit"]], limit);
    }
    assertEquals(await status(app.send("GET", `/toys?limit=007`)), 200);
  });

  test("a list says where its next page is, and the last page that there is none", async (app) => {
    for (const name of ["kite", "car", "boat"]) await newToy(app, name);
    const names = [];
    for (let path: string | undefined = "/toys?limit=2"; path !== undefined;) {
      const { headers, body } = await answer(app.send("GET", path));
      names.push(body.length);
      path = /^<(.*)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
    }
    assertEquals(names, [2, 1]);
  });

  test("a response shows ten toys of a user, however many they own, and where the others are", async (app) => {
    const toys: string[] = [];
    for (let n = 0; n < 25; n++) toys.push((await newToy(app, `toy ${n}`)).id);
    toys.sort();
    const made = (await answer(app.send("POST", "/users", { name: "sandy", toys }))).body;
    const ids = (list: { id: string }[]) => list.map(({ id }) => id);
    assertEquals(ids(made.toys), toys.slice(0, 10));
    assertEquals((await answer(app.send("GET", `/users/${made.id}`))).body, made);
    assertEquals((await answer(app.send("POST", `/users/${made.id}/toys`, { toys }))).body, made);
    assertEquals((await answer(app.send("GET", "/users"))).body, [made]);
    assertEquals(ids((await answer(app.send("GET", made.moreToys))).body), toys.slice(10));
    const few = (await answer(app.send("POST", "/users", { toys: toys.slice(0, 10) }))).body;
    assertEquals([few.toys.length, few.moreToys], [10, undefined]);
    assertEquals(await status(app.send("GET", `/users/${NOBODY}/toys`)), 404);
  });

  test("PATCH and DELETE: only the version that was read, if the client asks for that", async (app) => {
    const made = await answer(app.send("POST", "/toys", { name: "kite" }));
    const path = `/toys/${made.body.id}`;
    const send = async (method: string, ifMatch?: string, body?: unknown) => {
      const headers = { ...JSON_TYPE, ...(ifMatch === undefined ? {} : { "if-match": ifMatch }) };
      const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const { status, headers: got } = await answer(fetch(app.url + path, init));
      return [status, got.get("etag")];
    };
    assertEquals(made.headers.get("etag"), '"1"');
    assertEquals(await send("PATCH", '"1"', { name: "big kite" }), [200, '"2"']);
    assertEquals(await send("PATCH", '"1"', { name: "old kite" }), [412, null]);
    assertEquals(await send("PATCH", 'W/"2"', { name: "weak kite" }), [412, null]);
    assertEquals(await send("PATCH", '"9", "2"', { name: "red kite" }), [200, '"3"']);
    assertEquals(await send("PATCH", "*", { name: "any kite" }), [200, '"4"']);
    assertEquals(await send("PATCH", undefined, { name: "kite" }), [200, '"5"']);
    assertEquals(await send("GET"), [200, '"5"']);
    assertEquals(await send("PATCH", "5", { name: "kite" }), [412, null]);
    await newToy(app, "car");
    assertEquals(await send("PATCH", '"5"', { name: "car" }), [409, null]);
    assertEquals(await send("DELETE", '"4"'), [412, null]);
    assertEquals(await send("DELETE", '"5"'), [204, null]);
    assertEquals(await send("DELETE"), [404, null]);
    assertEquals(await send("PATCH", undefined, { name: "kite" }), [404, null]);
  });

  test("a request has an id in its response and in the log, and the trace of its caller", async (app) => {
    const trace = "0af7651916cd43dd8448eb211c80319c";
    const headers = { "x-request-id": "order-7.a", traceparent: `00-${trace}-b7ad6b7169203331-01` };
    const ids = [];
    for (const sent of [headers, {}, { "x-request-id": "two\twords", traceparent: `00-${"0".repeat(32)}-b7ad-01` }]) {
      const response = await fetch(`${app.url}/healthz`, { headers: sent });
      await response.body?.cancel();
      ids.push(response.headers.get("x-request-id"));
    }
    assertEquals(app.log.map(({ requestId }) => requestId), ids as string[]);
    assertEquals(app.log.map(({ traceId }) => traceId), [trace, undefined, undefined]);
    assertEquals(ids[0], "order-7.a");
    for (const id of ids.slice(1)) assertMatch(id!, /^[\da-f-]{36}$/);
  });

  test("/metrics has the figures of the requests and the pool, in Prometheus' format", async (app) => {
    await newToy(app, "kite");
    await app.send("BREW", "/toys").then((response) => response.body?.cancel());
    const response = await app.send("GET", "/metrics");
    const lines = (await response.text()).split("\n");
    assertMatch(response.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
    assert(lines.includes('http_requests_total{method="POST",status="201"} 1'));
    assert(lines.includes('http_requests_total{method="other",status="405"} 1'));
    assert(lines.includes("http_requests_in_progress 1"));
    assert(lines.includes("http_request_duration_seconds_count 2"));
    assert(lines.includes('db_pool_connections{state="held"} 0'));
    assert(lines.includes('db_pool_connections{state="idle"} 1'));
    assert(lines.includes(`db_pool_connections_max ${driver === "libpq" ? 1 : 4}`));
    for (const line of lines.filter(Boolean)) {
      assertMatch(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+)$/);
    }
  });
}
