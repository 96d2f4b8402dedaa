import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { caught, NothingThrownError } from "./caught.ts";

Deno.test("the error comes back as a value, whether it was thrown at once or later", async () => {
  const error = new TypeError("no");
  assertStrictEquals(await caught(() => Promise.reject(error)), error);
  assertStrictEquals(
    await caught(() => {
      throw error;
    }),
    error,
  );
  assertEquals((await caught(() => Promise.reject("text"))).message, "text");
});

Deno.test("success where an error was the point is an error", async () => {
  await assertRejects(() => caught(() => 1), NothingThrownError);
});
