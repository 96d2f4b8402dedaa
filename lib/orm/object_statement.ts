/**
 * Statements whose rows become objects of a model.
 *
 * @module
 */
import type { Compilable } from "../engine/kysely/compilable.ts";
import type { Result } from "../engine/result.ts";
import type { LoaderOption } from "./joins.ts";
import type { AnyModel } from "./model.ts";

/** A statement that returns objects, and how a session makes them from its rows. */
export interface ObjectStatement<M extends AnyModel> extends Compilable<Record<string, InstanceType<M>>> {
  /** The model of the objects. */
  readonly model: M;
  /** The relations to load. */
  readonly loaders: readonly LoaderOption[];
  /** True when the rows overwrite the values of objects that are in the session; `written`: if the statement wrote them. */
  readonly refresh: boolean | "written";
  /** True when values of all rows, and of those in loaded relations, overwrite those of objects in the session. */
  readonly populates: boolean;
  /** True if it may leave out rows that it joins to those of the objects. */
  readonly narrowsJoins: boolean;
  /** Returns the rows with their values in the order of the model's columns, followed by joined ones. */
  rowsOf(result: Result<unknown>): unknown[][];
}

/** Reports whether a statement returns objects. */
export function givesObjects(statement: object | string): statement is ObjectStatement<AnyModel> {
  return typeof statement === "object" && "loaders" in statement;
}
