import { assertEquals } from "@std/assert";
import { decodeArray } from "./decode.ts";
import { decoderFor } from "./types.ts";

const decode = (oid: number, text: string) => decoderFor(oid)(text, () => undefined);

Deno.test("numbers: small ones are numbers, large ones bigints, exact ones texts", () => {
  assertEquals(decode(21, "-32768"), -32768);
  assertEquals(decode(23, "2147483647"), 2147483647);
  assertEquals(decode(26, "4294967295"), 4294967295);
  assertEquals(decode(20, "9223372036854775807"), 9223372036854775807n);
  assertEquals(decode(700, "1.5"), 1.5);
  assertEquals(decode(701, "-1e-300"), -1e-300);
  assertEquals([decode(701, "NaN"), decode(701, "Infinity"), decode(700, "-Infinity")], [NaN, Infinity, -Infinity]);
  assertEquals(decode(1700, "0.100000000000000000000"), "0.100000000000000000000");
});

Deno.test("boolean, json, bytea", () => {
  assertEquals([decode(16, "t"), decode(16, "f")], [true, false]);
  assertEquals(decode(114, '{"a": [1, null]}'), { a: [1, null] });
  assertEquals([decode(3802, "[1]"), decode(3802, '"a"'), decode(3802, "null"), decode(3802, "5")], [
    [1],
    "a",
    null,
    5,
  ]);
  assertEquals(decode(17, "\\x000fff"), new Uint8Array([0, 15, 255]));
  assertEquals(decode(17, "\\x"), new Uint8Array());
});

Deno.test("date, time, timestamp, interval, uuid and unknown types stay as PostgreSQL writes them", () => {
  for (const oid of [1083, 2950, 25, 1043, 999_999]) assertEquals(decode(oid, "as it is"), "as it is");
  assertEquals(decode(1082, "2024-02-29"), "2024-02-29");
  assertEquals(decode(1114, "2024-02-29 12:34:56.789012"), "2024-02-29 12:34:56.789012");
  assertEquals(decode(1186, "-1 days +04:05:06"), "-1 days +04:05:06");
});

Deno.test("a timestamptz is the same moment, whatever the server's time zone", () => {
  const moment = new Date("2024-02-29T12:34:56.789Z");
  for (
    const text of [
      "2024-02-29 12:34:56.789+00",
      "2024-02-29 12:34:56.789123+00",
      "2024-02-29 13:34:56.789+01",
      "2024-02-29 18:04:56.789+05:30",
      "2024-02-29 09:04:56.789-03:30",
      "2024-02-29 12:54:28.789+00:19:32",
      "2024-03-01 02:34:56.789+14",
    ]
  ) {
    assertEquals(decode(1184, text), moment, text);
  }
});

Deno.test("a timestamptz: fractions, far years, BC, infinity", () => {
  assertEquals(decode(1184, "2024-02-29 12:34:56+00"), new Date("2024-02-29T12:34:56Z"));
  assertEquals(decode(1184, "2024-02-29 12:34:56.7+00"), new Date("2024-02-29T12:34:56.700Z"));
  assertEquals(decode(1184, "2024-02-29 12:34:56.000999+00"), new Date("2024-02-29T12:34:56Z"));
  assertEquals(decode(1184, "12024-01-01 00:00:00+00"), new Date(Date.UTC(12024, 0, 1)));
  assertEquals(decode(1184, "0044-03-15 00:00:00+00 BC"), new Date("-000043-03-15T00:00:00Z"));
  assertEquals(decode(1184, "0001-12-31 23:59:59+00 BC"), new Date("0000-12-31T23:59:59Z"));
  assertEquals(decode(1184, "0099-01-01 00:00:00+00"), new Date("0099-01-01T00:00:00Z"));
  assertEquals([decode(1184, "infinity"), decode(1184, "-infinity")], [Infinity, -Infinity]);
});

Deno.test("arrays: quotes, NULL, nesting, bounds", () => {
  const text = (value: string) => value;
  assertEquals(decodeArray("{}", text), []);
  assertEquals(decodeArray("{a,b}", text), ["a", "b"]);
  assertEquals(decodeArray('{"",NULL,"NULL",null}', text), ["", null, "NULL", "null"]);
  assertEquals(decodeArray('{"a\\"b","c\\\\d","e,f","{g}"," h "}', text), ['a"b', "c\\d", "e,f", "{g}", " h "]);
  assertEquals(decodeArray("{{1,2},{3,NULL}}", Number), [[1, 2], [3, null]]);
  assertEquals(decodeArray("{{{1}},{{2}}}", Number), [[[1]], [[2]]]);
  assertEquals(decodeArray("[0:2]={1,2,3}", Number), [1, 2, 3]);
  assertEquals(decodeArray("[1:1][-2:-1]={{1,2}}", Number), [[1, 2]]);
});

Deno.test("each type has an array of itself", () => {
  assertEquals(decode(1000, "{t,f,NULL}"), [true, false, null]);
  assertEquals(decode(1001, '{"\\\\x00ff"}'), [new Uint8Array([0, 255])]);
  assertEquals(decode(1016, "{9223372036854775807}"), [9223372036854775807n]);
  assertEquals(decode(1185, '{"2024-02-29 12:00:00+00"}'), [new Date("2024-02-29T12:00:00Z")]);
  assertEquals(decode(1231, "{1.10}"), ["1.10"]);
  assertEquals(decode(3807, '{"{\\"a\\": 1}","[1, 2]",null,NULL}'), [{ a: 1 }, [1, 2], null, null]);
});
