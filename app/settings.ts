/**
 * What can be set from outside: environment variables, checked and typed. Nothing else in the application reads the
 * environment.
 *
 * @module
 */
import { z } from "zod";

/** Texts that mean yes or no; `Boolean("False")` would be true. */
const flag = z.stringbool({ truthy: ["true", "1", "yes", "on"], falsy: ["false", "0", "no", "off", ""] });
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

const Variables = z.object({
  /** Address on which requests are taken; loopback by default. */
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: whole(0, 65_535).default(8000),
  /** Share the port with other processes; Deno wants `--unstable-net` for it. */
  REUSE_PORT: flag.default(false),
  /** Connections each process keeps, and how many more it may open. */
  POOL_SIZE: whole(1, 1000).default(10),
  MAX_OVERFLOW: whole(0, 1000).default(0),
  /** Milliseconds a request waits for a connection before it is answered with 503. */
  POOL_TIMEOUT: whole(0, 600_000).default(5_000),
  /** Milliseconds the server works on one statement before it gives up. */
  STATEMENT_TIMEOUT: whole(0, 600_000).default(10_000),
  /** Prepare statements by name; behind a transaction pooler such as PgBouncer they must not be. */
  PREPARE: flag.default(true),
  /** Bytes that the body of a request may have. */
  BODY_LIMIT: whole(1, 100_000_000).default(65_536),
  /** Print each statement. */
  ECHO: flag.default(false),
  /** Print a line for each request. */
  REQUEST_LOG: flag.default(true),
});

/** The settings of one process. */
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

/** A variable has a value that cannot be meant, or none where one is needed. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * Reads the settings.
 *
 * @param environment variables by name, as `Deno.env.toObject()` gives them; what is missing has its default.
 * @throws {SettingsError} naming each variable at fault.
 */
export function readSettings(environment: Readonly<Record<string, string>>): Settings {
  const { success, data, error } = Variables.safeParse(environment);
  if (!success) {
    const faults = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new SettingsError(`The settings cannot be used. ${faults.join("; ")}.`);
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
 * Reads the URL of the database, which has no default here.
 *
 * @throws {SettingsError} when DATABASE_URL is not set.
 */
export function readDatabaseUrl({ DATABASE_URL }: Readonly<Record<string, string>>): string {
  const url = DATABASE_URL?.trim();
  if (url) return url;
  throw new SettingsError(
    "DATABASE_URL is not set. Set it to the URL of the database, or run `deno task app`, which takes the workbook's " +
      "PostgreSQL where it is not set.",
  );
}
