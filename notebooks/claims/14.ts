import { assertEquals } from "@std/assert";

assertEquals(loading.map(({ statements }) => statements), [61, 2, 1]);
assertEquals(safe, [20, 20, 20]);
assertEquals([patient.migration, limited.migration], ["completed", "LockTimeoutError"]);
