/**
 * The answer to one statement, or to one text of several: its messages are collected until ReadyForQuery.
 *
 * @module
 */
import type { RawResult, Statement } from "../../driver.ts";
import { CopyNotSupportedError } from "../../errors.ts";
import { readTag } from "../command_tag.ts";
import { type Described, NO_COLUMNS, readRow, type Shape } from "./columns.ts";
import { type Incoming, ProtocolError } from "./incoming.ts";
import type { WireStatement } from "./statement.ts";

/** An answer that is awaited. */
export class Answer {
  /** The statement that it describes, when it is prepared with it. */
  readonly prepared: WireStatement | undefined;
  onFirstByte: (() => void) | undefined;
  readonly #settled = Promise.withResolvers<RawResult>();
  readonly sql: string;
  #shape: Shape;
  #rows: unknown[][] = [];
  /** The result of the last completed statement. */
  #last: RawResult = { columns: [], rows: [], command: "", rowCount: 0 };
  /** The first error; the rest of the answer is still read. */
  #failure: unknown;

  /** @param shape the columns, if they are known before. */
  constructor({ sql, onFirstByte }: Statement, prepared?: WireStatement, shape: Shape = NO_COLUMNS) {
    this.sql = sql;
    this.onFirstByte = onFirstByte;
    this.prepared = prepared;
    this.#shape = shape;
  }

  /** The result; of several statements in one text, the last one's. Rejects with the server's message, untranslated. */
  get result(): Promise<RawResult> {
    return this.#settled.promise;
  }

  /** The columns of the rows that follow. */
  describe(described: Described): void {
    this.#shape = described.text;
    if (this.prepared) this.prepared.described = described;
  }

  row(source: Incoming): void {
    if (this.#failure !== undefined) return;
    try {
      this.#rows.push(readRow(source, this.#shape.readers));
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      this.#failure = error;
    }
  }

  complete(tag: string): void {
    const rows = this.#rows;
    const { command, rowCount = rows.length } = readTag(tag); // SHOW and EXPLAIN report no row count
    this.#last = { columns: this.#shape.names, rows, command, rowCount };
    this.#rows = [];
    this.#shape = NO_COLUMNS;
  }

  /** Notes a COPY, which is not supported; its data are skipped. */
  copy(): void {
    this.#failure ??= new CopyNotSupportedError(this.sql);
  }

  /** Notes an error of the server. */
  fail(error: unknown): void {
    this.#failure ??= error;
  }

  /** Settles the result: the answer is complete. */
  end(): void {
    if (this.#failure === undefined) this.#settled.resolve(this.#last);
    else this.#settled.reject(this.#failure);
  }

  /** Rejects the result: the rest of the answer will not come. An error that came before explains more. */
  reject(reason: Error): void {
    this.#settled.reject(this.#failure ?? reason);
  }
}
