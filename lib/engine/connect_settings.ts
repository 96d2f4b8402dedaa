/**
 * Connection settings from an engine's URL and options.
 *
 * @module
 */
import type { ConnectSettings } from "./driver.ts";
import type { ResolvedOptions } from "./options.ts";
import type { EngineUrl } from "./url.ts";

/**
 * Returns the settings with which the driver opens a connection.
 *
 * @param signal aborts the attempt.
 * @param left milliseconds that the caller has, if less than `connectTimeout`.
 */
export function connectSettings(
  url: EngineUrl,
  options: ResolvedOptions,
  signal?: AbortSignal,
  left: number = Infinity,
): ConnectSettings {
  const { applicationName, statementTimeout, isolationLevel, readOnly, prepare, nonblocking } = options;
  const settings: Record<string, string> = { application_name: "deno", ...url.settings };
  if (applicationName !== undefined) settings.application_name = applicationName;
  if (statementTimeout !== undefined) settings.statement_timeout = String(statementTimeout);
  // as defaults of the session they also apply to AUTOCOMMIT and to Kysely's transactions
  if (readOnly !== undefined) settings.default_transaction_read_only = readOnly ? "on" : "off";
  if (isolationLevel !== undefined && isolationLevel !== "AUTOCOMMIT") {
    settings.default_transaction_isolation = isolationLevel.toLowerCase();
  }
  const connectTimeout = Math.min(options.connectTimeout, Math.max(1, left));
  return { url, settings, connectTimeout, signal, prepare, nonblocking };
}
