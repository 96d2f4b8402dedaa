import {
  type AnyModel,
  CheckViolationError,
  createEngine,
  type Engine,
  NotNullViolationError,
  type Related,
  select,
  selectinload,
  type SessionMaker,
  sessionmaker,
  UniqueViolationError,
} from "../../lib/mod.ts";
import { caught } from "../caught.ts";
import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "02.1",
    title: "A house and its rules",
    todo: "Put a function in place of TODO: () => { … } It declares a base and a class, and returns the class.",
    hints: [
      'Columns are NOT NULL by default; use .nullable() for an optional one. A condition is .check("…").',
      'A constraint on two columns follows the columns: model("houses", { … }, { unique: [[…]] }).',
      'unique: [["street", "number"]] is the constraint on the pair; integer().check("number >= 1") is the other one.',
    ],
    grade: (answer) => judged(() => gradeHouse(answer as { makeHouse: () => AnyModel; url: string })),
  }),
  exercise({
    id: "02.2",
    title: "A key of two columns",
    todo: "Put a function in place of TODO: () => { … } It declares a base and a class, and returns the class.",
    hints: [
      "Several columns may use .primaryKey(): together they form the key.",
      'points can come from .default(() => 0), or from .serverDefault(sql("0")).',
    ],
    grade: (answer) => judged(() => gradeScore(answer as { makeScore: () => AnyModel; url: string })),
  }),
  exercise({
    id: "02.3",
    title: "Snails in pineapples",
    todo: "Put a function in place of TODO: () => { … } It returns { Pineapple, Snail }.",
    hints: [
      "The foreign key is a column on the side of the many: each snail stores the pineapple it lives in.",
      'In Snail: pineappleId, of the type of the pineapple\'s id, .nullable() and .references("pineapples.id").',
      "static relations = { pineapple: manyToOne(() => Pineapple) } in Snail, { snails: oneToMany(() => Snail) } in " +
      "Pineapple; and declare both attributes.",
    ],
    grade: (answer) =>
      judged(() => gradeSnails(answer as { makeSnails: () => Record<"Pineapple" | "Snail", AnyModel>; url: string })),
  }),
  exercise({
    id: "02.4",
    title: "Recipes share ingredients",
    todo: "Put a function in place of TODO: () => { … } It returns { Recipe, Ingredient }.",
    hints: [
      "Neither table can store many rows of the other in one column: a third table has a row for each pair.",
      "declarativeBase() also gives associationTable(name, { … }): two columns, each with .references(…).",
      "Both relations are manyToMany(() => …, { secondary: … }) with the same association table.",
    ],
    grade: (answer) =>
      gradeRecipes(answer as { makeRecipes: () => Record<"Recipe" | "Ingredient", AnyModel>; url: string }),
  }),
  exercise({
    id: "02.5",
    title: "A schema for toys",
    todo: "Put a schema in place of TODO: z.object({ … }).",
    hints: [
      "Refine z.string() and z.int() with further calls: .min(…), .max(…), .trim().",
      "The calls run in the order written: is the string trimmed before its length is checked?",
    ],
    grade: gradeToySchema,
  }),
];

export default exercises;

/** Grades an answer; a constraint violation is attributed to the answer's tables, not to an error in its code. */
async function judged(grade: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await grade();
  } catch (error) {
    if (error instanceof RefusedRowError) return notYet(error.message);
    throw error;
  }
}

/** A learner's class, whose types are unknown here. */
interface AnswerClass extends AnyModel {
  create(values: object): Record<string, unknown>;
}

const MISSING_CLASS = "The answer must be a function that returns a class made with model(…).";

/** Recreates the model's tables, dropping those of an earlier attempt, and returns a session maker. */
async function fresh(engine: Engine, model: AnyModel): Promise<SessionMaker> {
  const { metadata } = model.table;
  await engine.begin(async (connection) => {
    for (const { sqlName } of metadata.tables.values()) {
      await connection.execute(`DROP TABLE IF EXISTS ${sqlName} CASCADE`);
    }
    await metadata.createAll(connection);
  });
  return sessionmaker(engine);
}

/** Returns the class that a function returned, or why there is none. */
function modelOf(made: unknown, table: string): AnswerClass | string {
  const model = made as AnswerClass;
  if (typeof made !== "function" || !model.table?.metadata) return MISSING_CLASS;
  if (model.table.name !== table) return `The table is named "${model.table.name}"; expected "${table}".`;
  return model;
}

/** A valid row was rejected: reports the row, without the SQL at the end of the error message. */
class RefusedRowError extends Error {
  constructor(what: string, override readonly cause: Error) {
    super(`${what} violates no constraint, but was rejected: ${cause.message.split("\n")[0]}`);
  }
}

/** Writes a valid object. */
function writeRight(getSession: SessionMaker, model: AnswerClass, what: string, values: object) {
  return write(getSession, model, values).catch((error) => {
    throw new RefusedRowError(what, error);
  });
}

/** Writes an object in its own session. */
function write(getSession: SessionMaker, model: AnswerClass, values: object): Promise<Record<string, unknown>> {
  return getSession.begin((session) => {
    const object = model.create(values);
    session.add(object);
    return object;
  });
}

async function gradeHouse({ makeHouse, url }: { makeHouse: () => AnyModel; url: string }): Promise<Verdict> {
  if (typeof makeHouse !== "function") return notYet(MISSING_CLASS);
  const House = modelOf(makeHouse(), "houses");
  if (typeof House === "string") return notYet(House);
  await using engine = createEngine(url);
  const getSession = await fresh(engine, House);
  const values = { street: "Conch Street", number: 124, nickname: "pineapple" };
  const first = await writeRight(getSession, House, "Conch Street 124", values);
  if (typeof first.id !== "number") {
    return notYet(`The id of a new house is ${Deno.inspect(first.id)}; expected a number generated by the server.`);
  }
  await writeRight(getSession, House, "Conch Street 122", { street: "Conch Street", number: 122 });
  await writeRight(getSession, House, "Anchor Way 124", { street: "Anchor Way", number: 124 });
  await writeRight(getSession, House, "Anchor Way 1", { street: "Anchor Way", number: 1 });
  const refusals: [what: string, values: object, wanted: new (...parameters: never) => Error][] = [
    ["a second house 124 in Conch Street", { street: "Conch Street", number: 124 }, UniqueViolationError],
    ["a house with the number 0", { street: "Coral Lane", number: 0 }, CheckViolationError],
    ["a house with the number -5", { street: "Coral Lane", number: -5 }, CheckViolationError],
  ];
  for (const [what, values, wanted] of refusals) {
    const error = await write(getSession, House, values).then(() => undefined, (error) => error);
    if (error === undefined) return notYet(`The database accepted ${what}.`);
    if (!(error instanceof wanted)) return notYet(`For ${what} the error was ${error.name}; expected ${wanted.name}.`);
  }
  const error = await caught(() =>
    engine.begin((connection) => connection.execute("INSERT INTO houses (number) VALUES (7)"))
  );
  if (!(error instanceof NotNullViolationError)) return notYet("The database accepted a house without a street.");
  return pass("The database accepted four houses and rejected four that violate a constraint.");
}

async function gradeScore({ makeScore, url }: { makeScore: () => AnyModel; url: string }): Promise<Verdict> {
  if (typeof makeScore !== "function") return notYet(MISSING_CLASS);
  const Score = modelOf(makeScore(), "scores");
  if (typeof Score === "string") return notYet(Score);
  const key = Score.table.primaryKey.map(({ attribute }) => attribute).sort();
  if (key.join() !== "game,round") return notYet(`The key is ${key.join(", ")}; expected game and round together.`);
  await using engine = createEngine(url);
  const getSession = await fresh(engine, Score);
  await writeRight(getSession, Score, "Round 1 of chess", { game: "chess", round: 1, points: 3 });
  await writeRight(getSession, Score, "Round 2 of chess", { game: "chess", round: 2 });
  await writeRight(getSession, Score, "Round 1 of tag", { game: "tag", round: 1, points: 5 });
  const found = await getSession.begin((session) => session.get(Score, { game: "chess", round: 2 } as never));
  const { points, round } = found as unknown as Record<string, unknown>;
  if (round !== 2) return notYet(`Round 2 came back as ${Deno.inspect(round)}; expected the number 2.`);
  if (points !== 0) return notYet(`A new row without points has ${Deno.inspect(points)}; expected 0.`);
  const [chess] = await getSession.begin(async (session) =>
    (await session.scalars(select(Score))).all()
  ) as unknown as Record<string, unknown>[];
  if (chess.points !== 3) {
    return notYet(`Round 1 of chess has 3 points; it came back with ${Deno.inspect(chess.points)}.`);
  }
  return pass('get(Score, { game: "chess", round: 2 }) finds the row without a surrogate key.');
}

async function gradeSnails(
  { makeSnails, url }: { makeSnails: () => Record<"Pineapple" | "Snail", AnyModel>; url: string },
): Promise<Verdict> {
  if (typeof makeSnails !== "function") {
    return notYet("The answer must be a function that returns { Pineapple, Snail }.");
  }
  const made = makeSnails();
  const Pineapple = modelOf(made?.Pineapple, "pineapples");
  if (typeof Pineapple === "string") return notYet(Pineapple);
  const Snail = modelOf(made?.Snail, "snails");
  if (typeof Snail === "string") return notYet(Snail);
  const undeclared = missingRelation(Pineapple, "snails") ?? missingRelation(Snail, "pineapple");
  if (undeclared) return notYet(undeclared);
  if (!Snail.table.foreignKeys().some(({ to }) => to === Pineapple.table)) {
    return notYet(
      "The table snails has no foreign key to pineapples: with the key on the other side, a pineapple can hold only one snail.",
    );
  }
  await using engine = createEngine(url);
  const getSession = await fresh(engine, Pineapple);
  const snails = ["gary", "larry"].map((name) => Snail.create({ name }));
  await writeRight(getSession, Pineapple, "A pineapple with two snails", { name: "124 Conch Street", snails });
  await writeRight(getSession, Snail, "A snail without a pineapple", { name: "homeless" });
  const [home] = await load(getSession, Pineapple, "snails");
  const names = namesIn(home.snails);
  if (names !== "gary, larry") return notYet(`A pineapple with gary and larry came back with: ${names || "no snail"}.`);
  const homes = (await load(getSession, Snail, "pineapple"))
    .map(({ name, pineapple }) => `${name}: ${(pineapple as { name: string } | null)?.name ?? "none"}`).sort().join(
      "; ",
    );
  if (homes !== "gary: 124 Conch Street; homeless: none; larry: 124 Conch Street") {
    return notYet(`Read from the snails' side: ${homes}.`);
  }
  return pass("Two snails share a pineapple, a third has none, and both sides agree.");
}

async function gradeRecipes(
  { makeRecipes, url }: { makeRecipes: () => Record<"Recipe" | "Ingredient", AnyModel>; url: string },
): Promise<Verdict> {
  if (typeof makeRecipes !== "function") {
    return notYet("The answer must be a function that returns { Recipe, Ingredient }.");
  }
  const made = makeRecipes();
  const Recipe = modelOf(made?.Recipe, "recipes");
  if (typeof Recipe === "string") return notYet(Recipe);
  const Ingredient = modelOf(made?.Ingredient, "ingredients");
  if (typeof Ingredient === "string") return notYet(Ingredient);
  const undeclared = missingRelation(Recipe, "ingredients") ?? missingRelation(Ingredient, "recipes");
  if (undeclared) return notYet(undeclared);
  await using engine = createEngine(url);
  const getSession = await fresh(engine, Recipe);
  const [bun, pickle] = ["bun", "pickle"].map((name) => Ingredient.create({ name }));
  await getSession.begin((session) => {
    session.add(Recipe.create({ name: "patty", ingredients: [bun, pickle] }));
    session.add(Recipe.create({ name: "sandwich", ingredients: [bun] }));
  });
  const recipes = (await load(getSession, Recipe, "ingredients"))
    .map(({ name, ingredients }) => `${name}: ${namesIn(ingredients) || "nothing"}`).sort().join("; ");
  if (recipes !== "patty: bun, pickle; sandwich: bun") {
    return notYet(`Expected patty: bun, pickle; sandwich: bun. Found: ${recipes}. Can two recipes share the bun?`);
  }
  const ingredients = (await load(getSession, Ingredient, "recipes"))
    .map(({ name, recipes }) => `${name}: ${namesIn(recipes) || "nothing"}`).sort().join("; ");
  if (ingredients !== "bun: patty, sandwich; pickle: patty") {
    return notYet(`Read from the ingredients' side: ${ingredients}.`);
  }
  return pass("Both recipes have the bun, and the bun has both recipes.");
}

function missingRelation(model: AnswerClass, name: string): string | undefined {
  return model.relations && name in model.relations
    ? undefined
    : `static relations of the class for "${model.table.name}" does not name "${name}".`;
}

/** Loads all objects of a model, with one relation. */
async function load(getSession: SessionMaker, model: AnswerClass, name: string): Promise<Record<string, unknown>[]> {
  const statement = select(model).options(selectinload(name) as never);
  const objects = await getSession.begin(async (session) => (await session.scalars(statement)).all());
  return objects as unknown as Record<string, unknown>[];
}

function namesIn(collection: unknown): string {
  return [...collection as Related<{ name: string }>].map(({ name }) => name).sort().join(", ");
}

interface Schema {
  safeParse(input: unknown): { success: boolean; data?: Record<string, unknown> };
}

function gradeToySchema(answer: unknown): Verdict {
  const schema = answer as Schema;
  if (typeof schema?.safeParse !== "function") return notYet("The answer must be a schema: z.object({ … }).");
  const twenty = "a".repeat(20);
  const taken = [
    [{ name: "kite", price: 7 }, "kite"],
    [{ name: "  boat ", price: 0 }, "boat"],
    [{ name: ` ${twenty} `, price: 100 }, twenty],
    [{ name: "a ball", price: 55 }, "a ball"],
  ] as const;
  for (const [input, name] of taken) {
    const { success, data } = schema.safeParse(input);
    if (!success) return notYet(`It rejects ${Deno.inspect(input)}, which is valid.`);
    if (data?.name !== name) return notYet(`For ${Deno.inspect(input)} the name became ${Deno.inspect(data?.name)}.`);
  }
  const refused = [
    { name: "", price: 7 },
    { name: "   ", price: 7 },
    { name: `${twenty}a`, price: 7 },
    { name: 7, price: 7 },
    { price: 7 },
    { name: "kite" },
    { name: "kite", price: -1 },
    { name: "kite", price: 101 },
    { name: "kite", price: 1.5 },
    { name: "kite", price: "7" },
  ];
  for (const input of refused) {
    const { success, data } = schema.safeParse(input);
    if (success) return notYet(`It accepts ${Deno.inspect(input)}, and returns ${Deno.inspect(data)}.`);
  }
  return pass("Four valid inputs are accepted, ten invalid ones rejected.");
}
