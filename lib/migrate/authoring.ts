/** Creates migrations folders and revision files. @module */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import type { Models } from "./environment.ts";
import { FileExistsError, InvalidDirectoryError, InvalidTargetError, MissingMessageError } from "./errors.ts";
import { history, type StopOptions } from "./history.ts";
import { resolveName } from "./revision_names.ts";
import { loadGraph } from "./migration_session.ts";
import { compareModels, type ModelComparison } from "./model_comparison.ts";
import { environmentText, type RevisionBody, revisionText, slugOf } from "./templates.ts";

/** Options of {@linkcode revision}. */
export interface RevisionRequest extends StopOptions {
  /** Message of the revision. */
  readonly message: string;
  /** Id of the parent, or a prefix of it (default: the head). */
  readonly head?: string;
  /** Allow a parent that is not a head, which starts a branch. */
  readonly splice?: boolean;
  /** Generate `up` and `down` from the differences between the models of `env.ts` and this database. */
  readonly autogenerate?: Engine;
  /** Models to compare instead of those of `env.ts`. */
  readonly models?: Models;
}

/** Result of {@linkcode revision} and {@linkcode merge}. */
export interface WrittenRevision {
  /** Path of the new file; `undefined` if autogenerate found no differences. */
  readonly path: string | undefined;
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
 * @param request message and parent, and the database to compare the models with
 * @returns the path, and the comparison if `autogenerate` is set
 * @throws {MultipleHeadsError} when `head` is not set and there are several heads
 * @throws {InvalidTargetError} when the parent is not a head and `splice` is not set, or when the database of
 * `autogenerate` has pending revisions
 * @throws {InvalidDirectoryError} when `autogenerate` is set and `env.ts` exports no metadata
 * @throws {MissingMessageError} when the message contains no letter or digit
 */
export async function revision(directory: string, request: RevisionRequest): Promise<WrittenRevision> {
  const folder = resolve(directory);
  const graph = await loadGraph(folder);
  const parents = resolveName(graph, request.head ?? "head");
  const inner = parents.find((parent) => !graph.heads.includes(parent));
  if (inner && !request.splice) {
    throw new InvalidTargetError(
      `Revision ${inner.id} is not a head: it has the child ` +
        `${graph.childrenOf(inner.id).map(({ id }) => id).join(", ")}. Use --splice to create a branch.`,
    );
  }
  const downRevisions = parents.map(({ id }) => id);
  if (!request.autogenerate) return { path: await writeRevision(folder, request.message, downRevisions) };
  const comparison = await compareAtHead(request.autogenerate, folder, request);
  if (comparison.isEmpty) return { path: undefined, comparison };
  return { path: await writeRevision(folder, request.message, downRevisions, comparison), comparison };
}

/**
 * Creates a merge revision, which has several parents and empty functions.
 *
 * @param directory folder that contains `versions/`
 * @param request ids or their prefixes, or `["heads"]`; and the message (default: `merge … and …`)
 * @returns the path
 * @throws {InvalidTargetError} when there are fewer than two revisions, or one is an ancestor of another
 */
export async function merge(
  directory: string,
  { message, revisions }: { readonly message?: string; readonly revisions: readonly string[] },
): Promise<WrittenRevision> {
  const folder = resolve(directory);
  const graph = await loadGraph(folder);
  const ids = [...new Set(revisions.flatMap((name) => resolveName(graph, name)).map(({ id }) => id))];
  if (ids.length < 2) {
    throw new InvalidTargetError(`A merge requires at least two revisions; got ${ids.join() || "none"}.`);
  }
  for (const id of ids) {
    const above = ids.find((other) => other !== id && graph.withAncestors([other]).has(id));
    if (above) throw new InvalidTargetError(`Nothing to merge: revision ${id} is an ancestor of ${above}.`);
  }
  return { path: await writeRevision(folder, message ?? `merge ${ids.join(" and ")}`, ids, "nothing") };
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
  const comparison = await compareModels(engine, folder, models, options);
  if (comparison) return comparison;
  throw new InvalidDirectoryError(
    `${join(folder, "env.ts")} exports no metadata, which autogenerate requires. Export the metadata of ` +
      "declarativeBase().",
  );
}

/**
 * Writes a revision file.
 *
 * @param folder folder that contains `versions/`
 * @param message message of the revision
 * @param downRevisions ids of its parents
 * @param body contents; by default `up` and `down` hold examples
 * @returns the path
 * @throws {MissingMessageError} when the message contains no letter or digit
 */
export async function writeRevision(
  folder: string,
  message: string,
  downRevisions: readonly string[],
  body?: RevisionBody | "nothing",
): Promise<string> {
  if (!/[\p{L}\p{N}]/u.test(message)) throw new MissingMessageError();
  const id = crypto.randomUUID().replaceAll("-", "").slice(-12);
  const path = join(folder, "versions", `${id}_${slugOf(message)}.ts`);
  const createDate = new Date().toISOString().slice(0, 10);
  await writeFile(path, revisionText({ id, downRevisions, message, createDate, body }), { flag: "wx" });
  return path;
}
