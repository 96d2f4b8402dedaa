/**
 * Configuration from environment variables, validated and typed. Nothing else in the application reads the environment.
 *
 * @module
 */
import { z } from "zod";
import { configuredDatabaseUrl } from "./database_url.ts";

/** Strings accepted as booleans; `Boolean("False")` would be true. */
const FLAGS = { truthy: ["true", "1", "yes", "on"], falsy: ["false", "0", "no", "off", ""] };
const flag = z.stringbool({ ...FLAGS, error: says("true or false") });

/** A whole number in digits: `Number()` would also read `0x10`, `1e3` and an empty text. */
const whole = (least: number, most: number) => {
  const error = says(`a whole number from ${least} to ${most}`);
  return z.string({ error }).regex(/^\d{1,10}$/, { error }).transform(Number).pipe(
    z.number().min(least, { error }).max(most, { error }),
  );
};

/** Ends a sentence that begins with the name of the variable. */
function says(what: string): () => string {
  return () => `takes ${what}`;
}

const Variables = z.object({
  /** Address to listen on (default: loopback). */
  HOST: z.string().min(1, { error: says("an address, such as 127.0.0.1 or ::1") }).default("127.0.0.1"),
  PORT: whole(0, 65_535).default(8000),
  /** Share the port with other processes; requires Deno's `--unstable-net`. */
  REUSE_PORT: flag.default(false),
  /** Pool size of each process, and extra connections allowed beyond it. */
  POOL_SIZE: whole(1, 1000).default(10),
  MAX_OVERFLOW: whole(0, 1000).default(0),
  /** How long a request waits for a connection before a 503 response, in milliseconds. */
  POOL_TIMEOUT: whole(0, 600_000).default(5_000),
  /** Ping a connection before each use, in a round trip of its own: where a firewall drops idle ones silently. */
  POOL_PRE_PING: flag.default(false),
  /** Age at which a connection is replaced, in milliseconds, below that of a firewall or a pooler; 0 for no limit. */
  POOL_RECYCLE: whole(0, 1_000_000_000).default(0),
  /** Server-side statement timeout, in milliseconds. */
  STATEMENT_TIMEOUT: whole(0, 600_000).default(10_000),
  /**
   * How long a request waits for the database altogether before a 503 response, in milliseconds, even if the server has
   * fallen silent. Less than a process gives to its requests after SIGTERM.
   */
  REQUEST_TIMEOUT: whole(1, 600_000).default(8_000),
  /** How long a request body may take to arrive before a 408 response, in milliseconds. */
  BODY_TIMEOUT: whole(1, 600_000).default(5_000),
  /** How long requests in progress may take after SIGTERM, in milliseconds; then they are cut off. */
  STOP_TIMEOUT: whole(0, 600_000).default(10_000),
  /** Use named prepared statements; turn off behind a transaction pooler such as PgBouncer. */
  PREPARE: flag.default(true),
  /** Maximum size of a request body, in bytes. */
  BODY_LIMIT: whole(1, 100_000_000).default(65_536),
  /** Log each statement, with the id of its request. */
  ECHO: flag.default(false),
  /** Log each request. */
  REQUEST_LOG: flag.default(true),
  /** Append the request's id and trace to statements sent without a name, for pg_stat_activity and the server's log. */
  SQL_COMMENTS: flag.default(false),
  /** Deno's own switch of OpenTelemetry; then statements become spans, too. */
  OTEL_DENO: flag.default(false),
});

/** Settings of one process. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly reusePort: boolean;
  readonly poolSize: number;
  readonly maxOverflow: number;
  readonly poolTimeout: number;
  readonly poolPrePing: boolean;
  readonly poolRecycle: number;
  readonly statementTimeout: number;
  readonly requestTimeout: number;
  readonly bodyTimeout: number;
  readonly stopTimeout: number;
  readonly prepare: boolean;
  readonly bodyLimit: number;
  readonly echo: boolean;
  readonly requestLog: boolean;
  readonly sqlComments: boolean;
  readonly telemetry: boolean;
}

/** An environment variable is missing or has an invalid value. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * Reads the settings.
 * @param environment variables by name, as returned by `Deno.env.toObject()`; missing ones take their defaults.
 * @throws {SettingsError} with a sentence for each invalid variable.
 */
export function readSettings(environment: Readonly<Record<string, string>>): Settings {
  const { success, data, error } = Variables.safeParse(environment);
  if (!success) {
    const faults = error.issues.map(({ path, message }) => `${path[0] as string} ${message}`);
    const given = (fault: string) => JSON.stringify(environment[fault.split(" ", 1)[0]]);
    throw new SettingsError([...new Set(faults)].map((fault) => `${fault}, not ${given(fault)}.`).join(" "));
  }
  return {
    host: data.HOST,
    port: data.PORT,
    reusePort: data.REUSE_PORT,
    poolSize: data.POOL_SIZE,
    maxOverflow: data.MAX_OVERFLOW,
    poolTimeout: data.POOL_TIMEOUT,
    poolPrePing: data.POOL_PRE_PING,
    poolRecycle: data.POOL_RECYCLE || Infinity,
    statementTimeout: data.STATEMENT_TIMEOUT,
    requestTimeout: data.REQUEST_TIMEOUT,
    bodyTimeout: data.BODY_TIMEOUT,
    stopTimeout: data.STOP_TIMEOUT,
    prepare: data.PREPARE,
    bodyLimit: data.BODY_LIMIT,
    echo: data.ECHO,
    requestLog: data.REQUEST_LOG,
    sqlComments: data.SQL_COMMENTS,
    telemetry: data.OTEL_DENO,
  };
}

/**
 * Reads the database URL, which has no default.
 * @throws {SettingsError} if neither DATABASE_URL nor POSTGRES_HOST is set.
 */
export function readDatabaseUrl(environment: Readonly<Record<string, string>>): string {
  const url = configuredDatabaseUrl(environment);
  if (url) return url;
  throw new SettingsError(
    "DATABASE_URL is not set. Set it to the URL of the database, or POSTGRES_HOST with POSTGRES_USER, POSTGRES_PASSWORD " +
      "and POSTGRES_DB, or run `deno task app`, which defaults to the workbook's PostgreSQL.",
  );
}
