/**
 * Small changes to a PostgreSQL URL, made on its text so that every form survives: Unix sockets, several hosts,
 * passwords with percent signs. `lib/engine/url.ts` is the real parser; this needs none of it.
 *
 * @module
 */

/** Scheme, driver, authority, path, query. */
const PARTS = /^(postgres(?:ql)?)(\+\w+)?:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?/;

/** Takes the driver out: `postgresql+pg://…` becomes `postgresql://…`. Other text is returned as it is. */
export function withoutDriver(url: string): string {
  return url.replace(/^(postgres(?:ql)?)\+\w+:/, "$1:");
}

/** Names another database of the same server; the driver is taken out. */
export function withDatabase(url: string, database: string): string {
  const [, scheme, , authority, , query] = PARTS.exec(url) ?? [];
  if (scheme === undefined) return url;
  return `${scheme}://${authority}/${encodeURIComponent(database)}${query ? `?${query}` : ""}`;
}

/** Adds a start-up option such as `-csearch_path=mine` behind those that the URL has; the driver is taken out. */
export function withStartupOption(url: string, option: string): string {
  const [, scheme, , authority, path, query] = PARTS.exec(url) ?? [];
  if (scheme === undefined) return url;
  const fields = (query ?? "").split("&").filter((field) => field !== "");
  const earlier = fields.find((field) => field.startsWith("options="));
  const options = earlier ? `${earlier}%20${encodeURIComponent(option)}` : `options=${encodeURIComponent(option)}`;
  const others = fields.filter((field) => field !== earlier);
  return `${scheme}://${authority}/${path ?? ""}?${[...others, options].join("&")}`;
}

/** The same database at another address, such as a proxy's; the driver is taken out. Not for Unix sockets. */
export function withAddress(url: string, host: string, port: number): string {
  const [, scheme, , authority, path, query] = PARTS.exec(url) ?? [];
  if (scheme === undefined) return url;
  return `${scheme}://${authority.replace(/[^@]*$/, `${host}:${port}`)}/${path ?? ""}${query ? `?${query}` : ""}`;
}

/** Hides the password, for printing: `postgresql://ada:***@host/db`. */
export function masked(url: string): string {
  return url.replace(/^(\w[\w+]*:\/\/[^:/?#@]*):[^/?#]*@/, "$1:***@").replace(/([?&]password=)[^&#]*/, "$1***");
}
