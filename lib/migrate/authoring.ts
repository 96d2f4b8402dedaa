/** Creates migrations folders and revisions. @module */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import type { Renames } from "./compare/renames.ts";
import type { Models } from "./environment.ts";
import { FileExistsError, InvalidDirectoryError, InvalidTargetError } from "./errors.ts";
import { history, type StopOptions } from "./history.ts";
import { loadGraph } from "./migration_session.ts";
import { compareModels, type ModelComparison } from "./model_comparison.ts";
import type { Revision } from "./revision_file.ts";
import type { RevisionGraph } from "./revision_graph.ts";
import { resolveName } from "./revision_names.ts";
import { type NewFileOptions, type NewRevision, versionFolder, writeRevision } from "./revision_writer.ts";
import { environmentText } from "./templates.ts";

/** Options of {@linkcode revision}. */
export interface RevisionRequest extends StopOptions, NewFileOptions {
  /** Message of the revision. */
  readonly message: string;
  /** Parent: an id or a prefix of it, `"app@head"`, or `"base"` (default: the head). */
  readonly head?: string;
  /** Allow a parent that is not a head, which starts a branch. */
  readonly splice?: boolean;
  /** Generate `up` and `down` from the differences between the models of `env.ts` and this database. */
  readonly autogenerate?: Engine;
  /** Confirmed renames for `autogenerate`, by old names: `{ "heroes": "champions", "heroes.app_src": "source" }`. */
  readonly renames?: Renames | undefined;
  /** Models to compare instead of those of `env.ts`. */
  readonly models?: Models;
}

/** Options of {@linkcode merge}. */
export interface MergeRequest extends NewFileOptions {
  /** Ids or their prefixes, `"app@head"`, or `["heads"]`. */
  readonly revisions: readonly string[];
  /** Message of the revision (default: `merge … and …`). */
  readonly message?: string;
  /** Allow revisions that are not heads. */
  readonly splice?: boolean;
}

/** Result of {@linkcode revision} and {@linkcode merge}. */
export interface WrittenRevision {
  /** Path of the new file; `undefined` if autogenerate found no differences, or `sql` is set. */
  readonly path: string | undefined;
  /** Text of the file; `undefined` if autogenerate found no differences. */
  readonly text?: string;
  /** Result of autogenerate. */
  readonly comparison?: ModelComparison;
}

/**
 * Creates a migrations folder with `env.ts` and an empty `versions/`.
 *
 * @param directory path of the folder
 * @returns the created paths
 * @throws {FileExistsError} when the folder is not empty
 */
export async function init(directory: string = "migrations"): Promise<string[]> {
  const folder = resolve(directory);
  const there = await readdir(folder).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (there.length > 0) {
    throw new FileExistsError(`Folder ${folder} is not empty. Choose another folder.`);
  }
  const [environment, versions] = [join(folder, "env.ts"), join(folder, "versions")];
  await mkdir(versions, { recursive: true });
  await writeFile(environment, environmentText, { flag: "wx" });
  return [environment, versions];
}

/**
 * Creates a revision file: `versions/<id>_<slug>.ts`.
 *
 * @param directory folder that contains `versions/`
 * @param request message, parent and names, and the database to compare the models with
 * @returns the path, and the comparison if `autogenerate` is set
 * @throws {MultipleHeadsError} when `head` is not set and there are several heads
 * @throws {InvalidTargetError} when the parent is not a head and `splice` is not set, when the database of
 * `autogenerate` has pending revisions, or when a name does not fit
 * @throws {InvalidDirectoryError} when `autogenerate` is set and `env.ts` exports no metadata
 * @throws {MigrationError} the errors of `writeRevision()`
 */
export async function revision(directory: string, request: RevisionRequest): Promise<WrittenRevision> {
  const folder = resolve(directory);
  const graph = await loadGraph(folder);
  const parents = resolveName(graph, request.head ?? "head");
  if (!request.splice) requireHeads(graph, parents);
  const draft = { message: request.message, downRevisions: parents.map(({ id }) => id) };
  if (!request.autogenerate) return await write(folder, graph, draft, request);
  const comparison = await compareAtHead(request.autogenerate, folder, request);
  if (comparison.isEmpty) return { path: undefined, comparison };
  return { ...await write(folder, graph, { ...draft, body: comparison }, request), comparison };
}

/**
 * Creates a merge revision, which has several parents and empty functions.
 *
 * @param directory folder that contains `versions/`
 * @param request the revisions to merge, the message and names
 * @returns the path
 * @throws {InvalidTargetError} when there are fewer than two revisions, one is an ancestor of another, or one is not a
 * head and `splice` is not set
 * @throws {MigrationError} the errors of `writeRevision()`
 */
export async function merge(directory: string, request: MergeRequest): Promise<WrittenRevision> {
  const folder = resolve(directory);
  const graph = await loadGraph(folder);
  const revisions = [...new Set(request.revisions.flatMap((name) => resolveName(graph, name)))];
  const ids = revisions.map(({ id }) => id);
  if (ids.length < 2) {
    throw new InvalidTargetError(`A merge requires at least two revisions; got ${ids.join() || "none"}.`);
  }
  for (const id of ids) {
    const above = ids.find((other) => other !== id && graph.withAncestors([other]).has(id));
    if (above) throw new InvalidTargetError(`Nothing to merge: revision ${id} is an ancestor of ${above}.`);
  }
  if (!request.splice) requireHeads(graph, revisions);
  const message = request.message ?? `merge ${ids.join(" and ")}`;
  return await write(folder, graph, { message, downRevisions: ids, body: "nothing" }, request);
}

function requireHeads(graph: RevisionGraph<Revision>, revisions: readonly Revision[]): void {
  const inner = revisions.find((each) => !graph.heads.includes(each));
  if (!inner) return;
  const children = graph.childrenOf(inner.id).map(({ id }) => id).join(", ");
  throw new InvalidTargetError(
    `Revision ${inner.id} is not a head: it has the child ${children}. Use --splice to create a branch.`,
  );
}

async function write(
  folder: string,
  graph: RevisionGraph,
  revision: NewRevision,
  options: NewFileOptions,
): Promise<WrittenRevision> {
  const { path, text } = await writeRevision(folder, graph, revision, options);
  return { path: options.sql ? undefined : path, text };
}

async function compareAtHead(
  engine: Engine,
  folder: string,
  { models, ...options }: RevisionRequest,
): Promise<ModelComparison> {
  const pending = (await history(engine, folder, options)).filter(({ applied }) => !applied);
  if (pending.length > 0) {
    const ids = pending.map(({ revision }) => revision.id).join(", ");
    throw new InvalidTargetError(
      `The database has pending revisions: ${ids}. Run "upgrade heads" first.`,
    );
  }
  const place = versionFolder(folder, options.versionPath);
  const comparison = await compareModels(engine, folder, models, { ...options, place });
  if (comparison) return comparison;
  throw new InvalidDirectoryError(
    `${join(folder, "env.ts")} exports no metadata, which autogenerate requires. Export the metadata of ` +
      "declarativeBase().",
  );
}
