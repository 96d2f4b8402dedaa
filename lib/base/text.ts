/**
 * Prepares text for messages.
 *
 * @module
 */

/** Masks the password in anything that looks like a database URL. */
export function maskPassword(text: string): string {
  const authority = text.replace(/(:\/\/[^:@/?\s]*):[^\s]*@/g, "$1:***@");
  return authority.replace(/(^|[?&])(password|sslpassword)=[^&\s]*/g, "$1$2=***");
}

/** Masks the password in a text that is, or was meant to be, a database URL; errs on the side of masking too much. */
export function maskUrl(url: string): string {
  const authority = url.replace(/^([^:/]*:\/\/[^:]*|(?!.*:\/\/)[^:]*):.*@/s, "$1:***@");
  // misspelt names too: the message quotes what was rejected
  return authority.replace(/([?&][^=&]*(?:pas+|pwd|secret|key)[^=&]*=)[^&]*/gi, "$1***");
}

/** Collapses a text into one line and truncates it to `length` characters. */
export function shorten(text: string, length: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

/** Returns the plural of a noun or of words that end in one: `policies` for `policy`. */
export function plural(kind: string): string {
  if (kind.endsWith("s")) return kind;
  if (/[^e]y$/.test(kind)) return `${kind.slice(0, -1)}ies`;
  return `${kind}${kind.endsWith("x") ? "es" : "s"}`;
}
