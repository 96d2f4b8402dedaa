/**
 * Configuration from environment variables, validated and typed. Nothing else in the application reads the environment.
 *
 * @module
 */
import { z } from "zod";

/** Strings accepted as booleans; `Boolean("False")` would be true. */
const flag = z.stringbool({ truthy: ["true", "1", "yes", "on"], falsy: ["false", "0", "no", "off", ""] });
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

const Variables = z.object({
  /** Address to listen on (default: loopback). */
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: whole(0, 65_535).default(8000),
  /** Share the port with other processes; requires Deno's `--unstable-net`. */
  REUSE_PORT: flag.default(false),
  /** Pool size of each process, and extra connections allowed beyond it. */
  POOL_SIZE: whole(1, 1000).default(10),
  MAX_OVERFLOW: whole(0, 1000).default(0),
  /** How long a request waits for a connection before a 503 response, in milliseconds. */
  POOL_TIMEOUT: whole(0, 600_000).default(5_000),
  /** Server-side statement timeout, in milliseconds. */
  STATEMENT_TIMEOUT: whole(0, 600_000).default(10_000),
  /** Use named prepared statements; turn off behind a transaction pooler such as PgBouncer. */
  PREPARE: flag.default(true),
  /** Maximum size of a request body, in bytes. */
  BODY_LIMIT: whole(1, 100_000_000).default(65_536),
  /** Log each statement. */
  ECHO: flag.default(false),
  /** Log each request. */
  REQUEST_LOG: flag.default(true),
});

/** Settings of one process. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly reusePort: boolean;
  readonly poolSize: number;
  readonly maxOverflow: number;
  readonly poolTimeout: number;
  readonly statementTimeout: number;
  readonly prepare: boolean;
  readonly bodyLimit: number;
  readonly echo: boolean;
  readonly requestLog: boolean;
}

/** An environment variable is missing or has an invalid value. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * Reads the settings.
 * @param environment variables by name, as returned by `Deno.env.toObject()`; missing ones take their defaults.
 * @throws {SettingsError} listing each invalid variable.
 */
export function readSettings(environment: Readonly<Record<string, string>>): Settings {
  const { success, data, error } = Variables.safeParse(environment);
  if (!success) {
    const faults = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new SettingsError(`Invalid settings. ${faults.join("; ")}.`);
  }
  return {
    host: data.HOST,
    port: data.PORT,
    reusePort: data.REUSE_PORT,
    poolSize: data.POOL_SIZE,
    maxOverflow: data.MAX_OVERFLOW,
    poolTimeout: data.POOL_TIMEOUT,
    statementTimeout: data.STATEMENT_TIMEOUT,
    prepare: data.PREPARE,
    bodyLimit: data.BODY_LIMIT,
    echo: data.ECHO,
    requestLog: data.REQUEST_LOG,
  };
}

/**
 * Reads the database URL, which has no default.
 * @throws {SettingsError} if DATABASE_URL is not set.
 */
export function readDatabaseUrl({ DATABASE_URL }: Readonly<Record<string, string>>): string {
  const url = DATABASE_URL?.trim();
  if (url) return url;
  throw new SettingsError(
    "DATABASE_URL is not set. Set it to the URL of the database, or run `deno task app`, which defaults to the workbook's " +
      "PostgreSQL.",
  );
}
