/**
 * Database URLs: `dialect+driver://user:password@host:port/database?options`, the form of SQLAlchemy's `make_url()`
 * and, without `+driver`, of libpq's connection URIs
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS).
 *
 * @module
 */
import {
  decode,
  type DriverName,
  type Fail,
  parseAddress,
  parseDriver,
  parseSslMode,
  parseWhole,
  type SslMode,
  type Take,
} from "./url_parts.ts";
import { checkEncoding, checkOption } from "./url_options.ts";
import { InvalidUrlError } from "./errors.ts";

export type { DriverName, SslMode } from "./url_parts.ts";

const URL_PATTERN = new RegExp(
  String.raw`^(?<dialect>[^:/+]*)(?:\+(?<driver>[^:/]*))?://` +
    String.raw`(?:(?<user>[^:@/?]*)(?::(?<password>[^@]*))?@)?` +
    String.raw`(?<address>[^/?]*)(?:/(?<database>[^?]*))?(?:\?(?<query>.*))?$`,
  "s",
);

/** The parts of a database URL as they are written, percent-encoded. */
interface WrittenParts {
  readonly dialect: string;
  readonly driver?: string;
  readonly user?: string;
  readonly password?: string;
  readonly address: string;
  readonly database?: string;
  readonly query?: string;
}

/** A parsed database URL. `toString()` masks the password; so does printing it. */
export class EngineUrl {
  /** Always `postgresql`. */
  readonly dialect = "postgresql";
  /** Name of the driver (default `pg`). */
  readonly driver: DriverName;
  /** The decoded user name. */
  readonly user: string | undefined;
  /** The decoded password; private so that neither `console.log` nor JSON reveals it. */
  readonly #password: string | undefined;
  /** A host name, an IP address (IPv6 without brackets), or the folder of a unix socket (begins with `/`). */
  readonly host: string;
  /** TCP port (default 5432). */
  readonly port: number;
  /** The decoded database name. */
  readonly database: string | undefined;
  /** TLS mode (default `disable`). */
  readonly sslMode: SslMode;
  /** Path of a file with trusted root certificates, for `verify-ca` and `verify-full`. */
  readonly sslRootCert: string | undefined;
  /** Server settings of each connection: `application_name`, `search_path`, `options`, … */
  readonly settings: Readonly<Record<string, string>>;
  /** Seconds to wait for a connection, from `connect_timeout`. */
  readonly connectTimeout: number | undefined;
  /** Default maximum number of connections, from `pool_size`. */
  readonly poolSize: number | undefined;
  readonly #query: string;

  private constructor({ dialect, driver, user, password, address, database, query }: WrittenParts, fail: Fail) {
    if (dialect !== "postgresql" && dialect !== "postgres") {
      fail("dialect", `"${dialect}" is not a known dialect; write "postgresql"`);
    }
    this.driver = parseDriver(driver, fail);
    if (database?.includes("@")) fail("database", `it contains "@"; a "/" before the host is written "%2F"`);
    this.database = decode(database, "database", fail) || undefined;
    const options = new URLSearchParams(query);
    const take: Take = (name) => {
      const value = options.get(name) ?? undefined;
      options.delete(name);
      return value;
    };
    const [userOption, passwordOption] = [take("user"), take("password")];
    this.user = (decode(user, "user", fail) || userOption) || undefined;
    this.#password = decode(password, "password", fail) ?? passwordOption;
    this.#query = (query ?? "").split("&").filter((field) => !/^(user|password)=/.test(field)).join("&");
    ({ host: this.host, port: this.port } = parseAddress(address, take, fail));
    this.sslMode = parseSslMode(take("sslmode"), fail);
    this.sslRootCert = take("sslrootcert");
    this.connectTimeout = parseWhole("connect_timeout", take, fail); // 0 means libpq's default
    this.poolSize = parseWhole("pool_size", take, fail);
    checkEncoding(take, fail);
    for (const name of options.keys()) checkOption(name, fail);
    this.settings = Object.fromEntries(options);
  }

  /**
   * Parses a database URL.
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
   * be percent-encoded. A Unix socket is given by its directory: `postgresql:///shop?host=/var/run/postgresql`. The
   * options `sslmode`, `sslrootcert`, `connect_timeout` (seconds) and `pool_size` configure the connection; all others
   * are server settings: `?search_path=shop&statement_timeout=5s&shop.tenant=7`.
   * @throws {InvalidUrlError} naming the invalid part.
   */
  static parse(text: string): EngineUrl {
    const fail: Fail = (part, problem) => {
      throw new InvalidUrlError(part, text, problem);
    };
    const match = URL_PATTERN.exec(text) ?? fail("url", `write "postgresql://user:password@host:5432/database"`);
    return new EngineUrl(match.groups as unknown as WrittenParts, fail);
  }

  /** The decoded password, in clear text. */
  get password(): string | undefined {
    return this.#password;
  }

  /** True if the host is the directory of a Unix socket. */
  get isSocket(): boolean {
    return this.host.startsWith("/");
  }

  /** Returns the same URL with another driver. */
  withDriver(driver: DriverName): EngineUrl {
    return EngineUrl.parse(this.reveal().replace(/^postgresql\+\w+/, `postgresql+${driver}`));
  }

  /** Returns the URL with its password in clear text: to pass to another program, never to print. */
  reveal(): string {
    return this.#text(encodeURIComponent(this.#password ?? ""));
  }

  /** Returns the URL with the password replaced by `***`. */
  toString(): string {
    return this.#text("***");
  }

  /** Returns the URL with the password replaced by `***`. */
  toJSON(): string {
    return this.toString();
  }

  /** Displays the URL with the password replaced by `***`. */
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
