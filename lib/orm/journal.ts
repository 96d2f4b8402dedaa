/**
 * The journal of a transaction: what happened to the objects of a session, in order, so that a rollback can undo all of
 * it or the part since a savepoint.
 *
 * @module
 */
import type { ObjectState } from "./object_state.ts";
import type { Related } from "./related.ts";
import { Snapshot } from "./snapshot.ts";

/** A row was read into an object. */
export interface ReadEntry {
  readonly state: ObjectState;
  /** True if something was written before, so that a rollback may undo what was read. */
  readonly isAfterWrite: boolean;
}

/** A collection was loaded after something was written. */
export interface FillEntry extends ReadEntry {
  readonly collection: Related<object>;
}

/** An object as it was before a flush wrote it, or a read. */
export type JournalEntry = Snapshot | ReadEntry | FillEntry;

/** The entries of one transaction and the savepoints between them. */
export class Journal {
  #entries: JournalEntry[] = [];
  /** The length of the journal at each open savepoint. */
  #savepoints: number[] = [];

  /** The entries, the oldest first. */
  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** True while a savepoint is open. */
  get isNested(): boolean {
    return this.#savepoints.length > 0;
  }

  /** Appends an entry. */
  add(entry: JournalEntry): void {
    this.#entries.push(entry);
  }

  /**
   * Sets a savepoint.
   *
   * @returns its depth, which identifies it.
   */
  setSavepoint(): number {
    return this.#savepoints.push(this.#entries.length);
  }

  /** Releases a savepoint and those within it; their entries now belong to the enclosing one. */
  releaseSavepoint(depth: number): void {
    this.#savepoints.length = depth - 1;
  }

  /** Removes a savepoint, those within it and the entries since then, and returns these entries. */
  rollbackTo(depth: number): JournalEntry[] {
    const [length] = this.#savepoints.splice(depth - 1);
    return this.#entries.splice(length);
  }

  /** Removes entries that no rollback concerns any more. */
  discard(isObsolete: (entry: JournalEntry) => boolean): void {
    const countObsolete = (end: number) => this.#entries.slice(0, end).filter(isObsolete).length;
    this.#savepoints = this.#savepoints.map((length) => length - countObsolete(length));
    this.#entries = this.#entries.filter((entry) => !isObsolete(entry));
  }

  /** Empties the journal at the end of the transaction. */
  clear(): void {
    this.#entries = [];
    this.#savepoints = [];
  }
}

/** Returns the snapshots among journal entries. */
export function snapshotsIn(entries: readonly JournalEntry[]): Snapshot[] {
  return entries.filter((entry) => entry instanceof Snapshot);
}

/** Returns the objects that were read. */
export function readIn(entries: readonly JournalEntry[]): ReadEntry[] {
  return entries.filter((entry): entry is ReadEntry => !(entry instanceof Snapshot) && !isFill(entry));
}

/** Returns the collections that were loaded after something was written. */
export function filledIn(entries: readonly JournalEntry[]): FillEntry[] {
  return entries.filter(isFill);
}

function isFill(entry: JournalEntry): entry is FillEntry {
  return "collection" in entry;
}
