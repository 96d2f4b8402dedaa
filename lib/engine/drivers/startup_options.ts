/**
 * Server settings as the `options` of the startup message, `-c name=value …`
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-OPTIONS).
 *
 * @module
 */

/**
 * Formats server settings for the startup message.
 *
 * @param settings server settings by name; `options` is kept verbatim, `application_name` is left out because the
 * startup message has a field of its own for it.
 * @returns the text, empty if there is nothing to set.
 */
export function startupOptions(settings: Readonly<Record<string, string>>): string {
  const { options, application_name: _, ...named } = settings;
  const list = Object.entries(named).map(([name, value]) => `-c ${name}=${value.replace(/[\s\\]/g, "\\$&")}`);
  return [options, ...list].filter(Boolean).join(" ");
}
