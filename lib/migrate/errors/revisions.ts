/**
 * Errors of the revision files, their graph, and the commands that name or write them.
 *
 * @module
 */
import { MigrationError } from "./migration_error.ts";

/** Two revision files have the same id. */
export class DuplicateRevisionError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "DUPLICATE_REVISION";

  /**
   * Creates the error.
   *
   * @param id id that both files have
   */
  constructor(readonly id: string) {
    super(`Duplicate revision id ${id}. Change the id of one revision, in its file name and in the file.`);
  }
}

/** Two revisions have the same branch label, or a label is the id of a revision. */
export class DuplicateLabelError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "DUPLICATE_LABEL";

  /**
   * Creates the error.
   *
   * @param label the label
   * @param ids ids of both revisions
   */
  constructor(readonly label: string, readonly ids: readonly string[]) {
    super(`The branch label ${label} of revision ${ids[1]} already names revision ${ids[0]}. Choose another label.`);
  }
}

/** The parent of a revision does not exist. */
export class MissingParentError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_PARENT";

  /**
   * Creates the error.
   *
   * @param id id of the revision
   * @param parent id of the missing parent
   */
  constructor(readonly id: string, readonly parent: string) {
    super(`Revision ${id} has the parent ${parent}, which does not exist. Restore that file, or correct downRevision.`);
  }
}

/** A revision depends on one that does not exist. */
export class MissingDependencyError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_DEPENDENCY";

  /**
   * Creates the error.
   *
   * @param id id of the revision
   * @param dependency id or label that it depends on
   */
  constructor(readonly id: string, readonly dependency: string) {
    super(`Revision ${id} depends on ${dependency}, which does not exist. Restore that file, or correct dependsOn.`);
  }
}

/** Revisions depend on each other in a cycle. */
export class RevisionCycleError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "REVISION_CYCLE";

  /**
   * Creates the error.
   *
   * @param ids the cycle: each follows the next, the last one the first
   */
  constructor(readonly ids: readonly string[]) {
    super(
      `Revisions form a cycle: ${[...ids, ids[0]].join(" follows ")}. ` +
        "Correct the downRevision or dependsOn of one of them.",
    );
  }
}

/** Several revisions have no child, so "head" is ambiguous. */
export class MultipleHeadsError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MULTIPLE_HEADS";

  /**
   * Creates the error.
   *
   * @param ids ids of the heads
   */
  constructor(readonly ids: readonly string[]) {
    super(
      `Multiple heads: ${ids.join(", ")}. "head" is ambiguous. ` +
        `Merge them: deno task migrate merge -m "merge ${ids.join(" and ")}" ${ids.join(" ")}\n` +
        'Or specify "heads" for all of them, or the id of one.',
    );
  }
}

/** No revision has the given id, or several begin with the given prefix. */
export class UnknownRevisionError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNKNOWN_REVISION";

  /**
   * Creates the error.
   *
   * @param asked id or prefix that was looked up
   * @param candidates ids with this prefix; all known ids if none has it
   * @param ambiguous whether several ids have the prefix
   * @param what what was looked up
   */
  constructor(
    readonly asked: string,
    candidates: readonly string[],
    ambiguous: boolean,
    what: "revision" | "branch label" = "revision",
  ) {
    const list = candidates.join(", ") || "none";
    super(
      ambiguous
        ? `Revision id "${asked}" is ambiguous: ${list}. Give a longer prefix.`
        : `${what[0].toUpperCase()}${what.slice(1)} "${asked}" does not exist. Known ${what}s: ${list}.`,
    );
  }
}

/** A target cannot be reached from the current revision, or does not fit the command. */
export class InvalidTargetError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_TARGET";
}

/** A file in `versions/` is not a valid revision. No revision was run. */
export class InvalidRevisionError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_REVISION";

  /**
   * Creates the error.
   *
   * @param file path of the file
   * @param problem the problem and its correction
   * @param options the cause, such as a syntax error
   */
  constructor(readonly file: string, problem: string, options?: ErrorOptions) {
    super(`${file} is not a valid revision: ${problem}.`, options);
  }
}

/** A revision runs CREATE INDEX CONCURRENTLY without an index name. */
export class UnnamedIndexError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNNAMED_INDEX";

  /** Creates the error. */
  constructor() {
    super(
      "CREATE INDEX CONCURRENTLY requires an index name. If the revision fails, the next run uses it to find and drop " +
        "the INVALID index.",
    );
  }
}

/** A new revision has no message. */
export class MissingMessageError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_MESSAGE";

  /** Creates the error. */
  constructor() {
    super('A revision requires a message: -m "create heroes".');
  }
}

/** The migrations folder or its `env.ts` is missing or incomplete. */
export class InvalidDirectoryError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_DIRECTORY";
}

/** `env.ts` fails to load, or fails to return the URL of the database. */
export class MissingUrlError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_URL";
}

/** `adopt` starts a history, but there is one. */
export class AlreadyMigratedError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "ALREADY_MIGRATED";

  /**
   * Creates the error.
   *
   * @param history sentence on the revisions that exist
   */
  constructor(history: string) {
    super(`${history} adopt writes the first revision: use revision --autogenerate, or another folder and database.`);
  }
}

/** The function `afterWrite()` of `env.ts` fails. The revision is written. */
export class AfterWriteError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "AFTER_WRITE";

  /**
   * Creates the error.
   *
   * @param path path of the revision
   * @param cause what `afterWrite()` threw
   */
  constructor(readonly path: string, cause: Error) {
    super(
      `${path} was written, but afterWrite() of env.ts failed: ${cause.message}. Correct it, and run it on the file.`,
      { cause },
    );
  }
}

/** There is no editor to open a file with, or it fails. */
export class EditorError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "EDITOR";
}

/** A command would overwrite a file. */
export class FileExistsError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "FILE_EXISTS";
}
