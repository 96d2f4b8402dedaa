/**
 * SASLprep (RFC 4013): spellings of a password that look the same become the same, as the server does when it stores
 * the password.
 *
 * @module
 */

/** RFC 3454, table C.1.2: spaces that become an ordinary one. */
const SPACES = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/gu;
/** Table B.1: characters that disappear. */
const NOTHING = /\u00AD|\u034F|\u1806|[\u180B-\u180D]|[\u200B-\u200D]|\u2060|[\uFE00-\uFE0F]|\uFEFF/gu;
/** Tables C.2 to C.9: with a character that is not permitted, the server takes the password as it is. */
const PROHIBITED =
  /[\p{Cc}\u0340\u0341\u06DD\u070F\u180E\u200E\u200F\u2028-\u202E\u2061-\u2063\u206A-\u206F\u2FF0-\u2FFB\uFFF9-\uFFFD\p{Co}\p{Cs}\p{Noncharacter_Code_Point}]|[\u{1D173}-\u{1D17A}]|[\u{E0001}\u{E0020}-\u{E007F}]/u;

/** Returns the password as it is hashed. */
export function preparePassword(password: string): string {
  if (/^[\x20-\x7E]*$/.test(password)) return password;
  const prepared = password.replace(SPACES, " ").replace(NOTHING, "").normalize("NFKC");
  return prepared === "" || PROHIBITED.test(prepared) || isMixed(prepared) ? password : prepared;
}

/** RFC 3454, section 6: a text from right to left begins and ends so, and has no letters of the other direction. */
function isMixed(text: string): boolean {
  const toTheLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;
  if (!toTheLeft.test(text)) return false;
  const characters = [...text];
  return /\p{Script=Latin}/u.test(text) || !toTheLeft.test(characters[0]) || !toTheLeft.test(characters.at(-1)!);
}
