import { assert, assertEquals } from "@std/assert";

// what the text says of the recorded run is decided by its intervals
const decided = (name: string, who: string) =>
  decide(lineOf(find(record, name), who)!.interval);
assertEquals(decided("get-commit", "libpq"), "less");
const perRow = counters.filter((who) =>
  (find(record, "updates-1000").roundTrips?.[who] ?? 0) >= 1000
);
assert(perRow.length > 0, "someone waits for each row");
for (const who of perRow) assertEquals(decided("updates-1000", who), "more");
for (const { roundTrips, name } of counted.filter(({ name }) => name !== "updates-1000")) {
  for (const who of perRow) {
    assert((roundTrips![who] ?? 0) < 1000, `${who} waits for each row in ${name}, too`);
  }
}
