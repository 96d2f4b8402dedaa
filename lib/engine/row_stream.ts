/**
 * A result that is read while it comes, a partition at a time, so that it never has to fit into memory.
 *
 * @module
 */
import type { Result } from "./result.ts";

/** How many rows a stream asks for at once, where nobody says: of 1,000 objects at once more outlive the young heap. */
const PARTITION = 250;

/**
 * Rows as they come: `for await (const row of stream)`. The query is sent when a loop begins, anew for each loop, and its
 * cursor is closed when the loop is left, however that happens. While one partition is looked at, the next one is on its
 * way, and no more: who reads slowly is not flooded.
 */
export class RowStream<Row, Source = Row> implements AsyncIterable<Row> {
  readonly #answers: (size: number) => AsyncGenerator<Result<Source>, void>;
  readonly #read: (answer: Result<Source>) => Row[];

  /**
   * @param answers sends the query and gives so many rows at a time;
   * @param read what is made of them.
   */
  constructor(
    answers: (size: number) => AsyncGenerator<Result<Source>, void>,
    read: (answer: Result<Source>) => Row[],
  ) {
    this.#answers = answers;
    this.#read = read;
  }

  /** As `partitions()`, but results; the last one may be empty. */
  answers(size: number = PARTITION): AsyncGenerator<Result<Source>, void> {
    checkSize(size);
    return this.#answers(size);
  }

  /**
   * Rows by the list: all lists but the last one have `size` rows, and none is empty.
   *
   * @throws {RangeError} when `size` is no whole number from 1.
   */
  partitions(size: number = PARTITION): AsyncGenerator<Row[], void> {
    return lists(this.answers(size), this.#read);
  }

  /** The same stream, with something else made of its answers. */
  read<Other>(read: (answer: Result<Source>) => Other[]): RowStream<Other, Source> {
    return new RowStream(this.#answers, read);
  }

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

/** What a {@linkcode RowStream} is, without promises, and so without asking for rows ahead. */
export class SyncRowStream<Row, Source = Row> implements Iterable<Row> {
  readonly #answers: (size: number) => Generator<Result<Source>, void>;
  readonly #read: (answer: Result<Source>) => Row[];

  /**
   * @param answers sends the query and gives so many rows at a time;
   * @param read what is made of them.
   */
  constructor(answers: (size: number) => Generator<Result<Source>, void>, read: (answer: Result<Source>) => Row[]) {
    this.#answers = answers;
    this.#read = read;
  }

  /** As `partitions()`, but results; the last one may be empty. */
  answers(size: number = PARTITION): Generator<Result<Source>, void> {
    checkSize(size);
    return this.#answers(size);
  }

  /**
   * Rows by the list.
   *
   * @throws {RangeError} when `size` is no whole number from 1.
   */
  partitions(size: number = PARTITION): Generator<Row[], void> {
    return syncLists(this.answers(size), this.#read);
  }

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
