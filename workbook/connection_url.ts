/**
 * Small edits of a PostgreSQL URL as text, so that every form is preserved: Unix sockets, several hosts,
 * percent-encoded passwords. `lib/engine/url.ts` is the full parser, which is not needed here.
 *
 * @module
 */

/** Scheme, driver, authority, path, query. */
const PARTS = /^(postgres(?:ql)?)(\+\w+)?:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?/;

/** Removes the driver: `postgresql+pg://…` becomes `postgresql://…`. Other text is returned unchanged. */
export function withoutDriver(url: string): string {
  return url.replace(/^(postgres(?:ql)?)\+\w+:/, "$1:");
}

/** Replaces the database, and removes the driver. */
export function withDatabase(url: string, database: string): string {
  const [, scheme, , authority, , query] = PARTS.exec(url) ?? [];
  if (scheme === undefined) return url;
  return `${scheme}://${authority}/${encodeURIComponent(database)}${query ? `?${query}` : ""}`;
}

/** Appends a start-up option such as `-csearch_path=mine` to those of the URL, and removes the driver. */
export function withStartupOption(url: string, option: string): string {
  const [, scheme, , authority, path, query] = PARTS.exec(url) ?? [];
  if (scheme === undefined) return url;
  const fields = (query ?? "").split("&").filter((field) => field !== "");
  const earlier = fields.find((field) => field.startsWith("options="));
  const options = earlier ? `${earlier}%20${encodeURIComponent(option)}` : `options=${encodeURIComponent(option)}`;
  const others = fields.filter((field) => field !== earlier);
  return `${scheme}://${authority}/${path ?? ""}?${[...others, options].join("&")}`;
}

/** Replaces host and port, for example by those of a proxy, and removes the driver. Not for Unix sockets. */
export function withAddress(url: string, host: string, port: number): string {
  const [, scheme, , authority, path, query] = PARTS.exec(url) ?? [];
  if (scheme === undefined) return url;
  return `${scheme}://${authority.replace(/[^@]*$/, `${host}:${port}`)}/${path ?? ""}${query ? `?${query}` : ""}`;
}

/** Masks the password for printing: `postgresql://ada:***@host/db`. */
export function masked(url: string): string {
  return url.replace(/^(\w[\w+]*:\/\/[^:/?#@]*):[^/?#]*@/, "$1:***@").replace(/([?&]password=)[^&#]*/, "$1***");
}

/** Returns the URL of the same database through a port of this machine, unencrypted: for a proxy in between. */
export function throughPort(url: string, port: number): string {
  const [start, query = ""] = url.split("?");
  const others = query.split("&").filter((field) => field && !/^(host|port|sslmode|sslrootcert)=/.test(field));
  return withAddress(`${start}?${[...others, "sslmode=disable"].join("&")}`, "127.0.0.1", port);
}
