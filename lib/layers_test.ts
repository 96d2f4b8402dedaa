import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { explainCircle, findImports, type LayerOf, orderLayers } from "../testing/import_graph.ts";
import { permittedTest } from "../testing/permitted.ts";

const FOLDERS = ["lib", "app", "workbook", "migrations", "notebooks", "tools", "testing"];
const root = new URL("../", import.meta.url);
const readingTest = (name: string, fn: () => Promise<void>) => permittedTest("read", name, fn);

/** Each folder of `lib/` is a layer, and each other folder of the checkout. */
const layerOf: LayerOf = (path) => /^lib\/[^/]+(?=\/)|^[^/]+/.exec(path)![0];
/** True for tests and `testing/`. */
const isForTests = (path: string) => path.startsWith("testing/") || path.endsWith("_test.ts");
/** The tests of each layer, `testing/`, and what they test. */
const layerOfTests: LayerOf = (path) =>
  path.startsWith("testing/") && !path.endsWith("_test.ts")
    ? "testing"
    : isForTests(path)
    ? `tests of ${layerOf(path)}`
    : "product";

readingTest("each folder imports only those before it", async () => {
  const sources = await readSources();
  const product = [...sources.keys()].filter((path) => !isForTests(path));
  const imports = findImports(sources).filter(({ file }) => !isForTests(file));
  assertEquals(imports.filter(({ target }) => isForTests(target)).map(({ file, line }) => `${file}:${line}`), []);
  const { layers, circle } = orderLayers(product, imports, layerOf);
  assert(!circle, circle && explainCircle(circle, layerOf));
  console.log(`folders, each importing only those before it: ${layers.join(", ")}`);
});

readingTest("tests and testing/ import everything, and nothing imports a test", async () => {
  const sources = await readSources();
  const { layers, circle } = orderLayers(sources.keys(), findImports(sources), layerOfTests);
  assert(!circle, circle && explainCircle(circle, layerOfTests));
  console.log(`with tests: ${layers.join(", ")}`);
});

readingTest("README.md lists the layers of the library in an order that holds, with their lines", async () => {
  const sources = await readSources();
  const readme = await Deno.readTextFile(new URL("README.md", import.meta.url));
  const rows = [...readme.matchAll(/^\| \[`(\w+)\/`\].*\| +([\d,]+) \| +([\d,]+) \|$/gm)];
  const place = new Map(rows.map(([, name], index) => [`lib/${name}`, index]));
  const folders = new Set([...sources.keys()].map(layerOf).filter((layer) => /^lib\/(?!std_assert$)/.test(layer)));
  assertEquals([...place.keys()].sort(), [...folders].sort());
  const early = findImports(sources).filter(({ file, target }) =>
    !isForTests(file) && place.get(layerOf(file))! < place.get(layerOf(target))!
  );
  assertEquals(early, []);

  const wrong = rows.flatMap(([, name, product, tests]) => {
    const own = [...sources].filter(([path]) => layerOf(path) === `lib/${name}`);
    return [[product, false], [tests, true]].flatMap(([stated, forTests]) => {
      const lines = own.filter(([path]) => isForTests(path) === forTests)
        .reduce((sum, [, text]) => sum + text.split("\n").length - 1, 0);
      const difference = Math.abs(Number(String(stated).replace(",", "")) - lines);
      return difference <= Math.max(50, lines / 10)
        ? []
        : [`${name}: ${lines} lines${forTests ? " of tests" : ""}, not ${stated}`];
    });
  });
  assertEquals(wrong, []);
});

/** All TypeScript and notebooks, by path below the checkout. */
async function readSources(): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  const read = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
      if (isDirectory) {
        if (name !== "node_modules" && folder + name !== "notebooks/solutions") await read(`${folder}${name}/`);
      } else if (/\.(ts|ipynb)$/.test(name)) {
        sources.set(folder + name, await Deno.readTextFile(fileURLToPath(new URL(folder + name, root))));
      }
    }
  };
  for (const folder of FOLDERS) await read(`${folder}/`);
  return sources;
}
