/** Formats the objects that a comparison ignores: a line for each kind, or for each object. @module */
import { plural, shorten } from "../base/text.ts";
import { unmodelledLine, type UnmodelledObject } from "./database_schema.ts";

/**
 * Formats ignored objects. Sums up those of one kind that are ignored for one reason, and the others of that kind.
 *
 * @param verbose a line for each object
 * @returns lines such as `ignored: 12 indexes: with an operator class; for example films.ix_title`
 */
export function ignoredLines(objects: readonly UnmodelledObject[], verbose: boolean = false): string[] {
  if (verbose) return objects.map((object) => `ignored: ${unmodelledLine(object)}`);
  const lines = [...Map.groupBy(objects, ({ kind }) => kind)].flatMap(([kind, ofKind]) => {
    const groups = [...Map.groupBy(ofKind, ({ reason }) => reason).values()];
    const alone = groups.filter(({ length }) => length === 1).flat();
    return [...groups.filter(({ length }) => length > 1), ...alone.length > 0 ? [alone] : []]
      .map((group) => `ignored: ${summary(kind, group)}`);
  });
  return lines.length < objects.length ? [...lines, `ignored: ${objects.length} in all; -v lists them`] : lines;
}

function summary(kind: string, group: readonly UnmodelledObject[]): string {
  const [first, second] = group;
  if (!second) return unmodelledLine(first);
  if (first.reason !== second.reason) {
    return `${group.length} ${plural(kind)}, for example ${first.name}: ${shorten(first.reason ?? "", 80)}`;
  }
  const reason = first.reason === undefined ? "," : `: ${ofMany(first.reason)};`;
  return `${group.length} ${plural(kind)}${reason} for example ${first.name}`;
}

/** A reason that is true of several objects: `they have no primary key` for `it has no primary key`. */
function ofMany(reason: string): string {
  return reason.replace(/\bit (has|is)\b/g, (_, verb) => verb === "has" ? "they have" : "they are")
    .replace(/\bits (type|name) is\b/g, "their $1 is")
    .replace(/\bdepends on it\b/g, "depends on them");
}
