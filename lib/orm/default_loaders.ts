/**
 * The relations that a model loads with every query (`{ load: "selectin" | "joined" }`), beside those that a query names.
 *
 * @module
 */
import type { LoaderOption } from "./joins.ts";
import type { AnyModel } from "./relation.ts";
import { relationsOf } from "./relations.ts";

type Options = readonly LoaderOption[];

const NONE: readonly never[] = [];
const DEFAULTS = new WeakMap<AnyModel, Options>();

/**
 * Leaves a relation out that its model loads by default: reading it throws a {@linkcode NotLoadedError}.
 *
 * ```ts ignore
 * select(User).options(raiseload("toys"));
 * ```
 */
export function raiseload<Name extends string>(
  name: Name,
  // deno-lint-ignore no-explicit-any -- any model may have such a relation
): LoaderOption<Name, never, any> {
  return { name, isJoined: false, isLeftOut: true, nested: [] };
}

/**
 * Adds the default loaders of a model, and of the objects in its relations, to the options of a query. An option takes
 * the place of the default of its relation. Defaults do not lead back to a model on the way, as in SQLAlchemy.
 *
 * @throws {InvalidModelError} when a model has no such relation.
 */
export function withDefaults(model: AnyModel, options: Options = NONE, way: readonly AnyModel[] = NONE): Options {
  if (options.length > 0 || way.length > 0) return combined(model, options, [...way, model]);
  return DEFAULTS.getOrInsertComputed(model, ownDefaults);
}

function ownDefaults(model: AnyModel): Options {
  return combined(model, NONE, [model]);
}

function combined(model: AnyModel, options: Options, way: readonly AnyModel[]): Options {
  const relations = relationsOf(model);
  const added = [...relations.values()].flatMap(({ name, target, load }): LoaderOption[] => {
    if (!load || way.includes(target) || options.some((option) => option.name === name)) return [];
    return [{ name, isJoined: load === "joined", nested: withDefaults(target, [], way) }];
  });
  const given = options.filter(({ isLeftOut }) => !isLeftOut).map((option) => {
    const target = relations.get(option.name)?.target; // a wrong name is reported where it is loaded
    return target ? { ...option, nested: withDefaults(target, option.nested, way) as typeof option.nested } : option;
  });
  return [...added, ...given];
}
