/**
 * The address of a database: `dialect+driver://user:password@host:port/database?options`, the form of SQLAlchemy's
 * `make_url()` and, without `+driver`, of libpq's connection URIs
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS).
 *
 * @module
 */
import { InvalidUrlError, type UrlPart } from "./errors.ts";

/** The drivers an engine can use. */
export type DriverName = "pg" | "postgres";

/** How a connection uses TLS; the names and meanings are libpq's. */
export type SslMode = "disable" | "prefer" | "require" | "verify-ca" | "verify-full";

const DRIVERS: readonly DriverName[] = ["pg", "postgres"];
const DEFAULT_DRIVER: DriverName = "pg";
const SSL_MODES: readonly SslMode[] = ["disable", "prefer", "require", "verify-ca", "verify-full"];

/** What to write for the driver names that SQLAlchemy users bring along. */
const PYTHON_DRIVERS: Record<string, string> = {
  asyncpg: `asyncpg is a Python driver; its place here is taken by "postgresql+postgres://"`,
  psycopg: `psycopg is a Python driver; its place here is taken by "postgresql+pg://"`,
  psycopg2: `psycopg2 is a Python driver; of the drivers here "postgresql+pg://" comes nearest`,
  pg8000: `pg8000 is a Python driver; its place here is taken by "postgresql+pg://"`,
};

/** Options of libpq that would change how a connection is made and that no driver here implements. */
const UNSUPPORTED_OPTIONS = new Set([
  "channel_binding",
  "gssencmode",
  "hostaddr",
  "krbsrvname",
  "passfile",
  "require_auth",
  "service",
  "sslcert",
  "sslkey",
  "sslpassword",
  "target_session_attrs",
]);

const SHAPE = /^([^:/+]*)(?:\+([^:/]*))?:\/\/(?:([^:@/?]*)(?::([^@]*))?@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s;

/** A parsed database URL. `toString()` masks the password; so does printing it. */
export class EngineUrl {
  readonly dialect = "postgresql";
  readonly driver: DriverName;
  readonly user: string | undefined;
  /** Decoded; private so that neither `console.log` nor JSON shows it. */
  readonly #password: string | undefined;
  /** A host name, an IP address (IPv6 without brackets), or the folder of a unix socket (begins with `/`). */
  readonly host: string;
  readonly port: number;
  readonly database: string | undefined;
  readonly sslMode: SslMode;
  /** Path of a file with the certificates to trust, for `verify-ca` and `verify-full`. */
  readonly sslRootCert: string | undefined;
  /** Server settings for each connection: `application_name`, `search_path`, `options`, … */
  readonly settings: Readonly<Record<string, string>>;
  /** Seconds to wait for a connection, from `connect_timeout`. */
  readonly connectTimeout: number | undefined;
  readonly #query: string;

  private constructor(parts: RegExpMatchArray, text: string) {
    const [, dialect, driver, user, password, address, database, query] = parts;
    if (dialect !== "postgresql" && dialect !== "postgres") {
      throw new InvalidUrlError("dialect", text, `"${dialect}" is not a known dialect; write "postgresql"`);
    }
    this.driver = parseDriver(driver, text);
    if (database?.includes("@")) {
      throw new InvalidUrlError("database", text, `it contains "@"; a "/" before the host is written "%2F"`);
    }
    this.database = decode(database, "database", text) || undefined;
    const options = new URLSearchParams(query);
    const take = (name: string): string | undefined => {
      const value = options.get(name) ?? undefined;
      options.delete(name);
      return value;
    };
    this.user = (decode(user, "user", text) || take("user")) || undefined;
    this.#password = decode(password, "password", text) ?? take("password");
    this.#query = (query ?? "").split("&").filter((field) => !/^(user|password)=/.test(field)).join("&");
    const socketFolder = take("host");
    ({ host: this.host, port: this.port } = parseAddress(address, socketFolder, take("port"), text));
    this.sslMode = parseSslMode(take("sslmode"), text);
    this.sslRootCert = take("sslrootcert");
    this.connectTimeout = parseSeconds(take("connect_timeout"), text);
    for (const name of options.keys()) {
      if (!/^[a-z_][\w.]*$/i.test(name)) {
        throw new InvalidUrlError("options", text, `an option is written "name=value"; a "?" before the host, "%3F"`);
      }
      if (UNSUPPORTED_OPTIONS.has(name)) {
        throw new InvalidUrlError("options", text, `the option "${name}" is not supported; remove it`);
      }
    }
    this.settings = Object.fromEntries(options);
  }

  /**
   * Reads a database URL.
   *
   * ```ts
   * import { assertEquals } from "@std/assert";
   *
   * const url = EngineUrl.parse("postgresql+pg://sandy:p%40ss@localhost/shop");
   * assertEquals(url.driver, "pg");
   * assertEquals(url.port, 5432);
   * assertEquals(url.password, "p@ss");
   * assertEquals(`${url}`, "postgresql+pg://sandy:***@localhost/shop");
   * ```
   *
   * @param text `postgresql+driver://user:password@host:port/database?options`; user, password, host and database may
   * be percent-encoded. A unix socket is given by its folder: `postgresql:///shop?host=/var/run/postgresql`.
   * @throws {InvalidUrlError} naming the part at fault.
   */
  static parse(text: string): EngineUrl {
    const parts = SHAPE.exec(text);
    if (!parts) throw new InvalidUrlError("url", text, `write "postgresql://user:password@host:5432/database"`);
    return new EngineUrl(parts, text);
  }

  /** The decoded password, in clear. */
  get password(): string | undefined {
    return this.#password;
  }

  /** True when the host is the folder of a unix socket. */
  get isSocket(): boolean {
    return this.host.startsWith("/");
  }

  /** The same address with another driver. */
  withDriver(driver: DriverName): EngineUrl {
    return EngineUrl.parse(this.reveal().replace(/^postgresql\+\w+/, `postgresql+${driver}`));
  }

  /** The URL with its password in clear: for handing it to another program, never for printing. */
  reveal(): string {
    return this.#text(encodeURIComponent(this.#password ?? ""));
  }

  /** The URL with the password replaced by `***`. */
  toString(): string {
    return this.#text("***");
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("Deno.customInspect")](): string {
    return `EngineUrl ${this}`;
  }

  #text(shownPassword: string): string {
    const password = this.#password === undefined ? "" : `:${shownPassword}`;
    const user = this.user === undefined && !password ? "" : `${encodeURIComponent(this.user ?? "")}${password}@`;
    const inQuery = (name: string) => new RegExp(`(^|&)${name}=`).test(this.#query);
    const socket = inQuery("host") ? "" : encodeURIComponent(this.host);
    const host = this.isSocket ? socket : this.host.includes(":") ? `[${this.host}]` : encodeURIComponent(this.host);
    const port = this.port === 5432 || inQuery("port") ? "" : `:${this.port}`;
    const database = this.database === undefined ? "" : encodeURIComponent(this.database);
    const query = this.#query ? `?${this.#query}` : "";
    const path = database || query ? `/${database}` : "";
    return `postgresql+${this.driver}://${user}${host}${port}${path}${query}`;
  }
}

function decode(part: string | undefined, name: UrlPart, text: string): string | undefined {
  if (part === undefined) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    throw new InvalidUrlError(name, text, `its percent-encoding is broken; write "%" as "%25"`);
  }
}

function parseDriver(driver: string | undefined, text: string): DriverName {
  if (driver === undefined) return DEFAULT_DRIVER;
  const known = DRIVERS.find((name) => name === driver);
  if (known) return known;
  const hint = Object.hasOwn(PYTHON_DRIVERS, driver) ? PYTHON_DRIVERS[driver] : undefined;
  throw new InvalidUrlError(
    "driver",
    text,
    hint ?? `"${driver}" is not a known driver; choose one of ${DRIVERS.map((name) => `"${name}"`).join(", ")}`,
  );
}

function parseAddress(
  address: string,
  hostOption: string | undefined,
  portOption: string | undefined,
  text: string,
): { host: string; port: number } {
  if (address.includes("@")) {
    throw new InvalidUrlError("host", text, `it contains "@"; an "@" in the user or password is written "%40"`);
  }
  if (address.includes(",") || hostOption?.includes(",")) {
    throw new InvalidUrlError("host", text, "several hosts are not supported; give one");
  }
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::([^:]*))?$/s.exec(address) ?? [];
  if (bracketed === undefined && plain === undefined) {
    throw new InvalidUrlError("host", text, `an IPv6 address stands in brackets: "[::1]:5432"`);
  }
  const host = bracketed ?? (decode(plain, "host", text) || hostOption);
  if (!host) {
    throw new InvalidUrlError("host", text, `it is empty; write a host such as "localhost", or "?host=/socket/folder"`);
  }
  if (bracketed !== undefined && !/^[0-9a-f:.%\w]*:[0-9a-f:.%\w]*$/i.test(bracketed)) {
    throw new InvalidUrlError("host", text, `"${bracketed}" is not an IPv6 address`);
  }
  if (/\s/.test(host)) throw new InvalidUrlError("host", text, "it contains white space");
  return { host, port: parsePort(port ?? portOption, text) };
}

function parsePort(port: string | undefined, text: string): number {
  if (port === undefined || port === "") return 5432;
  const number = Number(port);
  if (!/^\d+$/.test(port) || number < 1 || number > 65_535) {
    throw new InvalidUrlError("port", text, `"${port}" is not a number from 1 to 65535`);
  }
  return number;
}

function parseSslMode(mode: string | undefined, text: string): SslMode {
  if (mode === undefined) return "disable";
  const known = SSL_MODES.find((name) => name === (mode === "allow" ? "prefer" : mode));
  if (known) return known;
  throw new InvalidUrlError("options", text, `sslmode "${mode}" is none of ${SSL_MODES.join(", ")}`);
}

function parseSeconds(seconds: string | undefined, text: string): number | undefined {
  if (seconds === undefined) return undefined;
  if (/^\d+$/.test(seconds)) return Number(seconds) || undefined; // 0 asks libpq for its default
  throw new InvalidUrlError("options", text, `connect_timeout "${seconds}" is not a whole number of seconds`);
}
