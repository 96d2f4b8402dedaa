import { OpenAPIHono } from "@hono/zod-openapi";
import type { z } from "zod";
import { type Sessions, sessions } from "../../app/database.ts";
import { metadata, Toy, User } from "../../app/models.ts";
import { type Engine, type EngineEvent, type Session, sessionmaker } from "../../lib/mod.ts";
import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";
import { withCheckSchema } from "./check_schema.ts";
import { anyName, anyNumber } from "./unguessable.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "08.1",
    title: "DELETE /toys/:id",
    todo: "Put a function in place of TODO: (application, sessions) => { application.delete(…) }.",
    hints: [
      'application.delete("/toys/:id", (context) => sessions.write(async (session) => { … })) provides the session of the request.',
      'In it: const toy = await session.get(Toy, context.req.param("id")); null means 404.',
      "session.delete(toy) marks it; write() commits when the function returns. return context.body(null, 204).",
    ],
    grade: (answer) => withShop(answer as { url: string; addDelete: AddDelete }, gradeDelete),
  }),
  exercise({
    id: "08.2",
    title: "Always returned",
    todo: "Put an async function in place of TODO: async (getSession, work) => { … }.",
    hints: [
      "await using session = getSession(); closes it at the end of the block, however the block is left.",
      "Closing a session without a commit rolls it back. Only the commit after the work must be written.",
    ],
    grade: (answer) => withShop(answer as { url: string; inSession: InSession }, gradeInSession),
  }),
  exercise({
    id: "08.3",
    title: "The schema of an order",
    todo: "Put a schema in place of TODO: z.strictObject({ … }).",
    hints: [
      "z.uuid(), z.number().int().min(…).max(…), z.string().max(…).optional()",
      "z.object() silently drops unknown fields; z.strictObject() rejects them.",
    ],
    grade: (answer) => gradeSchema(answer as z.ZodType),
  }),
  exercise({
    id: "08.4",
    title: "Two statements for any number of users",
    todo: "Put an async function in place of TODO: async (session) => { … }.",
    hints: [
      'select(User).orderBy("name").options(selectinload("toys")) loads all users and all their toys.',
      "Then the loop needs no further queries: user.toys.size.",
    ],
    grade: (answer) => withShop(answer as { url: string; counts: Counts }, gradeCounts),
  }),
];

export default exercises;

type AddDelete = (application: OpenAPIHono, sessions: Sessions<Session>) => void;
type InSession = (getSession: () => Session, work: (session: Session) => Promise<string>) => Promise<string>;
type Counts = (session: Session) => Promise<{ name: string; toys: number }[]>;

const NOBODY = "00000000-0000-4000-8000-000000000000";

/** Runs a grader with the tables of the application and three toys. */
function withShop<Answer extends { url: string }>(
  answer: Answer,
  grade: (engine: Engine, answer: Answer, toys: Toy[]) => Promise<Verdict>,
): Promise<Verdict> {
  const given = Object.values(answer).find((value) => value !== answer.url);
  if (typeof given !== "function") return Promise.resolve(notYet("The answer must be a function."));
  return withCheckSchema(answer.url, async (engine) => {
    await engine.begin((connection) => metadata.createAll(connection));
    const toys = ["kite", "car", "boat"].map((name) => new Toy({ name }));
    await sessionmaker(engine).begin((session) => session.addAll(toys));
    return await grade(engine, answer, toys);
  });
}

async function names(engine: Engine): Promise<string> {
  await using connection = await engine.connect();
  return String((await connection.execute("SELECT string_agg(name, ', ' ORDER BY name) FROM toys")).scalar());
}

async function gradeDelete(engine: Engine, { addDelete }: { addDelete: AddDelete }, toys: Toy[]): Promise<Verdict> {
  const application = new OpenAPIHono();
  application.onError((error, context) => context.text(`${error.name}: ${error.message}`, 500));
  addDelete(application, sessions(engine));
  const [, car] = toys;
  const remove = async (id: string) => {
    const response = await application.request(`/toys/${id}`, { method: "DELETE" });
    return { status: response.status, body: await response.text() };
  };
  const first = await remove(car.id);
  if (first.status !== 204 || first.body !== "") {
    return notYet(
      `DELETE of the car should return 204 without a body; it returned ${first.status} ${first.body.slice(0, 200)}`,
    );
  }
  const left = await names(engine);
  if (left !== "boat, kite") {
    return notYet(`Afterwards boat and kite should remain; found ${left}. Was the change committed?`);
  }
  for (const [what, id] of [["the car again", car.id], ["an unknown id", NOBODY]]) {
    const { status, body } = await remove(id);
    if (status !== 404) {
      return notYet(`DELETE of ${what} should return 404; it returned ${status} ${body.slice(0, 200)}`);
    }
  }
  const other = await remove(toys[2].id);
  const rest = await names(engine);
  if (other.status !== 204 || rest !== "kite") {
    return notYet(`Then DELETE of the boat returned ${other.status}. Expected 204, and kite left; found ${rest}.`);
  }
  if (engine.poolStatus.held > 0) return notYet(`${engine.poolStatus.held} connections were not returned.`);
  return pass("204, then 404, and all connections were returned.");
}

async function gradeInSession(engine: Engine, { inSession }: { inSession: InSession }): Promise<Verdict> {
  const getSession = sessionmaker(engine);
  const made = anyName("made");
  const value = await inSession(getSession, (session) => {
    session.add(new Toy({ name: "ball" }));
    return Promise.resolve(made);
  });
  if (value !== made) return notYet(`It should return the result of the work; it returned ${Deno.inspect(value)}.`);
  if (!(await names(engine)).startsWith("ball")) return notYet("The work succeeded, but its toy is not in the table.");
  if (engine.poolStatus.held > 0) return notYet("After successful work the connection was not returned.");
  class Broken extends Error {}
  let passedOn = false;
  await inSession(getSession, async (session) => {
    session.add(new Toy({ name: "ghost" }));
    await session.flush();
    throw new Broken();
  }).catch((error) => passedOn = error instanceof Broken);
  if (!passedOn) return notYet("The work failed, but the caller got no error.");
  if (engine.poolStatus.held > 0) return notYet("After failed work the connection was not returned.");
  if ((await names(engine)).includes("ghost")) return notYet("The work failed, but its toy was committed.");
  return pass("Committed or rolled back, and returned in both cases.");
}

function gradeSchema(schema: z.ZodType): Verdict {
  if (typeof schema?.safeParse !== "function") return notYet("The answer must be a zod schema.");
  const toy = "0b9c1d2e-3f40-4a5b-8c6d-7e8f90a1b2c3";
  const good: [string, unknown][] = [
    ["an order", { toy, quantity: 1 }],
    ["99 of them with a note", { toy, quantity: 99, note: "x".repeat(200) }],
    ["42 of another", { toy: "11111111-2222-4333-8444-555555555555", quantity: 42, note: "" }],
  ];
  for (const [what, body] of good) {
    const { success, error } = schema.safeParse(body);
    if (!success) {
      return notYet(`${what} should be valid, but: ${error.issues[0].path.join(".")} ${error.issues[0].message}`);
    }
  }
  const bad: [string, unknown][] = [
    ["a toy that is not a UUID", { toy: "kite", quantity: 1 }],
    ["no toy", { quantity: 1 }],
    ["a quantity of 0", { toy, quantity: 0 }],
    ["a quantity of 100", { toy, quantity: 100 }],
    ["a quantity of 1.5", { toy, quantity: 1.5 }],
    ['the quantity "2" as a string', { toy, quantity: "2" }],
    ["a note of 201 characters", { toy, quantity: 1, note: "x".repeat(201) }],
    ["a field quantitty", { toy, quantity: 1, quantitty: 2 }],
  ];
  for (const [what, body] of bad) {
    if (schema.safeParse(body).success) return notYet(`${what} should be rejected, but was accepted.`);
  }
  return pass("Three valid bodies accepted, eight invalid ones rejected.");
}

async function gradeCounts(engine: Engine, { counts }: { counts: Counts }, toys: Toy[]): Promise<Verdict> {
  const getSession = sessionmaker(engine);
  const wanted: { name: string; toys: number }[] = [];
  for (const users of [3, 9]) {
    const some = Array.from({ length: 3 }, (_, index) => {
      return { name: `user ${users}${index}`, toys: anyNumber(index === 0 ? 2 : 1, 3) };
    });
    await getSession.begin((session) =>
      session.addAll(some.map((user) => User.create({ ...user, toys: toys.slice(0, user.toys) })))
    );
    wanted.push(...some);
    const sent: string[] = [];
    const stop = engine.events.on("query", ({ sql }: EngineEvent & { type: "query" }) => {
      if (!/^(BEGIN|COMMIT|ROLLBACK)/.test(sql)) sent.push(sql);
    });
    await using session = getSession();
    const found = await counts(session);
    stop();
    if (JSON.stringify(found) !== JSON.stringify(wanted)) {
      return notYet(`It should return ${Deno.inspect(wanted)}; it returned ${Deno.inspect(found)}.`);
    }
    if (sent.length > 2) return notYet(`Right, but ${wanted.length} users took ${sent.length} statements.`);
  }
  return pass("Two statements for three users, and for six.");
}
