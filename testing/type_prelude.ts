/**
 * What the programs of `lib/orm/TYPES.md` name, beside the models: only types, nothing here runs.
 *
 * @module
 */
import type { DeclarativeBase, Engine, Session, SyncSession } from "../lib/mod.ts";
import type { Team, Toy, User } from "./playground.ts";

type Base = DeclarativeBase<Record<never, never>>;

export declare const model: Base["model"];
export declare const associationTable: Base["associationTable"];
export declare const session: Session;
export declare const blocking: SyncSession;
export declare const engine: Engine;
export declare const sandy: User;
export declare const team: Team;
export declare const car: Toy;
