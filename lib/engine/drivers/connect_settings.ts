/** What an engine's URL and options mean for each of its connections. @module */
import type { ConnectSettings } from "../driver.ts";
import type { EngineOptions } from "../engine.ts";
import type { EngineUrl } from "../url.ts";

/** What the driver is told when it opens a connection. */
export function connectSettings(url: EngineUrl, options: EngineOptions, signal?: AbortSignal): ConnectSettings {
  const { applicationName, statementTimeout, connectTimeout, isolationLevel, readOnly } = options;
  const { prepare = true, nonblocking = false } = options;
  const settings: Record<string, string> = { application_name: "deno", ...url.settings };
  if (applicationName !== undefined) settings.application_name = applicationName;
  if (statementTimeout !== undefined) settings.statement_timeout = String(statementTimeout);
  // as defaults of the connection they hold for AUTOCOMMIT and Kysely's transactions too
  if (readOnly !== undefined) settings.default_transaction_read_only = readOnly ? "on" : "off";
  if (isolationLevel !== undefined && isolationLevel !== "AUTOCOMMIT") {
    settings.default_transaction_isolation = isolationLevel.toLowerCase();
  }
  const milliseconds = connectTimeout ?? (url.connectTimeout ?? 10) * 1000;
  return { url, settings, connectTimeout: milliseconds, signal, prepare, nonblocking };
}
