/**
 * The options of a database URL. Those of {@linkcode CONNECTION_OPTIONS} are about the connection and mean the same on every
 * driver; `options`, and every other name, is a setting of the server: `search_path`, `statement_timeout`, `shop.tenant`.
 * What only one package or library knows, and the server does not, is refused when the URL is read, on every driver alike.
 *
 * @module
 */
import { closest } from "../base/closest.ts";
import type { Fail, Take } from "./url_parts.ts";

/** Options that are about the connection. */
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

/** Settings of the server that are often given in a URL: names close to them are taken for slips. */
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

/** Names of libpq, of npm pg, npm postgres and other libraries that are no settings of the server, and what to do instead. */
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

/** Refuses a name that is neither an option nor, as far as can be told here, a setting of the server. */
export function checkOption(name: string, fail: Fail): void {
  if (!/^[a-z_][\w.]*$/i.test(name)) fail("options", `an option is written "name=value"; a "?" before the host, "%3F"`);
  const lower = name.toLowerCase(); // the server makes no difference
  const advice = FOREIGN.get(lower);
  if (advice) fail("options", `the option "${name}" is not supported; ${advice}`);
  if (name.includes(".") || USUAL_SETTINGS.includes(lower)) return;
  const meant = closest(name, [...CONNECTION_OPTIONS, ...USUAL_SETTINGS]);
  if (meant) fail("options", `there is no option "${name}"; did you mean "${meant}"?`);
  if (/[a-z][A-Z]/.test(name)) {
    fail("options", `there is no option "${name}"; the server's settings are in small letters`);
  }
}

/** Takes the encoding, which is UTF-8 on every driver, out of the options. */
export function checkEncoding(take: Take, fail: Fail): void {
  const encoding = take("client_encoding") ?? "UTF8";
  if (!/^(utf-?8|unicode|auto)$/i.test(encoding)) {
    fail(
      "options",
      `client_encoding "${encoding}": texts travel as UTF-8, whatever the database's encoding; remove it`,
    );
  }
}
