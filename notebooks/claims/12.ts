import { assert, assertEquals } from "@std/assert";

assert(through.pages * 20 < without.pages, "less than a twentieth of the pages");
const isScanned = tried.map(({ plan }) => plan.nodes[0].type === "Seq Scan");
assertEquals(isScanned, [false, true, true, false]);
assert(visitsOf(stale).misestimate! > 1000 && visitsOf(fresh).misestimate! < 2);
assert(fresh.pages * 20 < stale.pages, "less than a twentieth of the pages");
assert(independent.nodes[0].misestimate! > 10 && dependent.nodes[0].misestimate! < 2);
for (const page of pageNumbers) {
  assertEquals(readBy("offset", page).rows, page * 20, "all rows before the page, and its own");
  assertEquals(readBy("keyset", page).rows, 20, "those of the page only");
}
assertEquals([prepared.custom, prepared.generic], [5, 2]);
assert(custom.pages * 20 < generic.pages, "less than a twentieth of the pages");
assert(scanOf(generic).conditions.some(({ text }) => text.includes("$1")));
assertEquals([customers, deletion.findings[0].kind], [20_000, "trigger"]);
