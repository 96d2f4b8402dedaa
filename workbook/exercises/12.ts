import { type Connection, createEngine } from "../../lib/mod.ts";
import { explain, type QueryPlan, queryPlan } from "../show/mod.ts";
import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "12.1",
    title: "The step that took the time",
    todo: "Put a function in place of TODO: (plan) => … It returns a number.",
    hints: [
      "A step's `total` includes its child steps. Its own time is `self`.",
      "Keep the nodes that have a `relation`, then return the `number` of the one with the greatest `self`.",
    ],
    grade: (answer) => gradeSuspect(answer as Suspect),
  }),
  exercise({
    id: "12.2",
    title: "An index for a list",
    todo: 'Put an async function in place of TODO: (connection) => connection.execute("CREATE INDEX …").',
    hints: [
      "An index on courier alone finds 1,000 rows, of which ten match; one on delivered_on alone finds the rows of all couriers.",
      "An index may have two columns: (courier, delivered_on). It also finds NULL. Or it may be a partial index: … WHERE delivered_on IS NULL.",
    ],
    grade: (answer) => gradeMakeIndex(answer as { url: string; makeIndex: Work }),
  }),
  exercise({
    id: "12.3",
    title: "Leave the column alone",
    todo: "Put the SQL in place of TODO, as a string.",
    hints: [
      "The index is ordered by sold_on, not by to_char(sold_on, …). What are the first and last day of the rows?",
      "sold_on >= date '2024-02-01', and before the first of March: then the number of days in February does not matter.",
    ],
    grade: (answer) => gradeFebruary(answer as { url: string; february: string }),
  }),
  exercise({
    id: "12.4",
    title: "The next page, with ties",
    todo: "Put an async function in place of TODO: async (connection, last, size) => { … }.",
    hints: [
      "Section 7 compares one column. Two columns are compared as a row: (sold_on, id) > ($1, $2).",
      'Omit the condition for the first page. SELECT id, sold_on AS "soldOn" returns rows of the right shape; result.all() returns the array.',
    ],
    grade: (answer) => gradeNextPage(answer as { url: string; nextPage: NextPage }),
  }),
  exercise({
    id: "12.5",
    title: "Tell what is true",
    todo: "Put an async function in place of TODO: async (connection) => { … }.",
    hints: [
      "ANALYZE alone considers each column separately. Section 6 tells the planner about two columns together.",
      "CREATE STATISTICS name (dependencies) ON make, model FROM cars only declares the statistics: ANALYZE collects them.",
    ],
    grade: (answer) => gradeTeach(answer as { url: string; teach: Work }),
  }),
];

export default exercises;

type Suspect = (plan: QueryPlan) => number;
type Work = (connection: Connection) => Promise<unknown>;

/** Creates a step of a plan for testing. */
function step(type: string, milliseconds: number, relation?: string, ...plans: unknown[]): Record<string, unknown> {
  return {
    "Node Type": type,
    ...(relation === undefined ? {} : { "Relation Name": relation, Alias: relation }),
    "Actual Total Time": milliseconds,
    "Actual Loops": 1,
    "Actual Rows": 10,
    "Plan Rows": 10,
    Plans: plans,
  };
}

function gradeSuspect(suspect: Suspect): Verdict {
  if (typeof suspect !== "function") return notYet("The answer must be a function: (plan) => …");
  const subquery = step("Index Scan", 90, "orders", step("Seq Scan", 80, "customers"));
  const plans: [plan: QueryPlan, wanted: number, why: string][] = [
    [
      queryPlan([{
        Plan: step(
          "Sort",
          100,
          undefined,
          step("Hash Join", 40, undefined, step("Seq Scan", 10, "orders"), step("Seq Scan", 25, "customers")),
        ),
      }]),
      4,
      "the sort and the join took longer, but they read no table",
    ],
    [
      queryPlan([{ Plan: step("Limit", 91, undefined, subquery) }]),
      3,
      "step 2 took 90 ms in total, but only 10 of its own",
    ],
    [queryPlan([{ Plan: step("Seq Scan", 3, "orders") }]), 1, "there is only one"],
    [
      queryPlan([{
        Plan: step("Hash Join", 90, undefined, step("Seq Scan", 60, "orders"), step("Seq Scan", 5, "toys")),
      }]),
      2,
      "the step after it took only 5 ms",
    ],
  ];
  for (const [plan, wanted, why] of plans) {
    const found = suspect(plan);
    if (found === wanted) continue;
    const nodes = plan.nodes.map(({ number, title, total }) => `${number}. ${title}, ${total} ms in total`).join("; ");
    return notYet(`For the plan "${nodes}" the step is ${wanted} (${why}); your function returned ${found}.`);
  }
  return pass("A step's own time shows where to look; its total time only shows that something below it is slow.");
}

/** Creates temporary tables, which hide others of the same name, and runs the answer on them. */
async function onStage(
  url: string,
  tables: readonly string[],
  grade: (connection: Connection) => Promise<Verdict>,
): Promise<Verdict> {
  await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0, isolationLevel: "AUTOCOMMIT" });
  await using connection = await engine.connect();
  for (const statement of tables) await connection.execute(statement);
  return await grade(connection);
}

const DELIVERIES = [
  `CREATE TEMPORARY TABLE deliveries AS SELECT n AS id, n % 30 AS courier,
     CASE WHEN n / 30 % 100 = 0 THEN NULL ELSE date '2024-01-01' + n % 365 END AS delivered_on, repeat('-', 100) AS note
   FROM generate_series(1, 30000) AS n`,
  "VACUUM ANALYZE deliveries",
];

function gradeMakeIndex({ url, makeIndex }: { url: string; makeIndex: Work }): Promise<Verdict> | Verdict {
  if (typeof makeIndex !== "function") return notYet("The answer must be an async function: (connection) => …");
  return onStage(url, DELIVERIES, async (connection) => {
    await makeIndex(connection);
    const made = await connection.execute<{ definition: string }>(
      "SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index WHERE indrelid = to_regclass('pg_temp.deliveries')",
    );
    const definitions = made.all().map(({ definition }) => definition.replace(/^.* USING/, "USING"));
    if (definitions.length !== 1) return notYet(`deliveries has ${definitions.length} indexes: create one.`);
    const left = (await connection.execute("SELECT count(*)::integer FROM deliveries")).scalar();
    if (left !== 30_000) return notYet(`The rows must not change: there were 30000, now ${left}.`);
    const plan = await explain(connection, "SELECT id FROM deliveries WHERE courier = 7 AND delivered_on IS NULL");
    if (plan.pages <= 20) {
      return pass(`${plan.pages} pages with ${definitions[0]}; without an index the whole table would be read.`);
    }
    return notYet(
      `The query reads ${plan.pages} pages with ${definitions[0]}: ${plan.nodes[0].title}. The limit is 20.`,
    );
  });
}

const sales = (index: string) => [
  `CREATE TEMPORARY TABLE sales AS SELECT n AS id, date '2024-01-01' + n * 7919 % 364 AS sold_on, repeat('-', 100) AS note
   FROM generate_series(1, 20000) AS n`,
  `CREATE INDEX ON sales (${index})`,
  "VACUUM ANALYZE sales",
];

function gradeFebruary({ url, february }: { url: string; february: string }): Promise<Verdict> | Verdict {
  if (typeof february !== "string") return notYet("The answer must be a string: the SQL of the query.");
  return onStage(url, sales("sold_on"), async (connection) => {
    const idsOf = async (sql: string) =>
      (await connection.execute(sql)).scalars().all().map(Number).sort((a, b) => a - b);
    const wanted = await idsOf("SELECT id FROM sales WHERE to_char(sold_on, 'YYYY-MM') = '2024-02'");
    const found = await idsOf(february);
    if (found.join() !== wanted.join()) {
      const [more, less] = [found.filter((id) => !wanted.includes(id)), wanted.filter((id) => !found.includes(id))];
      return notYet(
        `The rows differ: ${less.length} are missing, ${more.length} do not belong there. ` +
          "Look at the first and the last day.",
      );
    }
    const { nodes } = await explain(connection, february);
    const scan = nodes.find(({ type }) => type === "Seq Scan");
    return scan === undefined
      ? pass(`The same ${wanted.length} rows, found through the index: ${nodes.at(-1)!.title}.`)
      : notYet(`The rows are right, but ${scan.title} reads the whole table. Compare sold_on itself with two dates.`);
  });
}

type Sale = { id: number; soldOn: string };
type NextPage = (connection: Connection, last: Sale | null, size: number) => Promise<Sale[]>;

function gradeNextPage({ url, nextPage }: { url: string; nextPage: NextPage }): Promise<Verdict> | Verdict {
  if (typeof nextPage !== "function") return notYet("The answer must be an async function.");
  return onStage(url, sales("sold_on, id"), async (connection) => {
    const all = await connection.execute<Sale>('SELECT id, sold_on AS "soldOn" FROM sales ORDER BY sold_on, id');
    const wholeList = all.all();
    const size = 1000;
    let last: Sale | null = null;
    for (let from = 0; from < wholeList.length; from += size) {
      const page: Sale[] = await nextPage(connection, last, size);
      const wanted = wholeList.slice(from, from + size);
      if (!Array.isArray(page)) return notYet("The function did not return an array: result.all() returns one.");
      const wrong = wanted.findIndex(({ id }, index) => page[index]?.id !== id);
      if (wrong !== -1 || page.length !== size) {
        return notYet(
          `Page ${from / size + 1}: row ${wrong + 1} is ${tell(page[wrong])}, and should be ${tell(wanted[wrong])}. ` +
            "Where does the previous page end, and are there other sales on that day?",
        );
      }
      last = page.at(-1)!;
    }
    const pages = await pagesOfLast(connection, nextPage, wholeList.at(-21)!);
    return pages <= 20
      ? pass(
        `Each of the ${wholeList.length} sales is on exactly one page, and the last 20 cost ${pages} pages of 8 kB.`,
      )
      : notYet(
        `The sales are right, but the last 20 of them cost ${pages} pages. Compare the columns as a row: (sold_on, id) > ($1, $2).`,
      );
  });
}

function tell(sale: Sale | undefined): string {
  return sale === undefined ? "missing" : `sale ${sale.id} of ${sale.soldOn}`;
}

/** Returns the pages touched by the answer's statements when reading the last 20 sales. */
async function pagesOfLast(connection: Connection, nextPage: NextPage, last: Sale): Promise<number> {
  const sent: [sql: string, parameters: readonly unknown[]][] = [];
  const spy = new Proxy(connection, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...parameters: unknown[]) => {
        if (key === "execute" && typeof parameters[0] === "string") {
          sent.push([parameters[0], (parameters[1] ?? []) as unknown[]]);
        }
        return value.apply(target, parameters);
      };
    },
  });
  await nextPage(spy, last, 20);
  let pages = 0;
  for (const [sql, parameters] of sent) pages += (await explain(connection, sql, parameters)).pages;
  return pages;
}

const CARS = [
  `CREATE TEMPORARY TABLE cars AS SELECT n AS id, 'make ' || n % 50 AS make, 'model ' || n % 50 AS model
   FROM generate_series(1, 20000) AS n`,
  "ANALYZE cars",
];

function gradeTeach({ url, teach }: { url: string; teach: Work }): Promise<Verdict> | Verdict {
  if (typeof teach !== "function") return notYet("The answer must be an async function: (connection) => …");
  return onStage(url, CARS, async (connection) => {
    await teach(connection);
    const plan = await explain(connection, "SELECT * FROM cars WHERE make = 'make 3' AND model = 'model 3'");
    const { rows, expectedRows } = plan.nodes[0];
    const all = (await connection.execute("SELECT count(*)::integer FROM cars")).scalar();
    if (rows !== 400 || all !== 20_000) {
      return notYet(`The rows must not change: there were 20000, 400 of this make and model; now ${all} and ${rows}.`);
    }
    return plan.worstEstimate === undefined ? pass(`${expectedRows} rows expected, ${rows} actual.`) : notYet(
      `${rows} actual rows, but ${expectedRows} expected. What does the planner know about both columns together?`,
    );
  });
}
