import { assertEquals } from "@std/assert";
import { notSame } from "./not_same.ts";

const wanted = ["mr. krabs", "sandy", "spongebob"];
const advice = (value: unknown) => notSame("The names", value, wanted).replace(/^.*?expected /s, "");
const names = '[ "mr. krabs", "sandy", "spongebob" ]';

Deno.test("an answer in descending order is told to change the direction, not to add orderBy()", () => {
  assertEquals(
    advice(wanted.toReversed()),
    `${names}. The order is reversed: check the direction of orderBy().`,
  );
});

Deno.test("an answer in another order is told to check orderBy()", () => {
  assertEquals(
    advice(["sandy", "mr. krabs", "spongebob"]),
    `${names}. Only the order is wrong: check the columns of orderBy(). Without it the order is unspecified.`,
  );
});

Deno.test("an answer with other values, or that is no array, gets no advice about the order", () => {
  assertEquals(advice(["sandy"]), `${names}.`);
  assertEquals(advice(["sandy", "sandy", "spongebob"]), `${names}.`);
  assertEquals(notSame("The names", "sandy", wanted), `The names: "sandy"; expected an array, ${names}.`);
});
