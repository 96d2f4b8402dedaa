/**
 * Default names for users created without one.
 *
 * @module
 */
const FIRST = ["Blue", "Brave", "Calm", "Deep", "Jolly", "Kind", "Quick", "Quiet", "Round", "Salty", "Sunny", "Tiny"];
const LAST = ["Clam", "Coral", "Crab", "Eel", "Kelp", "Limpet", "Otter", "Pearl", "Ray", "Shrimp", "Snail", "Squid"];

/** Returns a random name such as `Salty Otter`. */
export function madeUpName(): string {
  return `${oneOf(FIRST)} ${oneOf(LAST)}`;
}

function oneOf(words: readonly string[]): string {
  return words[Math.floor(Math.random() * words.length)];
}
