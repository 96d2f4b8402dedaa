/**
 * The parts of a database URL: valid values, and errors for anything else.
 *
 * @module
 */
import type { UrlPart } from "./errors.ts";

/** The drivers an engine can use. */
export type DriverName = "pg" | "postgres" | "libpq" | "wire";

/** The TLS mode of a connection; names and meanings are libpq's. */
export type SslMode = "disable" | "prefer" | "require" | "verify-ca" | "verify-full";

const DRIVERS: readonly DriverName[] = ["pg", "postgres", "libpq", "wire"];
const SSL_MODES: readonly SslMode[] = ["disable", "prefer", "require", "verify-ca", "verify-full"];

/** Replacements for driver names of SQLAlchemy. */
const PYTHON_DRIVERS: Record<string, string> = {
  asyncpg: `asyncpg is a Python driver; use "postgresql+postgres://"`,
  psycopg: `psycopg is a Python driver; use "postgresql+pg://"`,
  psycopg2: `psycopg2 is a Python driver; use "postgresql+libpq://"`,
  pg8000: `pg8000 is a Python driver; use "postgresql+pg://"`,
};

/** Rejects a part of the URL. */
export type Fail = (part: UrlPart, problem: string) => never;

/** Removes an option from those of the URL and returns its value. */
export type Take = (name: string) => string | undefined;

/** Decodes percent-encoding. */
export function decode(text: string | undefined, part: UrlPart, fail: Fail): string | undefined {
  try {
    return text && decodeURIComponent(text);
  } catch {
    return fail(part, `its percent-encoding is invalid; write "%" as "%25"`);
  }
}

/** Parses the driver name; pg is the default. */
export function parseDriver(driver = "pg", fail: Fail): DriverName {
  if (Object.hasOwn(PYTHON_DRIVERS, driver)) fail("driver", PYTHON_DRIVERS[driver]);
  const choice = DRIVERS.map((name) => `"${name}"`).join(", ");
  return DRIVERS.find((name) => name === driver) ??
    fail("driver", `"${driver}" is not a known driver; choose one of ${choice}`);
}

const ADDRESS_PATTERN = /^(?:\[(?<ipv6>[^\]]*)\]|(?<name>[^:]*))(?::(?<port>[^:]*))?$/s;

/** Parses host and port, or the directory of a socket, which may also be given as options. */
export function parseAddress(address: string, take: Take, fail: Fail): { host: string; port: number } {
  const [hostOption, portOption] = [take("host"), take("port")];
  if (address.includes("@")) fail("host", `it contains "@"; write an "@" in the user or password as "%40"`);
  if (`${address}${hostOption}`.includes(",")) fail("host", "several hosts are not supported; give one");
  const match = ADDRESS_PATTERN.exec(address) ?? fail("host", `write an IPv6 address in brackets: "[::1]:5432"`);
  const { ipv6, name, port } = match.groups as { ipv6?: string; name?: string; port?: string };
  const host = ipv6 ?? (decode(name, "host", fail) || hostOption);
  if (!host) fail("host", `it is empty; write a host such as "localhost", or "?host=/socket/folder"`);
  if (ipv6 !== undefined && !/^[0-9a-f:.%\w]*:[0-9a-f:.%\w]*$/i.test(ipv6)) {
    fail("host", `"${ipv6}" is not an IPv6 address`);
  }
  if (/\s/.test(host)) fail("host", "it contains white space");
  return { host, port: parsePort(port ?? portOption, fail) };
}

function parsePort(port: string | undefined, fail: Fail): number {
  const number = Number(port || 5432);
  const isPort = /^\d*$/.test(port ?? "") && number >= 1 && number <= 65_535;
  return isPort ? number : fail("port", `"${port}" is not a number from 1 to 65535`);
}

/** Parses `sslmode`. */
export function parseSslMode(mode = "disable", fail: Fail): SslMode {
  return SSL_MODES.find((name) => name === (mode === "allow" ? "prefer" : mode)) ??
    fail("options", `sslmode "${mode}" is none of ${SSL_MODES.join(", ")}`);
}

/** Parses an option that is a whole number; `undefined` for 0. */
export function parseWhole(name: string, take: Take, fail: Fail): number | undefined {
  const value = take(name) ?? "0";
  if (!/^\d+$/.test(value)) fail("options", `${name} "${value}" is not a whole number`);
  return Number(value) || undefined;
}
