/**
 * Options are checked when they are given: a notebook is not type-checked, and an option that is misspelt, or a text in the
 * place of a number, would otherwise do nothing, or fail much later and far away.
 *
 * @module
 */
import { closest } from "../base/closest.ts";
import { shorten } from "../base/text.ts";

/** What an option may be. */
export interface Kind {
  /** True of a value of the right type; another one is a TypeError. */
  readonly fits: (value: unknown) => boolean;
  /** Of a value of that type true when it is allowed; another one is a RangeError. */
  readonly allows?: (value: never) => boolean;
  /** For the message: "it must be …". */
  readonly must: string;
}

/** The options that something takes, by name. */
export type Kinds<Options> = { readonly [Name in keyof Required<Options>]: Kind };

/** `true` or `false`. */
export const flag: Kind = { fits: (value) => typeof value === "boolean", must: "true or false" };

/** A text that PostgreSQL can take. */
export const text: Kind = {
  fits: (value) => typeof value === "string",
  allows: (value: string) => !value.includes("\0"),
  must: "a text without the NUL character",
};

/**
 * What would mean nothing here.
 *
 * @param why for the message.
 */
export const leftOut = (why: string): Kind => ({ fits: () => false, must: `left out: ${why}` });

/** A number of milliseconds; `Infinity` is for ever. */
export const milliseconds = (least: number): Kind => ({
  fits: (value) => typeof value === "number",
  allows: (value: number) => value >= least,
  must: `a number of milliseconds, at least ${least}`,
});

/** A count; `Infinity` is as many as there may be. */
export const whole = (least: number): Kind => ({
  fits: (value) => typeof value === "number",
  allows: (value: number) => value >= least && (Number.isInteger(value) || value === Infinity),
  must: `a whole number of at least ${least}`,
});

/** One of some texts. */
export const oneOf = (values: readonly string[]): Kind => ({
  fits: (value) => typeof value === "string",
  allows: (value: string) => values.includes(value),
  must: `one of ${values.join(", ")}`,
});

/** Either of two kinds. */
export const either = (one: Kind, other: Kind): Kind => ({
  fits: (value) => one.fits(value) || other.fits(value),
  allows: (value: unknown) => [one, other].some((kind) => kind.fits(value) && (kind.allows?.(value as never) ?? true)),
  must: `${one.must}, or ${other.must}`,
});

/** A function. */
export const callable: Kind = { fits: (value) => typeof value === "function", must: "a function" };

/**
 * An object with a method.
 *
 * @param must its name with an article.
 */
export const objectWith = (method: string, must: string): Kind => ({
  fits: (value) => typeof value === "object" && value !== null && typeof Reflect.get(value, method) === "function",
  must,
});

/**
 * An object of a class.
 *
 * @param must its name with an article.
 */
// deno-lint-ignore no-explicit-any -- any constructor
export const instance = (type: new (...args: any) => object, must: string): Kind => ({
  fits: (value) => value instanceof type,
  must,
});

/**
 * Checks the names and values of options; what is `undefined` is left out.
 *
 * @param where whose options they are, for the message: `createEngine`, `connect()`, …
 * @throws {TypeError} for no object, an unknown name, a value of the wrong type.
 * @throws {RangeError} for an impossible one.
 */
export function checkOptions<Options>(where: string, options: unknown, kinds: Kinds<Options>): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${where} takes its options as an object, not ${shown(options)}.`);
  }
  for (const name in options) {
    const kind: Kind | undefined = Object.hasOwn(kinds, name) ? kinds[name as keyof Options] : undefined;
    if (!kind) throw unknownOption(where, name, Object.keys(kinds));
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const fits = kind.fits(value);
    if (fits && (kind.allows?.(value as never) ?? true)) continue;
    const message = `${where}: ${name} is ${shown(value)}; it must be ${kind.must}.`;
    throw fits ? new RangeError(message) : new TypeError(message);
  }
}

function unknownOption(where: string, name: string, known: readonly string[]): TypeError {
  const meant = closest(name, known);
  const advice = meant === undefined ? `there is: ${known.join(", ")}` : `did you mean "${meant}"?`;
  return new TypeError(`${where}: there is no option "${name}"; ${advice}`);
}

/** A value for a message. */
export function shown(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name}`; // a learner's TODO says here that it is one
  return shorten(Deno.inspect(value), 80);
}
