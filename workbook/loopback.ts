/**
 * Behind a company's proxy: addresses of this machine are reached without it. Deno, as curl, pip and others, sends every
 * request to the proxy that HTTP_PROXY or ALL_PROXY names, those to 127.0.0.1 too, unless NO_PROXY says otherwise.
 *
 * @module
 */

const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/** A proxy that the environment names. */
export interface NamedProxy {
  /** The variable, as it is written: `HTTP_PROXY`, `http_proxy`, … */
  readonly variable: string;
  readonly url: string;
}

/** The proxies that an environment names, in upper or lower case, by the variables' names. */
export function proxiesIn(environment: Readonly<Record<string, string>>): NamedProxy[] {
  return Object.entries(environment)
    .filter(([variable, url]) => /^(https?|all)_proxy$/i.test(variable) && url.trim() !== "")
    .map(([variable, url]) => ({ variable, url }))
    .sort((a, b) => a.variable < b.variable ? -1 : 1);
}

/**
 * The variables that keep this machine's own addresses from going through a proxy, beside those that NO_PROXY names
 * already.
 *
 * @param hosts more addresses to reach without a proxy.
 * @returns nothing where the environment names no proxy; else both spellings, because programs differ in which they read
 * first.
 */
export function directVariables(
  environment: Readonly<Record<string, string>>,
  hosts: readonly string[] = [],
): Record<string, string> {
  if (proxiesIn(environment).length === 0) return {};
  const said = Object.entries(environment).filter(([name]) => name.toLowerCase() === "no_proxy");
  const named = said.flatMap(([, value]) => value.split(",")).map((host) => host.trim()).filter(Boolean);
  // the star means every host, and only where it stands alone
  const value = named.includes("*") ? "*" : [...new Set([...named, ...LOOPBACK, ...hosts])].join(",");
  return { NO_PROXY: value, no_proxy: value };
}

/**
 * Sets these variables for this process and the programs that it starts. Call it before the first `fetch`: Deno reads
 * them once.
 */
export function keepDirect(...hosts: string[]): void {
  for (const [name, value] of Object.entries(directVariables(Deno.env.toObject(), hosts))) Deno.env.set(name, value);
}
