/**
 * Start-up time as readers experience it: like `cold.ts`, but in a fresh Jupyter kernel, as for a notebook's first
 * cell. Each round starts a kernel per contestant, in turns; the start-up time of the kernel itself is excluded.
 *
 * @module
 */
import type { OperationResult } from "../bench_record.ts";
import { turns } from "../compare.ts";
import { ensureEnvironment } from "../jupyter/environment.ts";
import { execute } from "../jupyter/execute.ts";
import { visibleText } from "../jupyter/outputs.ts";
import { notebooksFolder } from "../paths.ts";
import { type ColdName, coldOperations, type ColdOptions, reference } from "./cold.ts";
import type { Settings } from "./contestant.ts";
import { type Fixture, schema } from "./fixture.ts";
import type { KernelStart } from "./kernel_start.ts";
import { operations } from "./operations.ts";
import { ContestantError } from "./remote.ts";
import { Samples } from "./samples.ts";

/**
 * Contestants started in a kernel, by their name in `contestants/mod.ts`: this library on its drivers, and the
 * reference.
 */
const labels = ["pg-named", "ours-pg", "ours-postgres", "ours-libpq"];

/** Measures `import-kernel` and `first-query-kernel`, both from one start of a kernel. */
export async function measureKernels(
  fixture: Fixture,
  { rounds, limit, url, delay, stop, onProgress }: ColdOptions,
): Promise<OperationResult[]> {
  const { check } = operations.find(({ name }) => name === "get-autocommit")!;
  const environment = await ensureEnvironment({ onProgress, stop });
  const settings: Settings = { url, schema, connections: 1 };
  const starts: KernelStart[] = [];
  const started = performance.now();
  for (let round = 0; round < rounds && (round === 0 || performance.now() - started < limit); round++) {
    for (const label of turns(labels, round)) {
      onProgress(`round ${round + 1} of ${rounds}, a kernel for ${label}`);
      const module = JSON.stringify(import.meta.resolve("./kernel_start.ts"));
      const source = `const { start } = await import(${module});
console.log(JSON.stringify(await start(${JSON.stringify(label)}, ${JSON.stringify(settings)})));`;
      const { outputs, failure } = await execute({
        environment,
        sources: [source],
        folder: notebooksFolder,
        timeout: 60,
        stop,
      });
      if (failure) throw new ContestantError(label, `cannot start in a kernel: ${failure.error}`);
      const start: KernelStart = JSON.parse(visibleText(outputs[0]));
      const wrong = await check(start.value, fixture.client);
      if (wrong) throw new ContestantError(start.name, `fails its first get in a kernel: ${wrong}.`);
      starts.push(start);
    }
  }
  const names = labels.map((label) => starts.find((start) => start.label === label)!.name);
  return ([["import-kernel", "importTime"], ["first-query-kernel", "firstRowTime"]] as const).map(([name, time]) => {
    const samples = new Samples(names);
    for (const start of starts) samples.add(start.name, start[time]);
    return samples.result({ name: name satisfies ColdName, title: coldOperations[name], reference, delay });
  });
}
