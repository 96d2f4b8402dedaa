import { assert } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { roundTripTime } from "./round_trip_time.ts";
import { slowNetwork } from "./slow_network.ts";

const database = testDatabase(import.meta.url);

database.test("a round trip is measured on any URL of a database, and takes the network's delay", async (url) => {
  const near = await roundTripTime(url.replace(/^postgres(ql)?:/, "postgresql+postgres:"));
  assert(near > 0);
  await using network = await slowNetwork(url, 10);
  const far = await roundTripTime(network.url);
  assert(far >= 10, `${far} ms through a network of 10 ms`);
});
