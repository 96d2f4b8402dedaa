/** Writes revision files: `versions/<id>_<message>.ts`. @module */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative } from "node:path";
import { type EnvironmentOptions, findEnvironment } from "./environment.ts";
import { AfterWriteError, InvalidTargetError, MissingMessageError } from "./errors.ts";
import { isBranchLabel, REVISION_ID } from "./revision_file.ts";
import { RevisionGraph, type RevisionNode } from "./revision_graph.ts";
import { RESERVED_NAMES, resolveName } from "./revision_names.ts";
import { type RevisionBody, revisionText, slugOf } from "./templates.ts";

/** What can be chosen for a new revision file. */
export interface NewFileOptions extends EnvironmentOptions {
  /** Id, letters and digits (default: twelve random hexadecimal digits). */
  readonly revId?: string | undefined;
  /** Names of the branch that starts with this revision (default: none). */
  readonly branchLabels?: readonly string[] | undefined;
  /** Revisions to apply first: ids, their prefixes or branch labels (default: none). */
  readonly dependsOn?: readonly string[] | undefined;
  /** Folder of the file in `versions/`, relative to it (default: `versions/` itself). */
  readonly versionPath?: string | undefined;
  /** Returns the text instead of writing the file. */
  readonly sql?: boolean | undefined;
}

/** A revision to write. */
export interface NewRevision {
  readonly message: string;
  /** Ids of the parents. */
  readonly downRevisions: readonly string[];
  /** Contents; by default `up` and `down` hold examples. */
  readonly body?: RevisionBody | "nothing" | undefined;
}

/** A revision that is written, or would be. */
export interface WrittenFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Writes a revision file, and calls `afterWrite()` of `env.ts`.
 *
 * @param folder folder that contains `versions/`
 * @param graph the revisions that exist
 * @param revision the new one
 * @param options what was chosen for it
 * @returns the path and the text as it was before `afterWrite()`
 * @throws {MissingMessageError} when the message contains no letter or digit
 * @throws {InvalidTargetError} when the id or a label is not a word, or `versionPath` is not in `versions/`
 * @throws {DuplicateRevisionError} when the id exists
 * @throws {DuplicateLabelError} when a label exists
 * @throws {UnknownRevisionError} when a dependency does not exist
 * @throws {AfterWriteError} when `afterWrite()` fails; the file is written
 */
export async function writeRevision(
  folder: string,
  graph: RevisionGraph,
  { message, downRevisions, body }: NewRevision,
  options: NewFileOptions = {},
): Promise<WrittenFile> {
  if (!/[\p{L}\p{N}]/u.test(message)) throw new MissingMessageError();
  const node = nodeOf(graph, downRevisions, options);
  const createDate = new Date().toISOString().slice(0, 10);
  const text = revisionText({ ...node, message, createDate, body });
  const path = join(versionFolder(folder, options.versionPath), `${node.id}_${slugOf(message)}.ts`);
  if (options.sql) return { path, text };
  const afterWrite = (await findEnvironment(folder, options))?.afterWrite; // fails before the file is written
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { flag: "wx" });
  try {
    await afterWrite?.(path);
  } catch (error) {
    throw new AfterWriteError(path, error as Error);
  }
  return { path, text };
}

/**
 * Returns the folder of a new file.
 *
 * @throws {InvalidTargetError} when it is not in `versions/`
 */
export function versionFolder(folder: string, versionPath: string = "."): string {
  const versions = join(folder, "versions");
  const path = join(versions, versionPath);
  const inside = relative(versions, path);
  if (isAbsolute(versionPath) || inside.split(/[\\/]/)[0] === "..") {
    throw new InvalidTargetError(`${versionPath} is not a folder in ${versions}, where revisions are looked for.`);
  }
  return path;
}

/** The new node, checked against the graph. */
function nodeOf(
  graph: RevisionGraph,
  downRevisions: readonly string[],
  { revId, branchLabels = [], dependsOn = [] }: NewFileOptions,
): Required<RevisionNode> {
  const id = revId ?? crypto.randomUUID().replaceAll("-", "").slice(-12);
  if (!REVISION_ID.test(id) || RESERVED_NAMES.includes(id)) {
    throw new InvalidTargetError(`"${id}" cannot be the id of a revision. Use letters and digits.`);
  }
  const wrong = branchLabels.find((label) => !isBranchLabel(label));
  if (wrong !== undefined) {
    throw new InvalidTargetError(`"${wrong}" cannot be a branch label. Use a word other than head and base.`);
  }
  const isLabel = (name: string) => graph.ordered.some(({ branchLabels = [] }) => branchLabels.includes(name));
  const dependencies = dependsOn.flatMap((name) =>
    isLabel(name) ? [name] : resolveName(graph, name).map(({ id }) => id)
  );
  const node = { id, downRevisions, branchLabels, dependsOn: dependencies };
  new RevisionGraph([...graph.ordered, node]); // refuses an id or label that exists
  return node;
}
