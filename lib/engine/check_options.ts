/**
 * Checks options when they are passed: notebooks are not type-checked, and a misspelt option, or a string in place of a
 * number, would otherwise have no effect, or fail much later and elsewhere.
 *
 * @module
 */
import { closest } from "../base/closest.ts";
import { shorten } from "../base/text.ts";

/** The valid values of an option. */
export interface Kind {
  /** Returns true for a value of the right type; any other is a TypeError. */
  readonly fits: (value: unknown) => boolean;
  /** Returns true for an allowed value of that type; any other is a RangeError. */
  readonly allows?: (value: never) => boolean;
  /** Completes the message "it must be …". */
  readonly must: string;
}

/** The options of a call, by name. */
export type Kinds<Options> = { readonly [Name in keyof Required<Options>]: Kind };

/** `true` or `false`. */
export const flag: Kind = { fits: (value) => typeof value === "boolean", must: "true or false" };

/** A string without NUL, which PostgreSQL cannot store. */
export const text: Kind = {
  fits: (value) => typeof value === "string",
  allows: (value: string) => !value.includes("\0"),
  must: "a text without the NUL character",
};

/**
 * An option that has no meaning here.
 *
 * @param why for the message.
 */
export const leftOut = (why: string): Kind => ({ fits: () => false, must: `left out: ${why}` });

/** A number of milliseconds; `Infinity` for no limit. */
export const milliseconds = (least: number): Kind => ({
  fits: (value) => typeof value === "number",
  allows: (value: number) => value >= least,
  must: `a number of milliseconds, at least ${least}`,
});

/** A whole number; `Infinity` for no limit. */
export const whole = (least: number): Kind => ({
  fits: (value) => typeof value === "number",
  allows: (value: number) => value >= least && (Number.isInteger(value) || value === Infinity),
  must: `a whole number of at least ${least}`,
});

/** One of several strings. */
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
 * Checks the names and values of options; an option that is `undefined` counts as omitted.
 *
 * @param where the function they were passed to, for the message: `createEngine`, `connect()`, …
 * @throws {TypeError} if the options are not an object, or for an unknown name or a value of the wrong type.
 * @throws {RangeError} for a value out of range.
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

/** Formats a value for a message. */
export function shown(value: unknown): string {
  // the name of a placeholder function says that it is a TODO
  if (typeof value === "function") return `the function ${value.name}`;
  return shorten(Deno.inspect(value), 80);
}
