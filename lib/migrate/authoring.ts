/** Writes what migrations consist of: the folder, and revisions in it. @module */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import type { Models } from "./environment.ts";
import { FileExistsError, InvalidDirectoryError, InvalidTargetError, MissingMessageError } from "./errors.ts";
import { history, type StopOptions } from "./history.ts";
import { loadGraph } from "./migration_session.ts";
import { compareModels, type ModelComparison } from "./model_comparison.ts";
import { environmentText, type RevisionBody, revisionText, slugOf } from "./templates.ts";

/** A revision to write. */
export interface RevisionRequest extends StopOptions {
  /** What it does, in a few words. */
  readonly message: string;
  /** The id of its parent, which may be shortened (default: the head). */
  readonly head?: string;
  /** It may come after a revision that is no head, and so begin a branch. */
  readonly splice?: boolean;
  /** Fills `up` and `down` with what lies between the models of `env.ts` and this database. */
  readonly autogenerate?: Engine;
  /** To compare instead of those of `env.ts`: models that a notebook has declared, say. */
  readonly models?: Models;
}

/** A revision that was written. */
export interface WrittenRevision {
  /** `undefined`: autogenerate found nothing, so nothing was written. */
  readonly path: string | undefined;
  /** What autogenerate found. */
  readonly comparison?: ModelComparison;
}

/**
 * Makes a folder of migrations: `env.ts`, which says where the database and the models are, and an empty `versions/`.
 *
 * @returns the paths of what was made.
 * @throws {FileExistsError} when the folder has something in it: nothing is overwritten.
 */
export async function init(directory: string = "migrations"): Promise<string[]> {
  const folder = resolve(directory);
  const there = await readdir(folder).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (there.length > 0) {
    throw new FileExistsError(`The folder ${folder} is not empty, and init overwrites nothing. Give another folder.`);
  }
  const [environment, versions] = [join(folder, "env.ts"), join(folder, "versions")];
  await mkdir(versions, { recursive: true });
  await writeFile(environment, environmentText, { flag: "wx" });
  return [environment, versions];
}

/**
 * Writes a revision: `versions/<id>_<slug>.ts`.
 *
 * @returns its path; with `autogenerate` also what was found.
 * @throws {MultipleHeadsError} when `head` is missing and there is more than one.
 * @throws {InvalidTargetError} when the parent is no head and `splice` is not set, when the database of `autogenerate`
 * is not at the heads, or when `env.ts` exports no metadata.
 * @throws {MissingMessageError} when the message has no words.
 */
export async function revision(directory: string, request: RevisionRequest): Promise<WrittenRevision> {
  const folder = resolve(directory);
  const graph = await loadGraph(folder);
  const parents = graph.resolve(request.head ?? "head");
  const inner = parents.find((parent) => !graph.heads.includes(parent));
  if (inner && !request.splice) {
    throw new InvalidTargetError(
      `Revision ${inner.id} is no head: ${graph.childrenOf(inner.id).map(({ id }) => id).join(" and ")} comes after ` +
        "it. With --splice the new one begins a branch beside.",
    );
  }
  const downRevisions = parents.map(({ id }) => id);
  if (!request.autogenerate) return await write(folder, request.message, downRevisions);
  const comparison = await compareAtHead(request.autogenerate, folder, request);
  if (comparison.isEmpty) return { path: undefined, comparison };
  return { ...await write(folder, request.message, downRevisions, comparison), comparison };
}

/**
 * Writes a revision that does nothing but bring heads together.
 *
 * @param request `revisions`: ids, which may be shortened, or `["heads"]`.
 * @throws {InvalidTargetError} when there are not at least two that do not come after one another.
 */
export async function merge(
  directory: string,
  { message, revisions }: { readonly message?: string; readonly revisions: readonly string[] },
): Promise<WrittenRevision> {
  const folder = resolve(directory);
  const graph = await loadGraph(folder);
  const ids = [...new Set(revisions.flatMap((name) => graph.resolve(name)).map(({ id }) => id))];
  if (ids.length < 2) {
    throw new InvalidTargetError(`A merge brings two or more revisions together; there is ${ids.join() || "none"}.`);
  }
  for (const id of ids) {
    const above = ids.find((other) => other !== id && graph.withAncestors([other]).has(id));
    if (above) throw new InvalidTargetError(`Revision ${above} comes after ${id} already: there is nothing to merge.`);
  }
  return await write(folder, message ?? `merge ${ids.join(" and ")}`, ids, "nothing");
}

async function compareAtHead(
  engine: Engine,
  folder: string,
  { models, signal }: RevisionRequest,
): Promise<ModelComparison> {
  const pending = (await history(engine, folder, { signal })).filter(({ applied }) => !applied);
  if (pending.length > 0) {
    const ids = pending.map(({ revision }) => revision.id).join(", ");
    throw new InvalidTargetError(
      `The database lacks revisions (${ids}), so what they do would be generated again. First: upgrade heads`,
    );
  }
  const comparison = await compareModels(engine, folder, models, signal);
  if (comparison) return comparison;
  throw new InvalidDirectoryError(
    `${join(folder, "env.ts")} exports no metadata, so there are no models to compare with: ` +
      "export there the metadata that their declarativeBase() gives",
  );
}

async function write(
  folder: string,
  message: string,
  downRevisions: readonly string[],
  body?: RevisionBody | "nothing",
): Promise<WrittenRevision> {
  if (!/[\p{L}\p{N}]/u.test(message)) throw new MissingMessageError();
  const id = crypto.randomUUID().replaceAll("-", "").slice(-12);
  const path = join(folder, "versions", `${id}_${slugOf(message)}.ts`);
  const createDate = new Date().toISOString().slice(0, 10);
  await writeFile(path, revisionText({ id, downRevisions, message, createDate, body }), { flag: "wx" });
  return { path };
}
