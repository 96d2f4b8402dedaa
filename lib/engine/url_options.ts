/**
 * The options of a database URL. Those in {@linkcode CONNECTION_OPTIONS} configure the connection and mean the same for
 * every driver; `options`, and any other name, is a server setting: `search_path`, `statement_timeout`, `shop.tenant`.
 * An option known only to a package or library, and not to the server, is rejected when the URL is parsed, for every
 * driver alike.
 *
 * @module
 */
import { closest } from "../base/closest.ts";
import type { Fail, Take } from "./url_parts.ts";

/** Options that configure the connection. */
export const CONNECTION_OPTIONS: readonly string[] = [
  "host",
  "port",
  "user",
  "password",
  "sslmode",
  "sslrootcert",
  "connect_timeout",
  "pool_size",
  "client_encoding",
];

/** Server settings that often occur in URLs: similar names are considered misspelt. */
const USUAL_SETTINGS: readonly string[] = [
  "application_name",
  "options",
  "role",
  "search_path",
  "statement_timeout",
  "lock_timeout",
  "transaction_timeout",
  "idle_session_timeout",
  "idle_in_transaction_session_timeout",
  "default_transaction_read_only",
  "default_transaction_isolation",
  "timezone",
  "datestyle",
  "intervalstyle",
];

/**
 * Options of libpq, npm pg, npm postgres and other libraries that are not server settings, and what to write instead.
 */
const FOREIGN: ReadonlyMap<string, string> = new Map(
  ([
    ["write the database behind the host", "dbname database db"],
    ['write "user"', "username usr"],
    ['write "password"', "pass passwd pwd passfile"],
    ['write "application_name"', "fallback_application_name app_name appname"],
    ['write "sslmode"', "ssl tls requiressl sslaccept sslnegotiation uselibpqcompat"],
    ['write "sslrootcert"', "sslca ca"],
    ['write "connect_timeout", in seconds', "connectionTimeoutMillis connection_timeout timeout"],
    ['write "statement_timeout"', "query_timeout command_timeout socket_timeout"],
    ['write "search_path"', "schema currentSchema"],
    ['write "pool_size"', "max min connection_limit pool_min pool_max maxsize minsize"],
    [
      "give it to createEngine()",
      "prepare pgbouncer prepared_statement_cache_size statement_cache_size max_overflow pool_timeout pool_recycle " +
      "pool_pre_ping echo max_lifetime idle_timeout idleTimeoutMillis",
    ],
    [
      "remove it",
      "hostaddr require_auth channel_binding enableChannelBinding gssencmode gsslib gssdelegation krbsrvname requirepeer " +
      "sslcompression sslcert sslkey sslkeylogfile sslpassword sslcertmode sslcrl sslcrldir sslsni sslidentity " +
      "ssl_min_protocol_version ssl_max_protocol_version min_protocol_version max_protocol_version service servicefile " +
      "scram_client_key scram_server_key oauth_issuer oauth_client_id oauth_client_secret oauth_scope replication " +
      "target_session_attrs load_balance_hosts keepalives keepalives_idle keepalives_interval keepalives_count keep_alive " +
      "keepAlive keepAliveInitialDelayMillis max_pipeline fetch_types backoff debug binary encoding authtype tty",
    ],
  ] as const).flatMap(([advice, names]) =>
    names.split(" ").map((name): [string, string] => [name.toLowerCase(), advice])
  ),
);

/** Rejects a name that is neither an option nor, as far as can be determined here, a server setting. */
export function checkOption(name: string, fail: Fail): void {
  if (!/^[a-z_][\w.]*$/i.test(name)) fail("options", `an option is written "name=value"; a "?" before the host, "%3F"`);
  const lower = name.toLowerCase(); // setting names are case-insensitive
  const advice = FOREIGN.get(lower);
  if (advice) fail("options", `the option "${name}" is not supported; ${advice}`);
  if (name.includes(".") || USUAL_SETTINGS.includes(lower)) return;
  const meant = closest(name, [...CONNECTION_OPTIONS, ...USUAL_SETTINGS]);
  if (meant) fail("options", `there is no option "${name}"; did you mean "${meant}"?`);
  if (/[a-z][A-Z]/.test(name)) {
    fail("options", `there is no option "${name}"; the server's settings are in small letters`);
  }
}

/** Removes the encoding, which is UTF-8 for every driver, from the options. */
export function checkEncoding(take: Take, fail: Fail): void {
  const encoding = take("client_encoding") ?? "UTF8";
  if (!/^(utf-?8|unicode|auto)$/i.test(encoding)) {
    fail(
      "options",
      `client_encoding "${encoding}": texts travel as UTF-8, whatever the database's encoding; remove it`,
    );
  }
}
