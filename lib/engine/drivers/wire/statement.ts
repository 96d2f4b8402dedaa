/**
 * Prepared statements of a connection.
 *
 * @module
 */
import type { Described } from "./columns.ts";

/** A statement that the server has under a name. */
export class WireStatement {
  /** Its columns; undefined until the server has described them, and so prepared it. */
  described: Described | undefined;
  /** True while it is being prepared: meanwhile the same text is sent unnamed, because preparing may fail. */
  isUnderWay = false;

  constructor(readonly name: string) {}
}
