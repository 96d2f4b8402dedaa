/**
 * Runs many tasks on a small pool, with errors, aborts, kills, timeouts and odd transaction texts; then compares the
 * table with the results reported. A separate process for `hammer_test.ts`, so that its heap is its own and an
 * unhandled rejection ends it. Arguments: the URL, the seconds, the random seed, and "threads" for libpq on threads.
 *
 * @module
 */
import { Connection, createEngine, type Engine } from "../lib/mod.ts";
import { CommitOutcomeUnknownError, ConnectError, ConnectionLostError, DatabaseError } from "../lib/engine/errors.ts";
import { chance } from "./chance.ts";
import { until } from "./until.ts";

const TASKS = 500;
const POOL = { poolSize: 3, maxOverflow: 2 };
const NAME = "test: hammer";
/** Maximum number of faults reported. */
const MOST_TOLD = 10;
/** Maximum pause between two kills, in milliseconds. */
const KILL_PAUSE = 120;

/** Known fate of a row. */
const UNKNOWN = 0;
const KEPT = 1;
const UNDONE = 2;

const [url, seconds, seed, how] = Deno.args;
/** Fates by row number; allocated once, so that it does not count as heap growth. */
const fates = new Uint8Array(10_000_000);
const counts: Record<string, number> = {};
const surprises: string[] = [];
const random = chance(Number(seed));
let lastRow = 0;

function note(fate: number, rows: readonly number[]): void {
  for (const row of rows) fates[row] = fate;
}

const insert = (row: number) => `insert into hammered values (${row})`;

/** Inserts a row; until its fate is known, it may exist or not. */
async function put(connection: Connection, row = ++lastRow): Promise<number> {
  await connection.execute("insert into hammered values ($1)", [row]);
  return row;
}

/** Records rows as kept if `work` succeeds, and as undone if the server rejects it. */
async function decides(rows: readonly number[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    note(KEPT, rows);
  } catch (error) {
    if (error instanceof DatabaseError) note(UNDONE, rows);
    throw error;
  }
}

const undone = (...rows: number[]) => note(UNDONE, rows);

/** Actions of a task; rows of a transaction count as undone until the commit is confirmed. */
const DEEDS: Record<string, (engine: Engine) => Promise<void>> = {
  async commits(engine) {
    await using connection = await engine.connect();
    const rows = [++lastRow, ++lastRow];
    undone(...rows);
    for (const row of rows) await put(connection, row);
    note(UNKNOWN, rows);
    await decides(rows, () => connection.commit());
  },
  async "begin() commits"(engine) {
    const row = ++lastRow;
    await decides([row], () => engine.begin((connection) => put(connection, row)));
  },
  async "begin() throws"(engine) {
    const row = ++lastRow;
    undone(row);
    await engine.begin(async (connection) => {
      await put(connection, row);
      throw new RangeError("on purpose");
    });
  },
  async "closes without a commit"(engine) {
    await using connection = await engine.connect();
    undone(++lastRow);
    await put(connection, lastRow);
  },
  async "one by one"(engine) {
    await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const row = ++lastRow;
    await decides([row], () => put(connection, row));
  },
  async "one by one, in a text that begins"(engine) {
    await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    undone(++lastRow);
    await connection.execute(`begin; ${insert(lastRow)}`);
  },
  async "one by one, in a text that begins and commits"(engine) {
    await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const row = ++lastRow;
    await decides([row], () => connection.execute(`begin; ${insert(row)}; commit`));
  },
  async "one by one, not awaited"(engine) {
    let sent: Promise<unknown>;
    const row = ++lastRow;
    {
      await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
      sent = decides([row], () => put(connection, row));
      sent.catch(() => {});
    }
    await sent;
  },
  async "reads only, in a text"(engine) {
    await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    await connection.execute("begin read only; select 1");
  },
  async "commits and chains"(engine) {
    await using connection = await engine.connect();
    const row = await put(connection);
    await decides([row], () => connection.execute("COMMIT AND CHAIN"));
    undone(++lastRow);
    await put(connection, lastRow);
  },
  async "rolls back and chains"(engine) {
    await using connection = await engine.connect();
    undone(++lastRow);
    await put(connection, lastRow);
    await connection.execute("ROLLBACK AND CHAIN");
    undone(++lastRow);
    await put(connection, lastRow);
  },
  async "rolls back in an odd text"(engine) {
    await using connection = await engine.connect();
    const rows = [++lastRow, ++lastRow];
    undone(...rows);
    await put(connection, rows[0]);
    await connection.execute("ROLLBACK -- back TO the start");
    await put(connection, rows[1]);
    await connection.rollback();
  },
  async "commits in a text of two"(engine) {
    await using connection = await engine.connect();
    const [kept, lost] = [++lastRow, ++lastRow];
    await put(connection, kept);
    await decides([kept], () => connection.execute("commit; select 1"));
    undone(lost);
    await put(connection, lost);
    await connection.rollback();
  },
  async "a statement fails"(engine) {
    await using connection = await engine.connect();
    undone(++lastRow);
    await put(connection, lastRow);
    await connection.execute("select 1 / 0").catch(() => {});
    await connection.commit();
  },
  async "a savepoint"(engine) {
    await using connection = await engine.connect();
    const [kept, lost] = [++lastRow, ++lastRow];
    undone(kept, lost);
    await put(connection, kept);
    {
      await using _savepoint = await connection.beginNested();
      await put(connection, lost);
    }
    note(UNKNOWN, [kept]);
    await decides([kept], () => connection.commit());
  },
  async "is aborted"(engine) {
    await using connection = await engine.connect();
    undone(++lastRow);
    await put(connection, lastRow);
    await connection.execute("select pg_sleep(0.2)", [], { signal: AbortSignal.timeout(1 + random() * 20) });
  },
  async "is aborted while it waits for a connection"(engine) {
    await using connection = await engine.connect({ signal: AbortSignal.timeout(1 + random() * 5) });
    const row = ++lastRow;
    undone(row);
    await put(connection, row);
    note(UNKNOWN, [row]);
    await decides([row], () => connection.commit());
  },
  async "the server's limit"(engine) {
    await using connection = await engine.connect();
    undone(++lastRow);
    await connection.execute("set local statement_timeout = 5");
    await put(connection, lastRow);
    await connection.execute("select pg_sleep(1)");
  },
};

/** Returns whether an error is expected here: deliberate, or caused by an abort or a kill. */
function isExpected(error: unknown): boolean {
  return [CommitOutcomeUnknownError, ConnectError, ConnectionLostError, DatabaseError, RangeError]
    .some((known) => error instanceof known) || error instanceof DOMException && error.name === "TimeoutError";
}

async function task(engine: Engine, deadline: number): Promise<void> {
  const names = Object.keys(DEEDS);
  while (performance.now() < deadline) {
    const name = names[Math.floor(random() * names.length)];
    counts[name] = (counts[name] ?? 0) + 1;
    try {
      await DEEDS[name](engine);
    } catch (error) {
      if (!isExpected(error)) surprises.push(`${name}: ${error}`);
    }
  }
}

/** Repeatedly terminates one of the pool's server processes. */
async function kill(admin: Engine, deadline: number): Promise<void> {
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = '${NAME}' AND datname = current_database() ORDER BY random() LIMIT 1`;
  while (performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, random() * KILL_PAUSE));
    await using connection = await admin.connect();
    await connection.execute(sql);
  }
}

/** Returns the heap size after garbage collection, in bytes. */
function heap(): number {
  (globalThis as unknown as { gc(): void }).gc();
  return Deno.memoryUsage().heapUsed;
}

if (import.meta.main) {
  await using admin = createEngine(url.replace(/\+\w+/, ""), { isolationLevel: "AUTOCOMMIT", poolSize: 1 });
  const ask = async (sql: string) => {
    await using connection = await admin.connect();
    return (await connection.execute(sql)).scalars().all();
  };
  await ask("drop table if exists hammered; create table hammered (id int primary key)");
  const options = { ...POOL, applicationName: NAME, nonblocking: how === "threads" };
  const engine = createEngine(url, options);
  let connections = 0;
  engine.events.on("connect", () => connections++);
  const first = { heap: 0, connections: 0 };
  // in rounds, because the heap must be measured while nothing is running
  for (let round = 0; round < 3; round++) {
    const deadline = performance.now() + Number(seconds) * 1000 / 3;
    await Promise.all([...Array.from({ length: TASKS }, () => task(engine, deadline)), kill(admin, deadline)]);
    if (round === 0) Object.assign(first, { heap: heap(), connections });
  }
  const growth = heap() - first.heap;
  const { held, waiting, idle } = engine.poolStatus;
  const processes = `FROM pg_stat_activity WHERE application_name = '${NAME}' AND datname = current_database()`;
  await until("the server has as many processes as the pool has connections", async () => {
    return (await ask(`SELECT count(*)::int ${processes}`))[0] === engine.poolStatus.idle;
  });
  const open = await ask(`SELECT state ${processes} AND state <> 'idle'`);
  await engine.dispose();
  await until("no process is left", async () => (await ask(`SELECT count(*)::int ${processes}`))[0] === 0);
  const found = new Set(await ask("SELECT id FROM hammered"));
  const rows = Array.from({ length: lastRow }, (_, index) => index + 1);
  const wrong = rows.filter((row) => fates[row] !== UNKNOWN && found.has(row) !== (fates[row] === KEPT));
  console.log(JSON.stringify({
    wrong: wrong.slice(0, MOST_TOLD).map((row) => {
      return `row ${row} was ${fates[row] === KEPT ? "kept" : "undone"} and is ${found.has(row) ? "" : "not "}there`;
    }),
    surprises: surprises.slice(0, MOST_TOLD),
    held,
    waiting,
    idle,
    open,
    growth,
    connections: connections - first.connections,
    deeds: counts,
    rows: lastRow,
    kept: rows.filter((row) => fates[row] === KEPT).length,
  }));
}
