/**
 * The address JupyterLab listens on, and the address at which this machine reaches it.
 *
 * @module
 */

/** An address to listen on. */
export interface Host {
  /** For programs: without the brackets of an IPv6 address in a URL. */
  readonly listen: string;
  /** Address at which this machine connects to it. */
  readonly reach: string;
  /** The same for use in a URL. */
  readonly inUrl: string;
  /** Whether it is a wildcard for all addresses of the machine. */
  readonly isEvery: boolean;
}

/** Parses the value of `--host`: an IPv4 or IPv6 address of this machine, a host name, or a wildcard. */
export function readHost(text: string): Host {
  const bare = text.trim().replace(/^\[(.*)\]$/, "$1");
  const listen = bare === "" || bare === "*" ? "0.0.0.0" : bare;
  // connecting to a wildcard address is an error on some systems
  const reach = listen === "0.0.0.0" ? "127.0.0.1" : /^[0:]+$/.test(listen) ? "::1" : listen;
  return { listen, reach, inUrl: reach.includes(":") ? `[${reach}]` : reach, isEvery: reach !== listen };
}
