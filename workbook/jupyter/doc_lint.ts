/** Reads what `deno doc --lint` reports about the public names of the library. @module */

/**
 * The problems in a report, one text each. Left out are references to types of other packages, such as Kysely's: the
 * library cannot make those public.
 *
 * @param report what `deno doc --lint` prints, without colours.
 * @param source the TypeScript of the library: a type that it declares is its own.
 */
export function docProblems(report: string, source: string): string[] {
  const declared = new Set(
    [...source.matchAll(/^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type|const|function) (\w+)/gm)]
      .map(([, name]) => name),
  );
  const problems = report.split(/^(?=error(?:\[|: Found))/m).filter((block) => block.startsWith("error["));
  return problems.map((block) => block.trim()).filter((block) => {
    const type = /^error\[private-type-ref\].* references private type '(\w+)'/.exec(block)?.[1];
    return type === undefined || declared.has(type);
  });
}
