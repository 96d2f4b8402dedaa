/** A session in the request's context: what it gives, and where it bites. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Hono } from "hono";
import { ConcurrentUseError, createEngine, select, sessionmaker } from "../lib/mod.ts";
import { testDatabase } from "../testing/test_database.ts";
import { emptyTables } from "../testing/application.ts";
import { Toy } from "./models.ts";
import { currentSession, sessionPerRequest } from "./request_session.ts";

const database = testDatabase(import.meta.url);

/** Is passed no session. */
async function addToy(name: string): Promise<void> {
  currentSession().add(new Toy({ name }));
  await currentSession().flush();
}

database.test("each request finds its own session, which commits a success and rolls back the rest", async (url) => {
  await emptyTables(url);
  await using engine = createEngine(url, { poolSize: 4 });
  const application = new Hono();
  application.onError((_, context) => context.text("", 500));
  application.use(sessionPerRequest(sessionmaker(engine)));
  application.post("/toys/:name", async (context) => {
    const own = currentSession();
    await addToy(context.req.param("name"));
    assertEquals(currentSession(), own);
    if (context.req.query("fail") === "thrown") throw new Error("the second half went wrong");
    return context.text("", context.req.query("fail") ? 409 : 201);
  });
  application.get("/none", (context) => context.text(""));
  const statuses = await Promise.all(
    ["kite", "car", "ghost?fail=thrown", "spook?fail=told", "boat"].map(async (path) =>
      (await application.request(`/toys/${path}`, { method: "POST" })).status
    ),
  );
  assertEquals(statuses, [201, 201, 500, 409, 201]);
  await using session = sessionmaker(engine)();
  const names = (await session.scalars(select(Toy).orderBy("name"))).all().map(({ name }) => name);
  assertEquals(names, ["boat", "car", "kite"]);
  await session.close();
  let connections = 0;
  engine.events.on("checkout", () => void connections++);
  await application.request("/none");
  assertEquals([connections, engine.poolStatus.held], [0, 0], "a session that is not used takes no connection");
});

database.test("outside of a request there is none, and two tasks of one request get in each other's way", async (url) => {
  await emptyTables(url);
  assertThrows(() => currentSession(), Error, "works only while sessionPerRequest() handles a request");
  await using engine = createEngine(url);
  const application = new Hono();
  application.use(sessionPerRequest(sessionmaker(engine)));
  application.get("/both", async (context) => {
    await assertRejects(() => Promise.all([addToy("kite"), addToy("car")]), ConcurrentUseError);
    return context.text("", 409);
  });
  assertEquals((await application.request("/both")).status, 409);
});
