/**
 * `deno task doctor`: tests everything the workbook needs, and suggests a fix for each problem. It installs and changes
 * nothing.
 *
 * @module
 */
import { join } from "node:path";
import { libpq } from "../lib/engine/drivers/libpq/library.ts";
import { createEngine, current, type DriverName, EngineUrl, history } from "../lib/mod.ts";
import { masked } from "../workbook/connection_url.ts";
import { configuredUrl, databaseUrl, serverVersion } from "../workbook/database_url.ts";
import { proxiesIn } from "../workbook/loopback.ts";
import { judgeVersion } from "../workbook/supported_versions.ts";
import { findChromium } from "../workbook/jupyter/browser.ts";
import { newCommand, readArguments, runTask } from "../workbook/command_line.ts";
import { describe } from "../workbook/jupyter/environment.ts";
import { findMissingFiles } from "../workbook/jupyter/moved_imports.ts";
import { exists, ownFolder, root } from "../workbook/paths.ts";
import { run } from "../workbook/processes.ts";
import { findPython } from "../workbook/jupyter/python.ts";
import { npmAnswers, pipAnswers } from "../workbook/registries.ts";

const command = newCommand(
  "deno task doctor",
  "Tests everything the workbook needs, and suggests a fix for each problem.",
  "Starts the local PostgreSQL if it is not running, and changes nothing else. Exit status 1 if a requirement is missing.",
);

const DRIVERS: readonly DriverName[] = ["postgres", "pg", "wire", "libpq"];
const ROUND_TRIPS = 50;

/** Result of a test; `advice` if action is needed. */
interface Finding {
  readonly found: string;
  readonly advice?: string;
  /** True if the workbook runs without it: not counted as a failure. */
  readonly optional?: boolean;
}

async function doctor(args: string[], stop: AbortSignal): Promise<number> {
  if (!readArguments(command, args)) return 0;
  let failures = 0;
  /** @returns whether the test passed. */
  const examine = async (name: string, look: () => Promise<Finding>) => {
    stop.throwIfAborted();
    const { found, advice, optional }: Finding = await look().catch((error) => ({ found: "no", advice: said(error) }));
    const mark = !advice ? "ok  " : optional ? "note" : "FAIL";
    console.log(`${mark}  ${name.padEnd(22)}${found}${advice ? `\n${" ".repeat(28)}${advice}` : ""}`);
    if (mark === "FAIL") failures++;
    return mark !== "FAIL";
  };
  await examine("Deno", () => Promise.resolve(denoFinding()));
  const proxies = proxiesIn(Deno.env.toObject());
  if (proxies.length > 0) {
    const named = proxies.map(({ variable, url }) => `${variable}=${masked(url)}`).join(", ");
    await examine("proxy", () => Promise.resolve({ found: `${named}; not used for this machine's own addresses` }));
    await examine("npm packages", () => npmFinding(stop));
    await examine("Python packages", () => pipFinding(stop));
  }
  await examine("Python", async () => ({ found: (await findPython()).version }));
  await examine("JupyterLab", jupyterFinding);
  await examine("the kernel's Deno", kernelFinding);
  const hasServer = await examine("PostgreSQL", async () => {
    const url = await databaseUrl({ onProgress: (message) => console.log(`      ${message}`) });
    const version = await serverVersion(url);
    const { isUsable, advice } = judgeVersion(version);
    const found = `${version} at ${masked(url)}${configuredUrl() ? " (DATABASE_URL)" : ""}`;
    return { found, ...(advice ? { advice, optional: isUsable } : {}) };
  });
  if (hasServer) {
    for (const driver of DRIVERS) await examine(`driver ${driver}`, () => driverFinding(driver));
    await examine("connections", connectionsFinding);
    await examine("tables", tablesFinding);
  } else console.log("      drivers, connections and tables not tested: PostgreSQL is not available");
  await examine("your notebooks", ownNotebooksFinding);
  await examine("Chromium", chromiumFinding);
  console.log(failures === 0 ? "\nAll requirements are met." : `\n${failures} failed: see the lines with FAIL.`);
  return failures === 0 ? 0 : 1;
}

function denoFinding(): Finding {
  const found = Deno.version.deno;
  const [major, minor, patch] = found.split(".").map(Number);
  const isNewEnough = major > 2 || major === 2 && (minor > 8 || minor === 8 && patch >= 1);
  return isNewEnough ? { found } : { found, advice: "2.8.1 or newer is required: deno upgrade" };
}

const proxyAdvice =
  "installed packages keep working; to install more, correct HTTPS_PROXY (or add a mirror to NO_PROXY)";

async function npmFinding(stop: AbortSignal): Promise<Finding> {
  if (await npmAnswers({ stop })) return { found: "available" };
  return { found: "not available through this proxy", advice: proxyAdvice, optional: true };
}

async function pipFinding(stop: AbortSignal): Promise<Finding> {
  const { python, variables } = describe(join(root, ".venv"));
  if (!await exists(python)) return { found: "not tested: pip is installed with .venv" };
  if (await pipAnswers(python, variables, { stop })) return { found: "available" };
  return { found: "not available through this proxy", advice: proxyAdvice, optional: true };
}

async function jupyterFinding(): Promise<Finding> {
  const { python, variables } = describe(join(root, ".venv"));
  const advice = "deno task lab installs it into .venv";
  if (!await exists(python)) return { found: "not installed yet", advice };
  const { code, stdout } = await run(python, ["-m", "jupyterlab", "--version"], { env: variables, limit: 60 });
  return code === 0 ? { found: stdout.trim() } : { found: "does not start", advice: `delete .venv; then ${advice}` };
}

async function kernelFinding(): Promise<Finding> {
  const { deno } = describe(join(root, ".venv"));
  if (!await exists(deno)) return { found: "not installed yet", advice: "deno task lab installs it into .venv" };
  const { stdout } = await run(deno, ["--version"], { limit: 60 });
  return { found: stdout.split(" ")[1] ?? "unknown" };
}

async function driverFinding(driver: DriverName): Promise<Finding> {
  await using engine = createEngine(EngineUrl.parse(await databaseUrl()).withDriver(driver), { poolSize: 1 });
  await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  const times: number[] = [];
  for (let each = 0; each < ROUND_TRIPS; each++) {
    const start = performance.now();
    await connection.execute("SELECT $1::int", [each]);
    times.push(performance.now() - start);
  }
  const median = times.sort((a, b) => a - b)[ROUND_TRIPS / 2];
  const trip = `a round trip takes ${median.toFixed(2)} ms (median of ${ROUND_TRIPS})`;
  return { found: `${await driverVersion(driver)}; ${trip}` };
}

/** Version of the npm package or the C library; one driver is of this project. */
async function driverVersion(driver: DriverName): Promise<string> {
  if (driver === "libpq") {
    const version = libpq().PQlibVersion(); // 180004 is 18.4
    return `${Math.floor(version / 10_000)}.${version % 10_000}`;
  }
  if (driver === "wire") return "lib/engine/drivers/wire";
  return JSON.parse(await Deno.readTextFile(join(root, "node_modules", driver, "package.json"))).version;
}

async function connectionsFinding(): Promise<Finding> {
  await using engine = createEngine(await databaseUrl());
  await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  const answer = await connection.execute<{ most: number; used: bigint }>(
    `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most,
            (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used`,
  );
  const { most, used } = answer.one();
  return { found: `${used} of ${most} in use` };
}

async function tablesFinding(): Promise<Finding> {
  await using engine = createEngine(await databaseUrl());
  const folder = join(root, "migrations");
  const [at, all] = [await current(engine, folder), await history(engine, folder)];
  const found = at.map(({ revision }) => `at revision ${revision.id}, ${revision.message}`).join("; ") ||
    "not created yet";
  const isBehind = all.some(({ applied }) => !applied);
  return { found, ...(isBehind ? { advice: "deno task migrate brings them up to date", optional: true } : {}) };
}

async function ownNotebooksFinding(): Promise<Finding> {
  const missing = await findMissingFiles(ownFolder);
  if (missing.length === 0) return { found: "name only files that are there" };
  const advice = `deno task lab rewrites moved imports; correct the others yourself: ${missing.join("; ")}`;
  return { found: `name ${missing.length} files that are not there`, advice, optional: true };
}

async function chromiumFinding(): Promise<Finding> {
  const path = await findChromium();
  if (path) return { found: path };
  return { found: "none", advice: "needed only by the browser tests of the notebooks", optional: true };
}

function said(error: unknown): string {
  return error instanceof Error ? error.message.replaceAll("\n", " ") : String(error);
}

if (import.meta.main) await runTask(doctor);
