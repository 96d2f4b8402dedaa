/** What the parts of the conformance suite share. @module */
import type { TestDatabase } from "../../../workbook/test_database.ts";
import type { Driver, DriverConnection } from "../../driver.ts";
import { createEngine, type Engine, type EngineOptions } from "../../engine.ts";
import { Server } from "../../testing/server.ts";
import { type DriverName, EngineUrl } from "../../url.ts";

/** In what a driver may differ from the others; each difference has its test. */
export interface Differences {
  /** Several statements in one text: whose result it is. */
  readonly resultOfSeveral: "the last" | "the last with rows";
  /** A column's type changed under a prepared statement: whether the second try succeeds. */
  readonly recoversFromTypeChange: boolean;
}

/** What a test of the suite gets. */
export interface Context {
  /** An engine on the test's database, disposed of after the test. */
  engine(options?: EngineOptions): Engine;
  /** A connection of the driver itself, below the engine; closed after the test. */
  connect(options?: { prepare?: boolean }): Promise<DriverConnection>;
  readonly server: Server;
  readonly differences: Differences;
}

/** Registers a test of the suite for the driver under test. */
export type Register = (name: string, run: (context: Context) => Promise<void>) => void;

/** Makes the function that registers tests for one driver. */
export function registerFor(driver: DriverName, differences: Differences, database: TestDatabase): Register {
  return (name, run) =>
    database.test(`${driver}: ${name}`, async (plain) => {
      const url = EngineUrl.parse(plain).withDriver(driver);
      const applicationName = `test: ${driver}`;
      await using server = new Server(plain);
      {
        await using stack = new AsyncDisposableStack();
        await run({
          engine: (options) =>
            stack.use(createEngine(url, { applicationName, poolSize: 3, maxOverflow: 0, ...options })),
          connect: async ({ prepare = true } = {}) => {
            const { driver: port }: { driver: Driver } = await import(`../${driver}.ts`);
            const settings = { application_name: applicationName };
            const connection = await port.connect({ url, settings, connectTimeout: 10_000, prepare });
            stack.defer(() => connection.close());
            return connection;
          },
          server,
          differences,
        });
      }
      await server.untilNoneLeft(applicationName);
    });
}
