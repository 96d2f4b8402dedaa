/**
 * Bypasses a proxy for addresses of this machine. Like curl and pip, Deno sends every request to the proxy of
 * HTTP_PROXY or ALL_PROXY, even those to 127.0.0.1, unless NO_PROXY excludes them.
 *
 * @module
 */

const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/** A proxy set in the environment. */
export interface NamedProxy {
  /** Variable name as spelled: `HTTP_PROXY`, `http_proxy`, … */
  readonly variable: string;
  readonly url: string;
}

/** Returns the proxies set in an environment, in upper or lower case, ordered by variable name. */
export function proxiesIn(environment: Readonly<Record<string, string>>): NamedProxy[] {
  return Object.entries(environment)
    .filter(([variable, url]) => /^(https?|all)_proxy$/i.test(variable) && url.trim() !== "")
    .map(([variable, url]) => ({ variable, url }))
    .sort((a, b) => a.variable < b.variable ? -1 : 1);
}

/**
 * Returns the variables that exclude this machine's addresses from proxying, in addition to those in NO_PROXY.
 * @param hosts more hosts to reach without a proxy.
 * @returns nothing if the environment sets no proxy; otherwise both spellings, because programs differ in which one
 * they prefer.
 */
export function directVariables(
  environment: Readonly<Record<string, string>>,
  hosts: readonly string[] = [],
): Record<string, string> {
  if (proxiesIn(environment).length === 0) return {};
  const said = Object.entries(environment).filter(([name]) => name.toLowerCase() === "no_proxy");
  const named = said.flatMap(([, value]) => value.split(",")).map((host) => host.trim()).filter(Boolean);
  // the star means every host, and only if it stands alone
  const value = named.includes("*") ? "*" : [...new Set([...named, ...LOOPBACK, ...hosts])].join(",");
  return { NO_PROXY: value, no_proxy: value };
}

/**
 * Sets these variables for this process and its child processes. Call it before the first `fetch`: Deno reads them
 * once.
 */
export function keepDirect(...hosts: string[]): void {
  for (const [name, value] of Object.entries(directVariables(Deno.env.toObject(), hosts))) Deno.env.set(name, value);
}
