/** Both engines refuse the same options, and complete the others alike. */
import { assertEquals, assertThrows } from "@std/assert";
import { createSyncEngine } from "../sync/sync_engine.ts";
import { createEngine } from "./engine.ts";
import { resolveOptions } from "./options.ts";
import { EngineUrl } from "./url.ts";

const LIBPQ = "postgresql+libpq://sandy:secret@localhost/shop";
const MAKERS = { createEngine, createSyncEngine } as Record<string, (url: unknown, options?: unknown) => unknown>;

/** Options, the class of the error, and what its message says behind the name of the function. */
const REFUSED: [unknown, ErrorConstructor, string][] = [
  [{ poolSize: 0 }, RangeError, "poolSize is 0; it must be a whole number of at least 1."],
  [{ poolSize: NaN }, RangeError, "poolSize is NaN"],
  [{ poolSize: 2.5 }, RangeError, "poolSize is 2.5"],
  [{ poolSize: "5" }, TypeError, 'poolSize is "5"; it must be a whole number of at least 1.'],
  [{ poolSize: null }, TypeError, "poolSize is null"],
  [{ maxOverflow: -1 }, RangeError, "maxOverflow is -1"],
  [{ poolTimeout: -1 }, RangeError, "poolTimeout is -1; it must be a number of milliseconds, at least 0."],
  [{ poolTimeout: 10n }, TypeError, "poolTimeout is 10n"],
  [{ poolPrePing: 1 }, TypeError, "poolPrePing is 1; it must be true or false."],
  [{ poolRecycle: -1 }, RangeError, "poolRecycle is -1"],
  [{ maxLifetime: 0 }, RangeError, "maxLifetime is 0; it must be a number of milliseconds, at least 1."],
  [{ idleTimeout: -5 }, RangeError, "idleTimeout is -5"],
  [{ minIdle: 0.5 }, RangeError, "minIdle is 0.5; it must be a whole number of at least 0."],
  [
    { resetOnReturn: "discard" },
    RangeError,
    'resetOnReturn is "discard"; it must be one of rollback, discard all, or a ',
  ],
  [{ resetOnReturn: true }, TypeError, "resetOnReturn is true"],
  [{ connectTimeout: 0 }, RangeError, "connectTimeout is 0"],
  [{ connectTimeout: NaN }, RangeError, "connectTimeout is NaN"],
  [{ commandTimeout: 0 }, RangeError, "commandTimeout is 0"],
  [{ commandTimeout: "1s" }, TypeError, 'commandTimeout is "1s"'],
  [{ statementTimeout: -1 }, RangeError, "statementTimeout is -1"],
  [{ statementTimeout: NaN }, RangeError, "statementTimeout is NaN"],
  [{ applicationName: 7 }, TypeError, "applicationName is 7"],
  [{ applicationName: "a\0b" }, RangeError, "applicationName is "],
  [{ prepare: "no" }, TypeError, 'prepare is "no"'],
  [{ nonblocking: "yes" }, TypeError, 'nonblocking is "yes"'],
  [{ readOnly: "yes" }, TypeError, 'readOnly is "yes"'],
  [{ echo: "on" }, TypeError, 'echo is "on"; it must be true or false, or a function.'],
  [{ isolationLevel: "serializable" }, RangeError, 'isolationLevel is "serializable"; it must be one of AUTOCOMMIT, '],
  [{ isolationLevel: 3 }, TypeError, "isolationLevel is 3"],
  [{ poolsize: 5 }, TypeError, 'there is no option "poolsize"; did you mean "poolSize"?'],
  [{ pool_size: 5 }, TypeError, 'there is no option "pool_size"; did you mean "poolSize"?'],
  [{ conectTimeout: 5 }, TypeError, 'there is no option "conectTimeout"; did you mean "connectTimeout"?'],
  [{ ssl: true }, TypeError, 'there is no option "ssl"; there is: isolationLevel, readOnly, echo, '],
  [5000, TypeError, "takes its options as an object, not 5000."],
  [null, TypeError, "takes its options as an object, not null."],
];

for (const [name, make] of Object.entries(MAKERS)) {
  for (const [options, type, message] of REFUSED) {
    Deno.test(`${name} refuses ${Deno.inspect(options)}`, () => {
      const error = assertThrows(() => make(LIBPQ, options), type, message);
      assertEquals(error.message.startsWith(name), true, error.message);
    });
  }

  Deno.test(`${name} refuses what is no database URL, without showing a password`, () => {
    for (const url of [undefined, 5, { host: "localhost" }, new URL("postgresql://sandy:secret@localhost")]) {
      const error = assertThrows(() => make(url), TypeError, "takes a database URL as a string or an EngineUrl, not ");
      assertEquals(error.message.includes("secret"), false);
    }
  });
}

const resolved = (url: string, options = {}) => resolveOptions("test", EngineUrl.parse(url), options);

Deno.test("what is left out has a default, or comes from the URL", () => {
  assertEquals(resolved("postgresql://localhost"), {
    echo: false,
    poolSize: 5,
    maxOverflow: 10,
    poolTimeout: 30_000,
    poolPrePing: false,
    poolRecycle: Infinity,
    maxLifetime: Infinity,
    idleTimeout: 300_000,
    minIdle: 0,
    resetOnReturn: "rollback",
    connectTimeout: 10_000,
    commandTimeout: Infinity,
    statementTimeout: undefined,
    prepare: true,
    nonblocking: false,
  });
  const ofUrl = "postgresql://localhost?pool_size=3&connect_timeout=2";
  const { poolSize, maxOverflow, connectTimeout } = resolved(ofUrl);
  assertEquals([poolSize, maxOverflow, connectTimeout], [3, 0, 2_000]);
  assertEquals(resolved(ofUrl, { connectTimeout: 50, maxOverflow: 1 }), {
    ...resolved(ofUrl),
    connectTimeout: 50,
    maxOverflow: 1,
  });
  assertEquals(resolved("postgresql://localhost?connect_timeout=0").connectTimeout, 10_000);
});

Deno.test("times: undefined is left out, for ever is what a timer can wait, the server counts whole milliseconds", () => {
  const { poolTimeout, connectTimeout, commandTimeout } = resolved("postgresql://localhost", {
    poolTimeout: Infinity,
    connectTimeout: 1e12,
    commandTimeout: 1e12,
  });
  assertEquals([poolTimeout, connectTimeout, commandTimeout], [2 ** 31 - 1, 2 ** 31 - 1, Infinity]);
  assertEquals(resolved("postgresql://localhost", { poolTimeout: undefined }).poolTimeout, 30_000);
  const limit = (statementTimeout: number) => resolved("postgresql://localhost", { statementTimeout }).statementTimeout;
  assertEquals([0, 0.5, 1000, 1e10, Infinity].map(limit), [0, 1, 1000, 0, 0]);
});
