/**
 * A PostgreSQL server that needs no installation: started on demand, shared by all notebooks, tasks and tests of this
 * checkout.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dropOtherBinaries, prepareBinaries } from "./local_postgres/binaries.ts";
import { clusterVersion, prepareCluster } from "./local_postgres/cluster.ts";
import { LocalPostgresError } from "./local_postgres/errors.ts";
import { withLock } from "./local_postgres/lock.ts";
import { findPaths, giveToOwner, makePaths, type Paths, removeFolder } from "./local_postgres/paths.ts";
import {
  findServer,
  isRunning,
  type LocalServer,
  settle,
  sizeOf,
  startServer,
  stopServer,
} from "./local_postgres/server.ts";

export { LocalPostgresError, type LocalServer };

/** Result of `LocalPostgres.status()`. */
export interface LocalStatus {
  /** The running server; `undefined` if it is stopped. */
  readonly server?: LocalServer;
  /** The data directory; `undefined` if there is none. */
  readonly dataDirectory?: string;
  readonly log?: string;
  /** Size of the data directory. */
  readonly bytes?: number;
}

/**
 * The local server of one data root. Methods may be called concurrently by any number of processes.
 *
 * ```ts ignore
 * const server = await new LocalPostgres().start();
 * console.log(server.version, server.port);
 * ```
 */
export class LocalPostgres {
  readonly #dataRoot: string;
  readonly #onProgress: (message: string) => void;

  /**
   * @param options `dataRoot`: default `.data` of the checkout; `onProgress`: receives progress messages (default:
   * none).
   */
  constructor(options: { dataRoot?: string; onProgress?: (message: string) => void } = {}) {
    this.#dataRoot = options.dataRoot ?? fileURLToPath(new URL("../.data", import.meta.url));
    this.#onProgress = options.onProgress ?? (() => {});
  }

  /**
   * Returns the running server; `undefined` if there is none. Takes about 20 ms.
   * @throws {LocalPostgresError}
   */
  async find(): Promise<LocalServer | undefined> {
    return await this.#explain("The local PostgreSQL cannot be found", async () => {
      const paths = await this.#findPaths();
      return paths && await findServer(paths);
    });
  }

  /**
   * Returns the running server, or starts one, creating its data on first use (1 to 5 s). It keeps running when this
   * process exits; `stop` stops it.
   * @throws {LocalPostgresError} if it cannot be started, with the reason and alternatives.
   */
  async start(): Promise<LocalServer> {
    return await this.#explain("The local PostgreSQL cannot be started", async () => {
      const paths = await this.#findPaths();
      const server = paths && await findServer(paths);
      if (server) return server;
      await Deno.mkdir(this.#dataRoot, { recursive: true });
      return await this.#locked(() => this.#start());
    });
  }

  /**
   * Stops the server and closes its connections.
   * @returns whether it was running.
   * @throws {LocalPostgresError}
   */
  async stop(): Promise<boolean> {
    return await this.#explain("The local PostgreSQL cannot be stopped", async () => {
      return await this.#findPaths() ? await this.#locked(() => this.#stop()) : false;
    });
  }

  /**
   * Stops the server and deletes all its files, including the databases.
   * @returns whether there were any.
   */
  async reset(): Promise<boolean> {
    return await this.#explain("The data of the local PostgreSQL cannot be dropped", async () => {
      if (!await this.#findPaths()) return false;
      return await this.#locked(async () => {
        await this.#stop();
        const paths = await this.#findPaths();
        if (!paths) return false;
        await removeFolder(paths.home); // the whole folder: outside the checkout nobody would look for leftovers
        await removeFolder(join(this.#dataRoot, "location"));
        return true;
      });
    });
  }

  /**
   * Returns whether the server is running, and where its files are.
   * @throws {LocalPostgresError}
   */
  async status(): Promise<LocalStatus> {
    const server = await this.find();
    return await this.#explain("The local PostgreSQL cannot be found", async () => {
      const paths = await this.#findPaths();
      if (!paths) return {};
      return { server, dataDirectory: paths.cluster, log: paths.log, bytes: await sizeOf(paths.cluster) };
    });
  }

  /** Starts the server; requires the lock. */
  async #start(): Promise<LocalServer> {
    const root = await Deno.realPath(this.#dataRoot);
    const { paths, account } = await makePaths(root);
    const running = await settle(paths);
    if (running) return running;
    const first = await clusterVersion(paths) === undefined;
    this.#onProgress(`Starting a local PostgreSQL${first ? " (the first time takes about 5 s)" : ""} …`);
    const binaries = await prepareBinaries(paths.home);
    await dropOtherBinaries(paths.home, binaries);
    await prepareCluster(paths, binaries, account);
    const server = await startServer(paths, binaries, account);
    await giveToOwner(root, account);
    return server;
  }

  /** Stops the server; requires the lock. */
  async #stop(): Promise<boolean> {
    const paths = await this.#findPaths();
    if (!paths || !await isRunning(paths)) return false;
    await stopServer(paths);
    return true;
  }

  async #findPaths(): Promise<Paths | undefined> {
    const root = await Deno.realPath(this.#dataRoot).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    return root === undefined ? undefined : await findPaths(root);
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    const waiting = () => this.#onProgress("Waiting for another process that is starting or stopping PostgreSQL …");
    return withLock(join(this.#dataRoot, "lock"), waiting, work);
  }

  async #explain<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw LocalPostgresError.from(error, `${doing} (${this.#dataRoot})`);
    }
  }
}
