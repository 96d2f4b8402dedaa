/**
 * For checks: runs two operations concurrently in the worst-case interleaving, regardless of their speed.
 *
 * @module
 */
import { type Connection, Engine } from "../../../lib/mod.ts";
import type { ConnectOptions } from "../../../lib/engine/engine.ts";
import type { EngineUrl } from "../../../lib/engine/url.ts";

/** Interval between looks at the wait state of the other operation, in milliseconds. */
const LOOK_AGAIN = 3;

/** An engine that pauses after each statement until the other operation has advanced as far. */
class StepwiseEngine extends Engine {
  pid = 0;
  statements = 0;
  isDone = false;
  readonly #keepStep: (own: StepwiseEngine) => Promise<void>;

  constructor(url: EngineUrl, keepStep: (own: StepwiseEngine) => Promise<void>) {
    super(url, { poolSize: 1, maxOverflow: 0, poolTimeout: 2_000 });
    this.#keepStep = keepStep;
  }

  override async connect(options?: ConnectOptions): Promise<Connection> {
    const connection = await super.connect(options);
    this.pid = connection.backendPid;
    const execute = connection.execute.bind(connection) as (...args: unknown[]) => Promise<unknown>;
    connection.execute = (async (...args: unknown[]) => {
      const result = await execute(...args);
      this.statements++;
      await this.#keepStep(this);
      return result;
    }) as Connection["execute"];
    return connection;
  }
}

/**
 * Runs two operations, each on its own engine, statement by statement: neither gets more than one statement ahead
 * unless the other waits for a lock or is done.
 * @param engine provides the database, and observes waits.
 */
export async function sideBySide<T>(
  engine: Engine,
  first: (own: Engine) => Promise<T>,
  second: (own: Engine) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> {
  const keepStep = async (own: StepwiseEngine) => {
    const other = engines.find((each) => each !== own)!;
    while (!other.isDone && other.statements < own.statements && !await waits(engine, other)) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
    }
  };
  const engines = [new StepwiseEngine(engine.url, keepStep), new StepwiseEngine(engine.url, keepStep)];
  return await Promise.allSettled([first, second].map(async (work, index) => {
    const own = engines[index];
    try {
      return await work(own);
    } finally {
      own.isDone = true;
      await own.dispose();
    }
  }));
}

async function waits(engine: Engine, { pid }: StepwiseEngine): Promise<boolean> {
  await using connection = await engine.connect();
  const sql = "SELECT cardinality(pg_blocking_pids($1::integer)) > 0";
  return (await connection.execute(sql, [pid])).scalar<boolean>()!;
}
