import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import { EncodingError } from "./errors.ts";
import { encodeParameter, encodeParameters, json } from "./parameters.ts";
import { decoderFor } from "./types.ts";

const BYTEA = 17;
const BYTEA_ARRAY = 1001;
const TEXT_ARRAY = 1009;
const BIGINT_ARRAY = 1016;
const JSONB_ARRAY = 3807;

const decode = (oid: number, text: string | null) => decoderFor(oid)(text!, () => undefined);

Deno.test("texts, numbers, bigints, booleans and null", () => {
  assertEquals(encodeParameters(["Zoë 😀", 1.5, -0, 10n ** 20n, true, false, null]), [
    "Zoë 😀",
    "1.5",
    "0",
    "100000000000000000000",
    "true",
    "false",
    null,
  ]);
});

Deno.test("numbers that are none have PostgreSQL's names", () => {
  assertEquals(encodeParameters([NaN, Infinity, -Infinity, 1e21, 5e-324]), [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e+21",
    "5e-324",
  ]);
});

Deno.test("a Date is ISO 8601 in UTC; far years are in PostgreSQL's own notation", () => {
  assertEquals(encodeParameter(new Date("2024-02-29T12:34:56.789+01:00")), "2024-02-29T11:34:56.789Z");
  assertEquals(encodeParameter(new Date(Date.UTC(12024, 0, 1))), "12024-01-01T00:00:00.000Z");
  assertEquals(encodeParameter(new Date("0001-01-01T00:00:00Z")), "0001-01-01T00:00:00.000Z");
  assertEquals(encodeParameter(new Date("0000-01-01T00:00:00Z")), "0001-01-01T00:00:00.000Z BC");
  assertEquals(encodeParameter(new Date("-000043-03-15T00:00:00Z")), "0044-03-15T00:00:00.000Z BC");
});

Deno.test("bytes are hexadecimal, from any view of a buffer", () => {
  assertEquals(encodeParameter(new Uint8Array([0, 15, 255])), "\\x000fff");
  assertEquals(encodeParameter(new Uint8Array([1, 2, 3, 4]).subarray(1, 3)), "\\x0203");
  assertEquals(encodeParameter(new Uint8Array()), "\\x");
});

Deno.test("20 MB of bytes are sent and read by built-in functions: no byte is looked at by itself", () => {
  const bytes = new Uint8Array(20_000_000).map((_, i) => i % 251);
  const isSame = (other: Uint8Array) => other.length === bytes.length && other.every((byte, i) => byte === bytes[i]);
  const quickest = (work: () => void) =>
    Math.min(...[1, 2, 3].map(() => {
      const start = performance.now();
      work();
      return performance.now() - start;
    }));
  let [read, inArray]: Uint8Array[] = [new Uint8Array(), new Uint8Array()];
  const builtIn = quickest(() => Uint8Array.fromHex(bytes.toHex()));
  const ours = quickest(() => {
    read = decode(BYTEA, encodeParameter(bytes)) as Uint8Array;
    inArray = (decode(BYTEA_ARRAY, encodeParameter([bytes])) as Uint8Array[])[0];
  });
  assertEquals([isSame(read), isSame(inArray)], [true, true]);
  // a ratio in one run, so that a busy machine makes no difference; byte by byte it is more than 100
  assert(ours / builtIn < 30, `${(ours / builtIn).toFixed(1)} times as long as the built-in functions`);
});

Deno.test("plain objects are JSON; json() marks everything else for it", () => {
  assertEquals(encodeParameter({ a: [1, null], b: { c: "x" } }), '{"a":[1,null],"b":{"c":"x"}}');
  assertEquals(encodeParameter(Object.assign(Object.create(null), { a: 1 })), '{"a":1}');
  assertEquals(encodeParameter(json([1, "a"])), '[1,"a"]');
  assertEquals(encodeParameter(json("a")), '"a"');
  assertEquals(encodeParameter(json(null)), "null");
  assertEquals(encodeParameter(json(5)), "5");
});

Deno.test("an object with toJSON() is sent as what that gives; a text as it is", () => {
  assertEquals(encodeParameter(new URL("https://example.com/a b")), "https://example.com/a%20b");
  assertEquals(
    encodeParameter(
      new class Money {
        toJSON = () => ({ euros: 5 });
      }(),
    ),
    '{"euros":5}',
  );
  assertEquals(
    encodeParameter(
      new class Day {
        toJSON = () => "2024-02-29";
      }(),
    ),
    "2024-02-29",
  );
});

Deno.test("arrays are PostgreSQL's, with quotes, NULL and nesting", () => {
  assertEquals(encodeParameter([]), "{}");
  assertEquals(encodeParameter([1, 2n, true, null]), "{1,2,true,NULL}");
  assertEquals(encodeParameter(["a", "", "NULL", 'b"c\\d', "e,f", "{g}"]), '{"a","","NULL","b\\"c\\\\d","e,f","{g}"}');
  assertEquals(encodeParameter([[1, 2], [3, 4]]), "{{1,2},{3,4}}");
  assertEquals(encodeParameter([{ a: "b" }, json([1])]), '{"{\\"a\\":\\"b\\"}","[1]"}');
  assertEquals(encodeParameter([new Uint8Array([255])]), '{"\\\\xff"}');
  assertEquals(encodeParameter([new Date(0)]), '{"1970-01-01T00:00:00.000Z"}');
});

Deno.test("an array reads back as what was written", () => {
  const text = fc.string({ unit: "binary" }).filter((value) => value.isWellFormed() && !value.includes("\0"));
  const orNull = <T>(value: fc.Arbitrary<T>) => fc.array(fc.option(value), { maxLength: 5 });
  const table = <T>(value: fc.Arbitrary<T>) =>
    fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 3 });
  const readsBack = (oid: number) => (value: unknown[]) => {
    assertEquals(decode(oid, encodeParameter(value)), value);
  };
  fc.assert(fc.property(orNull(text), readsBack(TEXT_ARRAY)));
  fc.assert(fc.property(table(fc.option(text)), readsBack(TEXT_ARRAY)));
  const specials = fc.string({ unit: fc.constantFrom('"', "\\", "a", ",", "}"), maxLength: 12 });
  fc.assert(fc.property(orNull(specials), readsBack(TEXT_ARRAY)));
  fc.assert(fc.property(orNull(fc.uint8Array()), readsBack(BYTEA_ARRAY)));
  fc.assert(fc.property(orNull(fc.bigInt()), readsBack(BIGINT_ARRAY)));
  const object = fc.dictionary(fc.string().filter((key) => key !== "__proto__"), fc.jsonValue());
  fc.assert(fc.property(fc.array(object), (value) => {
    assertEquals(decode(JSONB_ARRAY, encodeParameter(value)), JSON.parse(JSON.stringify(value)));
  }));
});

Deno.test("what cannot be sent is refused, with the position of the parameter", () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const wrong: [value: unknown, says: string][] = [
    [undefined, "it is undefined; write null for an SQL NULL"],
    [[1, undefined], "it is undefined"],
    [new Array(2), "it is undefined"],
    [Symbol("x"), "a symbol has no counterpart"],
    [() => 1, "a function has no counterpart"],
    [new Date(NaN), "it is an invalid Date"],
    ["a\0b", "NUL character"],
    [["a\0b"], "NUL character"],
    ["\ud800", "half of a surrogate pair"],
    [circular, "JSON cannot express it"],
    [{ a: 1n }, "JSON cannot express it"],
    [json(undefined), "JSON cannot express undefined"],
    [new Map(), "a value of class Map has no counterpart in PostgreSQL; for a json column wrap it in json()"],
    [new Float64Array(1), "a value of class Float64Array has no counterpart"],
    [new ArrayBuffer(1), "a value of class ArrayBuffer has no counterpart"],
  ];
  for (const [value, says] of wrong) {
    assertThrows(() => encodeParameter(value), EncodingError, says);
    const error = assertThrows(() => encodeParameters(["fine", value]), EncodingError, says);
    assertEquals(error.position, 2);
    assertEquals(error.message.startsWith("Parameter $2 cannot be sent to PostgreSQL: "), true, error.message);
  }
  const [hole] = [Object.assign(new Array(1), { length: 1 })];
  assertEquals(assertThrows(() => encodeParameters(hole), EncodingError).position, 1);
});

Deno.test("half of a surrogate pair and NUL are refused in the SQL text as in a parameter", () => {
  for (
    const [sql, says] of [["SELECT '\ud800'", "half of a surrogate pair"], ["SELECT 'a\0b'", "the NUL character (\\0)"]]
  ) {
    const error = assertThrows(() => encodeParameters([1], sql), EncodingError, says);
    assertEquals([error.position, error.sql], [undefined, sql]);
    assertEquals(error.message.startsWith("The SQL text cannot be sent to PostgreSQL: "), true, error.message);
  }
  assertEquals(encodeParameters([1], "SELECT '😀'"), ["1"]);
});

Deno.test("an error thrown by a value's own toJSON() is the caller's", () => {
  const broken = new class Broken {
    toJSON(): string {
      throw new RangeError("mine");
    }
  }();
  assertThrows(() => encodeParameters([broken]), RangeError, "mine");
});

Deno.test("more parameters than a statement can carry are refused", () => {
  assertEquals(encodeParameters(new Array(65_533).fill(1)).length, 65_533);
  const error = assertThrows(() => encodeParameters(new Array(65_534).fill(1)), EncodingError);
  assertEquals(
    error.message,
    "A value cannot be sent to PostgreSQL: a statement takes at most 65533 parameters, not 65534.",
  );
});
