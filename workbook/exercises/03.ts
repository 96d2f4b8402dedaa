import {
  type AnyModel,
  CheckViolationError,
  type Engine,
  type EngineEvent,
  type Session,
  sessionmaker,
} from "../../lib/mod.ts";
import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";
import { withCheckSchema } from "./check_schema.ts";
import { anyName, anyNumber } from "./unguessable.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "03.1",
    title: "Sell a toy",
    todo: "Put an async function in place of TODO: async (session, userId, toyId) => { … }.",
    hints: [
      "Get both objects by their keys with session.getOne(User, userId) and session.getOne(Toy, toyId).",
      "Change user.shells and toy.stock, and add Order.create({ userId, toys: [toy] }). Nothing is sent yet.",
      "One await session.commit() at the very end: what is committed earlier stays, even if the rest fails.",
    ],
    grade: (answer) => withShop(answer as Answer<"sell", Sell>, "sell", gradeSell),
  }),
  exercise({
    id: "03.2",
    title: "Before it is sent",
    todo: "Put a function in place of TODO: (session) => … It returns a number.",
    hints: [
      "session.diff() lists the pending statements without sending anything.",
      "Each step has a list of entities, one per row written. Rows of order_toy count, too.",
      "Add up the lengths: session.diff().reduce((sum, step) => sum + step.entities.length, 0).",
    ],
    grade: (answer) => withShop(answer as Answer<"rowsToWrite", RowsToWrite>, "rowsToWrite", gradeRowsToWrite),
  }),
  exercise({
    id: "03.3",
    title: "All prices at once",
    todo: "Put an async function in place of TODO: async (session, by) => { … }.",
    hints: [
      "(await session.scalars(select(Toy))).all() gives every toy as an object.",
      "A loop that changes each toy.price sends nothing. flush() and commit() do: how often do you call them?",
    ],
    grade: (answer) => withShop(answer as Answer<"raisePrices", RaisePrices>, "raisePrices", gradeRaisePrices),
  }),
  exercise({
    id: "03.4",
    title: "Keep what works",
    todo: "Put an async function in place of TODO: async (session, names) => { … return refused; }.",
    hints: [
      "A failed statement aborts the transaction, but only back to the last savepoint.",
      "For each name: await using savepoint = await session.beginNested(), add the user, await savepoint.commit().",
      "Put that into try { … } catch { refused.push(name); }. At the end of the block the savepoint is rolled back if it " +
      "was not committed. After the loop commit the session.",
    ],
    grade: (answer) => withShop(answer as Answer<"addUsers", AddUsers>, "addUsers", gradeAddUsers),
  }),
  exercise({
    id: "03.5",
    title: "The price of this moment",
    todo: "Put an async function in place of TODO: async (session, toy) => … It returns a number.",
    hints: [
      "get() and select() return the object held by the session, with its current values.",
      "One method reloads the values of an object: look at the section on commit and memory.",
    ],
    grade: (answer) => withShop(answer as Answer<"priceNow", PriceNow>, "priceNow", gradePriceNow),
  }),
];

export default exercises;

type UserObject = { id: string; name: string; shells: number };
type ToyObject = { id: string; name: string; price: number; stock: number };
type ModelOf<T> = AnyModel & { new (values: never): T };

/** The notebook's models: the check creates their tables in a separate schema, so that it affects nothing else. */
interface Models {
  readonly User: ModelOf<UserObject>;
  readonly Toy: ModelOf<ToyObject>;
  readonly Order: ModelOf<object>;
}
type Answer<Name extends string, Work> = Models & { url: string } & { [Each in Name]: Work };
type Sell = (session: Session, userId: string, toyId: string) => Promise<unknown>;
type RowsToWrite = (session: Session) => number;
type RaisePrices = (session: Session, by: number) => Promise<unknown>;
type AddUsers = (session: Session, names: string[]) => Promise<string[]>;
type PriceNow = (session: Session, toy: object) => Promise<number>;

/** An empty shop with two users and three toys. */
interface Shop extends Models {
  readonly engine: Engine;
  readonly getSession: () => Session;
  /** Statements sent since the shop was opened. */
  readonly sent: string[];
  /** Returns the first column of every row. */
  values(sql: string): Promise<unknown[]>;
}

const SANDY = "00000000-0000-4000-8000-000000000001";
const SPONGEBOB = "00000000-0000-4000-8000-000000000002";
const CAR = "00000000-0000-4000-8000-00000000000a";
const SHIP = "00000000-0000-4000-8000-00000000000b";

async function withShop<Name extends string, Work>(
  answer: Answer<Name, Work>,
  name: Name,
  grade: (shop: Shop, work: Work) => Promise<Verdict>,
): Promise<Verdict> {
  const { url, User, Toy, Order } = answer;
  const work = answer[name];
  if (typeof work !== "function") return notYet("The answer must be a function.");
  return await withCheckSchema(url, async (engine) => {
    await engine.begin(async (connection) => {
      await User.table.metadata.createAll(connection);
      await connection.execute(`INSERT INTO users (id, name, shells) VALUES
        ('${SANDY}', 'sandy', 20), ('${SPONGEBOB}', 'spongebob', 5)`);
      await connection.execute(`INSERT INTO toys (id, name, price, stock) VALUES
        ('${CAR}', 'car', 5, 3), ('${SHIP}', 'ship', 30, 2), (gen_random_uuid(), 'kite', 7, 1)`);
    });
    const sent: string[] = [];
    engine.events.on("query", (event: EngineEvent & { type: "query" }) => void sent.push(event.sql));
    const values = async (sql: string) => {
      await using connection = await engine.connect();
      return (await connection.execute(sql)).scalars().all();
    };
    return await grade({ User, Toy, Order, engine, getSession: sessionmaker(engine), sent, values }, work);
  });
}

async function gradeSell(shop: Shop, sell: Sell): Promise<Verdict> {
  const state = async (toy = CAR) =>
    (await shop.values(
      `SELECT u.name || ' has ' || shells || ' shells, ' || t.stock || ' ' || t.name || 's are left, ' ||
        (SELECT count(*) FROM orders WHERE user_id = u.id) || ' order(s) with ' ||
        (SELECT count(*) FROM order_toy JOIN orders ON orders.id = order_id WHERE user_id = u.id) || ' toy(s)'
      FROM users u, toys t WHERE u.name = 'sandy' AND t.id = '${toy}'`,
    ))[0];
  {
    await using session = shop.getSession();
    await sell(session, SANDY, CAR);
  }
  const after = await state();
  const wanted = "sandy has 15 shells, 2 cars are left, 1 order(s) with 1 toy(s)";
  if (after !== wanted) {
    const nothing = after === "sandy has 20 shells, 3 cars are left, 0 order(s) with 0 toy(s)";
    const why = nothing && !shop.sent.includes("COMMIT") ? " Nothing was committed." : "";
    return notYet(`sandy bought a car. Expected: ${wanted}. Found: ${after}.${why}`);
  }
  const commits = shop.sent.filter((sql) => sql === "COMMIT").length;
  if (commits > 1) {
    return notYet(
      `The rows are right, but they were committed in ${commits} parts. If the second part fails, the first stays.`,
    );
  }
  const ball = await addBall(shop);
  {
    await using session = shop.getSession();
    await sell(session, SANDY, ball.id);
  }
  const then = await state(ball.id);
  const left = `sandy has ${15 - ball.price} shells, 8 balls are left, 2 order(s) with 2 toy(s)`;
  if (then !== left) return notYet(`Then sandy bought a ball for ${ball.price}. Expected: ${left}. Found: ${then}.`);
  let failure: unknown;
  {
    await using session = shop.getSession();
    await Promise.resolve(sell(session, SPONGEBOB, SHIP)).catch((error) => failure = error);
  }
  const orders = Number((await shop.values("SELECT count(*)::int FROM orders"))[0]);
  const shells = (await shop.values("SELECT shells FROM users WHERE name = 'spongebob'"))[0];
  if (orders !== 2 || shells !== 5) {
    return notYet(
      `spongebob has 5 shells and a ship costs 30. Afterwards he has ${shells}, and there are ${orders} orders, not 2.`,
    );
  }
  if (failure === undefined) {
    return notYet(
      "Nothing was written when spongebob had too few shells, but the caller got no error: do not catch it.",
    );
  }
  if (!(failure instanceof CheckViolationError)) {
    return notYet(
      `Nothing was written when spongebob had too few shells; the error was ${failure}. Let the table's constraint ` +
        "reject it with a CheckViolationError.",
    );
  }
  return pass("All or nothing, in one transaction, and the database constraint rejected the second sale.");
}

/** Adds a toy whose id and price no answer can know. */
async function addBall({ engine }: Shop): Promise<{ id: string; price: number }> {
  const ball = { id: crypto.randomUUID(), price: anyNumber(8, 12) }; // no price of the shop
  await engine.begin((connection) =>
    connection.execute("INSERT INTO toys (id, name, price, stock) VALUES ($1, 'ball', $2, 9)", [ball.id, ball.price])
  );
  return ball;
}

async function gradeRowsToWrite(
  { User, Toy, Order, getSession, sent }: Shop,
  rowsToWrite: RowsToWrite,
): Promise<Verdict> {
  await using session = getSession();
  const sandy = await session.getOne(User, SANDY as never);
  const [car, ship] = [await session.getOne(Toy, CAR as never), await session.getOne(Toy, SHIP as never)];
  const create = (values: object) => (Order as unknown as { create(values: object): object }).create(values);
  const before = sent.length;
  const steps: [what: string, wanted: number, change: () => void][] = [
    ["nothing was changed", 0, () => {}],
    ["one user was changed", 1, () => sandy.shells -= 5],
    [
      "an order of two toys was added, too (the user, the order, and two rows of order_toy)",
      4,
      () => session.add(create({ userId: SANDY, toys: [car, ship] })),
    ],
  ];
  for (const [what, wanted, change] of steps) {
    change();
    for (let time = anyNumber(2, 4); time > 0; time--) { // twice at least: a list of the three numbers does not do
      const found = await rowsToWrite(session);
      if (found === wanted) continue;
      return notYet(`When ${what}, ${wanted} rows are pending; the function returned ${Deno.inspect(found)}.`);
    }
  }
  const writes = sent.slice(before).filter((sql) => /^(INSERT|UPDATE|DELETE)/.test(sql));
  if (writes.length > 0) return notYet(`The numbers are right, but the function sent ${writes.length} statements.`);
  return pass("0, 1 and 4 rows, without sending anything.");
}

async function gradeRaisePrices({ getSession, sent, values }: Shop, raisePrices: RaisePrices): Promise<Verdict> {
  {
    await using session = getSession();
    await raisePrices(session, 2);
  }
  const updates = sent.filter((sql) => sql.startsWith("UPDATE")).length;
  const prices = (await values("SELECT price FROM toys ORDER BY price")).join(", ");
  if (prices !== "7, 9, 32") return notYet(`The prices were 5, 7, 30 and should go up by 2. Now they are ${prices}.`);
  if (updates > 1) return notYet(`The prices are right, but they took ${updates} UPDATE statements: one is enough.`);
  const by = anyNumber(3, 9);
  {
    await using session = getSession();
    await raisePrices(session, by);
  }
  const later = (await values("SELECT price FROM toys ORDER BY price")).join(", ");
  const wanted = [7 + by, 9 + by, 32 + by].join(", ");
  if (later !== wanted) return notYet(`Then they should go up by ${by}, to ${wanted}. Now they are ${later}.`);
  return pass("Three rows, one UPDATE.");
}

async function gradeAddUsers({ engine, getSession, sent, values }: Shop, addUsers: AddUsers): Promise<Verdict> {
  await using session = getSession();
  const refused = await addUsers(session, ["patrick", "sandy", "gary"]);
  const names = (await values("SELECT name FROM users ORDER BY name")).join(", ");
  if (names !== "gary, patrick, sandy, spongebob") {
    return notYet(
      `There were sandy and spongebob; patrick, sandy and gary were to be added. Now there are: ${names}.`,
    );
  }
  if (!Array.isArray(refused) || refused.join() !== "sandy") {
    return notYet(`The users are right. The function should return ["sandy"], but returned ${Deno.inspect(refused)}.`);
  }
  const commits = sent.filter((sql) => sql === "COMMIT").length;
  if (commits > 1) {
    return notYet(`The users are right, but they were committed in ${commits} parts. One is enough, with savepoints.`);
  }
  return await gradeRace({ engine, getSession, values }, addUsers) ??
    pass("patrick and gary were added, sandy was rejected, in one transaction.");
}

/** Another program adds a user, and commits only when the answer waits for it, or is done. */
async function gradeRace(
  { engine, getSession, values }: Pick<Shop, "engine" | "getSession" | "values">,
  addUsers: AddUsers,
): Promise<Verdict | undefined> {
  const [taken, free] = ["plankton", "larry"].map(anyName);
  await using other = await engine.connect();
  await other.execute("INSERT INTO users (id, name, shells) VALUES (gen_random_uuid(), $1, 0)", [taken]);
  await using session = getSession();
  let isDone = false;
  const added = Promise.resolve(addUsers(session, [taken, free])).finally(() => isDone = true);
  added.catch(() => {}); // awaited below
  while (
    !isDone &&
    (await values(`SELECT pid FROM pg_stat_activity WHERE ${other.backendPid} = ANY (pg_blocking_pids(pid))`))
        .length === 0
  ) {
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  await other.commit();
  const what = `While another program was adding "${taken}", "${taken}" and "${free}" were to be added`;
  const refused = await added.catch((error: Error) => error);
  if (refused instanceof Error) {
    return notYet(
      `${what}: the answer failed with ${refused.name}. A name that is free when you look may be taken when you insert.`,
    );
  }
  const found = await values(`SELECT name FROM users WHERE name IN ('${taken}', '${free}')`);
  if (found.length !== 2 || !Array.isArray(refused) || refused.join() !== taken) {
    return notYet(`${what}. Expected: ["${taken}"], and both in the table. It returned ${Deno.inspect(refused)}.`);
  }
}

async function gradePriceNow({ Toy, engine, getSession }: Shop, priceNow: PriceNow): Promise<Verdict> {
  await using session = getSession();
  const car = await session.getOne(Toy, CAR as never);
  await session.commit();
  for (const price of [anyNumber(40, 60), anyNumber(70, 90)]) {
    await engine.begin((connection) => connection.execute(`UPDATE toys SET price = ${price} WHERE name = 'car'`));
    const found = await priceNow(session, car);
    await session.commit();
    if (found !== price) {
      const stale = found === 5 ? ", the price that the session had read earlier" : "";
      return notYet(`Another session set the price to ${price}; the function returned ${Deno.inspect(found)}${stale}.`);
    }
  }
  return pass("It sees the latest committed price each time.");
}
