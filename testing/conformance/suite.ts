/**
 * Shared parts of the conformance suite.
 *
 * @module
 */
import type { TestDatabase } from "../test_database.ts";
import type { Driver, DriverConnection } from "../../lib/engine/driver.ts";
import { createEngine, type Engine, type EngineOptions } from "../../lib/engine/engine.ts";
import { Server } from "../server.ts";
import { type DriverName, EngineUrl } from "../../lib/engine/url.ts";

/** Permitted differences between drivers; each is tested. */
export interface Differences {
  /** Whether the pool notices that an idle connection breaks immediately, or at checkout. */
  readonly idleLoss: "at once" | "at checkout";
  /** Every statement blocks the thread: nothing else runs meanwhile, and only one transaction is open at a time. */
  readonly blocks: boolean;
}

/** A driver under test, in one of its modes. */
export interface Contestant {
  readonly driver: DriverName;
  readonly nonblocking?: boolean;
  readonly differences: Differences;
}

/** Context of a test. */
export interface Context {
  /** Creates an engine on the test's database, disposed of after the test. */
  engine(options?: EngineOptions): Engine;
  /** Opens a connection of the driver itself, below the engine; closed after the test. */
  connect(options?: { prepare?: boolean }): Promise<DriverConnection>;
  readonly server: Server;
  readonly differences: Differences;
}

/**
 * Registers a test of the suite for the driver under test.
 *
 * `overlaps`: the test acts while a statement runs, or has two transactions open on one thread.
 */
export type Register = (
  name: string,
  run: (context: Context) => Promise<void>,
  options?: { overlaps?: boolean },
) => void;

/** Creates the function that registers tests for one driver. */
export function registerFor(contestant: Contestant, database: TestDatabase): Register {
  const { driver, nonblocking = false, differences } = contestant;
  const title = nonblocking ? `${driver} on threads` : driver;
  return (name, run, { overlaps = false } = {}) => {
    if (overlaps && differences.blocks) return; // such a driver blocks everything else: skip the test
    database.test(`${title}: ${name}`, async (plain) => {
      const url = EngineUrl.parse(plain).withDriver(driver);
      const applicationName = `test: ${title}`;
      await using server = new Server(plain);
      {
        await using stack = new AsyncDisposableStack();
        await run({
          engine: (options) =>
            stack.use(createEngine(url, { applicationName, poolSize: 3, maxOverflow: 0, nonblocking, ...options })),
          connect: async ({ prepare = true } = {}) => {
            const { driver: port }: { driver: Driver } = await import(`../../lib/engine/drivers/${driver}.ts`);
            const settings = { application_name: applicationName };
            const connection = await port.connect({ url, settings, connectTimeout: 10_000, prepare, nonblocking });
            stack.defer(() => connection.close());
            return connection;
          },
          server,
          differences,
        });
      }
      await server.untilNoneLeft(applicationName);
    });
  };
}
