/**
 * A statement for npm `pg`: a Query of that package that only collects rows as arrays of decoded values. The package's
 * own query copies its configuration, builds a template of a row and emits an event for each row.
 *
 * @module
 */
// @ts-types="npm:@types/pg@^8.15.0"
import pg from "pg";
import type { EventEmitter } from "node:events";
import type { RawResult, Statement } from "../../driver.ts";
import { CopyNotSupportedError } from "../../errors.ts";
import { readTag } from "../command_tag.ts";
import { unnamedText } from "../unnamed_text.ts";
import type { Reported } from "../../../values/date_styles.ts";
import type { Decoder } from "../../../values/decode.ts";
import { decoderFor } from "../../../values/types.ts";

/** The package's Query, with the members that its client calls but its types omit. */
interface PackageQuery {
  readonly text: string;
  name: string | undefined;
  values: readonly (string | null)[];
}
const PackageQuery = pg.Query as unknown as new (text: string) => PackageQuery;

/** A statement in flight; `result` settles with its answer. */
export class StatementQuery extends PackageQuery {
  readonly #answer = Promise.withResolvers<RawResult>();
  #columns: string[] = [];
  #decoders: Decoder[] = [];
  #rows: unknown[][] = [];
  /** The result of the last completed statement, of several in one text. */
  #last: RawResult = { columns: [], rows: [], command: "", rowCount: 0 };
  /** A decoding error, or a COPY; the rest of the answer is still read. */
  #failure: unknown;
  readonly #reported: Reported;
  readonly #sql: string;

  /**
   * @param name of the prepared statement; without one it is sent unnamed.
   * @param reported returns settings that the server has reported.
   */
  constructor(statement: Statement, name: string | undefined, reported: Reported) {
    super(name === undefined ? unnamedText(statement) : statement.sql);
    this.#reported = reported;
    this.#sql = statement.sql;
    this.name = name;
    this.values = statement.parameters;
  }

  /** True also for an empty text with parameters, which the package would send without them. */
  requiresPreparation(): boolean {
    return this.name !== undefined || this.values.length > 0;
  }

  /** The result of the statement; of several in one text, the last one's. Rejects with the package's error. */
  get result(): Promise<RawResult> {
    return this.#answer.promise;
  }

  handleRowDescription({ fields }: { fields: { name: string; dataTypeID: number }[] }): void {
    this.#columns = fields.map(({ name }) => name);
    this.#decoders = fields.map(({ dataTypeID }) => decoderFor(dataTypeID));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    if (this.#failure !== undefined) return;
    const row = new Array<unknown>(fields.length);
    try {
      for (let i = 0; i < fields.length; i++) {
        row[i] = fields[i] === null ? null : this.#decoders[i](fields[i]!, this.#reported);
      }
      this.#rows.push(row);
    } catch (error) {
      this.#failure = error;
    }
  }

  /** Rejects the result, whatever the server still sends. */
  reject(error: Error): void {
    this.#answer.reject(error);
  }

  handleCommandComplete({ text }: { text: string }): void {
    const [columns, rows] = [this.#columns, this.#rows];
    const { command, rowCount = rows.length } = readTag(text); // SHOW and EXPLAIN report no row count
    this.#last = { columns, rows, command, rowCount };
    this.#columns = [];
    this.#rows = [];
  }

  handleEmptyQuery(): void {}

  /** Marks the statement as a COPY, whose data are skipped. */
  noteCopy(): void {
    this.#failure = new CopyNotSupportedError(this.#sql);
  }

  /** Answers COPY FROM STDIN with CopyFail. */
  handleCopyInResponse(connection: { sendCopyFail(reason: string): void }): void {
    this.noteCopy();
    connection.sendCopyFail("COPY is not supported here");
  }

  handleCopyData(): void {}

  handleReadyForQuery(): void {
    if (this.#failure === undefined) this.#answer.resolve(this.#last);
    else this.#answer.reject(this.#failure);
  }

  /**
   * Waits for ReadyForQuery after an error of the server, to learn the transaction status, unless the server closes the
   * connection.
   */
  handleError(error: unknown, connection: EventEmitter): void {
    const failed = () => {
      connection.off("readyForQuery", failed).off("end", failed);
      this.#answer.reject(this.#failure ?? error);
    };
    if (error instanceof pg.DatabaseError) connection.on("readyForQuery", failed).on("end", failed);
    else failed();
  }
}
