/**
 * The address that JupyterLab listens on, and the one at which this machine reaches it there.
 *
 * @module
 */

/** An address to listen on. */
export interface Host {
  /** As programs want it: without the brackets that an IPv6 address has in a URL. */
  readonly listen: string;
  /** Where this machine reaches what listens there. */
  readonly reach: string;
  /** The same as a part of a URL. */
  readonly inUrl: string;
  /** Whether it stands for every address of the machine. */
  readonly isEvery: boolean;
}

/** Reads what `--host` was given: an IPv4 or IPv6 address of this machine, a name of it, or a wildcard. */
export function readHost(text: string): Host {
  const bare = text.trim().replace(/^\[(.*)\]$/, "$1");
  const listen = bare === "" || bare === "*" ? "0.0.0.0" : bare;
  // nobody connects to a wildcard itself: on some systems it is an error
  const reach = listen === "0.0.0.0" ? "127.0.0.1" : /^[0:]+$/.test(listen) ? "::1" : listen;
  return { listen, reach, inUrl: reach.includes(":") ? `[${reach}]` : reach, isEvery: reach !== listen };
}
