/**
 * The database URL in the environment: DATABASE_URL, or its parts as the image of PostgreSQL names them, for passwords
 * that a URL would have to encode.
 *
 * @module
 */

/**
 * Returns the database URL that is configured; `undefined` if there is none.
 * @param environment DATABASE_URL; or POSTGRES_HOST, which makes the other parts count: POSTGRES_PORT (default 5432),
 * POSTGRES_USER (default postgres), POSTGRES_PASSWORD, POSTGRES_DB (default: the user).
 */
export function configuredDatabaseUrl(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const url = environment.DATABASE_URL?.trim();
  if (url) return url;
  const host = environment.POSTGRES_HOST?.trim();
  if (!host) return undefined;
  const { POSTGRES_USER: user = "postgres", POSTGRES_PASSWORD: password, POSTGRES_PORT: port = "5432" } = environment;
  const { POSTGRES_DB: database = user } = environment;
  const login = [user, ...(password ? [password] : [])].map(encodeURIComponent).join(":");
  const address = host.includes("/") ? encodeURIComponent(host) : host.includes(":") ? `[${host}]` : host;
  return `postgresql://${login}@${address}:${port}/${encodeURIComponent(database)}`;
}
