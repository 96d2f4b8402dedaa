/**
 * One statement as npm `pg` carries it out: a Query of that package that keeps rows as arrays of decoded values and
 * nothing else. The package's own copies its configuration, makes a pattern of a row and emits an event for each row.
 *
 * @module
 */
// @ts-types="npm:@types/pg@^8.15.0"
import pg from "pg";
import type { EventEmitter } from "node:events";
import type { RawResult, Statement } from "../../driver.ts";
import { CopyNotSupportedError } from "../../errors.ts";
import { readTag } from "../command_tag.ts";
import { type Decoder, decoderFor, type Reported } from "../../../values/decode.ts";

/** The package's Query, with what its client calls beside what its types tell. */
interface PackageQuery {
  readonly text: string;
  name: string | undefined;
  values: readonly (string | null)[];
}
const PackageQuery = pg.Query as unknown as new (text: string) => PackageQuery;

/** A statement under way; `result` settles with its answer. */
export class StatementQuery extends PackageQuery {
  readonly #answer = Promise.withResolvers<RawResult>();
  #columns: string[] = [];
  #decoders: Decoder[] = [];
  #rows: unknown[][] = [];
  /** Of several statements in one text, what the last one gave that was completed. */
  #last: RawResult = { columns: [], rows: [], command: "", rowCount: 0 };
  /** A value that could not be decoded, or COPY; what is behind it still comes. */
  #failure: unknown;
  readonly #reported: Reported;

  /**
   * @param name of the prepared statement; without one it is sent unnamed.
   * @param reported settings of the server.
   */
  constructor({ sql, parameters }: Statement, name: string | undefined, reported: Reported) {
    super(sql);
    this.#reported = reported;
    this.name = name;
    this.values = parameters;
  }

  /** With parameters always, also of an empty text, which the package would send without them. */
  requiresPreparation(): boolean {
    return this.name !== undefined || this.values.length > 0;
  }

  /** What the statement brought back; of several in one text, the last. Rejects with the error of the package. */
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

  /** Ends it with an error, whatever the server may still say. */
  reject(error: Error): void {
    this.#answer.reject(error);
  }

  handleCommandComplete({ text }: { text: string }): void {
    const [columns, rows] = [this.#columns, this.#rows];
    const { command, rowCount = rows.length } = readTag(text); // SHOW and EXPLAIN do not count theirs
    this.#last = { columns, rows, command, rowCount };
    this.#columns = [];
    this.#rows = [];
  }

  handleEmptyQuery(): void {}

  /** Takes note of a COPY: what the server sends is passed over. */
  noteCopy(): void {
    this.#failure = new CopyNotSupportedError(this.text);
  }

  /** The server waits for rows: there are none, and the statement fails. */
  handleCopyInResponse(connection: { sendCopyFail(reason: string): void }): void {
    this.noteCopy();
    connection.sendCopyFail("COPY is not supported here");
  }

  handleCopyData(): void {}

  handleReadyForQuery(): void {
    if (this.#failure === undefined) this.#answer.resolve(this.#last);
    else this.#answer.reject(this.#failure);
  }

  /** Behind an error of the server, too, it says what became of the transaction, unless that was its farewell. */
  handleError(error: unknown, connection: EventEmitter): void {
    const failed = () => {
      connection.off("readyForQuery", failed).off("end", failed);
      this.#answer.reject(this.#failure ?? error);
    };
    if (error instanceof pg.DatabaseError) connection.on("readyForQuery", failed).on("end", failed);
    else failed();
  }
}
