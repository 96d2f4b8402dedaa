/**
 * What messages do with text before they show it.
 *
 * @module
 */

/** Masks the password in anything that looks like a database URL. */
export function maskPassword(text: string): string {
  const authority = text.replace(/(:\/\/[^:@/?\s]*):[^\s]*@/g, "$1:***@");
  return authority.replace(/(^|[?&])(password|sslpassword)=[^&\s]*/g, "$1$2=***");
}

/** Masks the password in a text that is, or was meant to be, a database URL; rather too much than too little. */
export function maskUrl(url: string): string {
  const authority = url.replace(/^([^:/]*:\/\/[^:]*|(?!.*:\/\/)[^:]*):.*@/s, "$1:***@");
  // misspelt ones too: what is refused is shown
  return authority.replace(/([?&][^=&]*(?:pas+|pwd|secret|key)[^=&]*=)[^&]*/gi, "$1***");
}

/** Puts a text on one line and cuts it to `length` characters. */
export function shorten(text: string, length: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
