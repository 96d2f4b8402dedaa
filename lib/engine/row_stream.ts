/**
 * Results read in partitions as they arrive, so that they never have to fit into memory.
 *
 * @module
 */
import type { Result } from "./result.ts";

/** Default rows per partition: of 1,000 objects at a time more survive the young generation of the heap. */
const PARTITION = 250;

/**
 * A stream of rows: `for await (const row of stream)`. Each loop sends the query anew and closes its cursor however the
 * loop is left. While one partition is processed the next one is fetched, and no more than that.
 */
export class RowStream<Row, Source = Row> implements AsyncIterable<Row> {
  readonly #answers: (size: number) => AsyncGenerator<Result<Source>, void>;
  readonly #read: (answer: Result<Source>) => Row[];

  /**
   * @ignore
   * @param answers sends the query and yields results of `size` rows.
   * @param read converts a result to rows.
   */
  constructor(
    answers: (size: number) => AsyncGenerator<Result<Source>, void>,
    read: (answer: Result<Source>) => Row[],
  ) {
    this.#answers = answers;
    this.#read = read;
  }

  /** Like `partitions()`, but yields results; the last one may be empty. */
  answers(size: number = PARTITION): AsyncGenerator<Result<Source>, void> {
    checkSize(size);
    return this.#answers(size);
  }

  /**
   * Yields rows in arrays: each but the last has `size` rows, and none is empty.
   *
   * @throws {RangeError} if `size` is not a whole number of at least 1.
   */
  partitions(size: number = PARTITION): AsyncGenerator<Row[], void> {
    return lists(this.answers(size), this.#read);
  }

  /** Returns the same stream with another conversion of its results. */
  read<Other>(read: (answer: Result<Source>) => Other[]): RowStream<Other, Source> {
    return new RowStream(this.#answers, read);
  }

  /** Yields the rows one by one. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row, void> {
    for await (const rows of this.partitions()) yield* rows;
  }
}

async function* lists<Row, Source>(
  answers: AsyncGenerator<Result<Source>, void>,
  read: (answer: Result<Source>) => Row[],
): AsyncGenerator<Row[], void> {
  for await (const answer of answers) if (answer.rowCount > 0) yield read(answer);
}

/** A blocking {@linkcode RowStream}, which fetches nothing ahead. */
export class SyncRowStream<Row, Source = Row> implements Iterable<Row> {
  readonly #answers: (size: number) => Generator<Result<Source>, void>;
  readonly #read: (answer: Result<Source>) => Row[];

  /**
   * @ignore
   * @param answers sends the query and yields results of `size` rows.
   * @param read converts a result to rows.
   */
  constructor(answers: (size: number) => Generator<Result<Source>, void>, read: (answer: Result<Source>) => Row[]) {
    this.#answers = answers;
    this.#read = read;
  }

  /** Like `partitions()`, but yields results; the last one may be empty. */
  answers(size: number = PARTITION): Generator<Result<Source>, void> {
    checkSize(size);
    return this.#answers(size);
  }

  /**
   * Yields rows in arrays.
   *
   * @throws {RangeError} if `size` is not a whole number of at least 1.
   */
  partitions(size: number = PARTITION): Generator<Row[], void> {
    return syncLists(this.answers(size), this.#read);
  }

  /** Returns the same stream with another conversion of its results. */
  read<Other>(read: (answer: Result<Source>) => Other[]): SyncRowStream<Other, Source> {
    return new SyncRowStream(this.#answers, read);
  }

  /** Yields the rows one by one. */
  *[Symbol.iterator](): Generator<Row, void> {
    for (const rows of this.partitions()) yield* rows;
  }
}

function* syncLists<Row, Source>(
  answers: Iterable<Result<Source>>,
  read: (answer: Result<Source>) => Row[],
): Generator<Row[], void> {
  for (const answer of answers) if (answer.rowCount > 0) yield read(answer);
}

function checkSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 1) throw new RangeError(`A partition has 1 row or more, not ${size}.`);
}
