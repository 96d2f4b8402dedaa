import { assertEquals } from "@std/assert";
import { Measurement } from "./measurement.ts";

Deno.test("percentiles are told to three digits, below a millisecond and above a second", () => {
  const measurement = new Measurement(0, 10_000);
  for (let n = 1; n <= 1000; n++) measurement.record("GET /a", 100, 100 + n / 1000, 200); // 1 to 1,000 µs
  assertEquals(measurement.summary().latency, { p50: 0.5, p95: 0.95, p99: 0.99, max: 1 });
  for (let n = 1; n <= 1000; n++) measurement.record("GET /b", 100, 100 + n * 10, 200); // 10 ms to 10 s
  const { p50, p95, p99, max } = measurement.summary().endpoints["GET /b"].latency;
  const near = (value: number, wanted: number) => Math.abs(value - wanted) <= wanted / 1000;
  assertEquals([near(p50, 5000), near(p95, 9500), near(p99, 9900), near(max, 10_000)], [true, true, true, true]);
});

Deno.test("requests are counted by endpoint and status; only those that begin in the measured time", () => {
  const measurement = new Measurement(1000, 3000);
  measurement.record("GET /a", 900, 950, 200); // before
  measurement.record("GET /a", 990, 1010, 200); // begins before, is answered within
  measurement.record("GET /a", 1000, 1001, 200);
  measurement.record("POST /b", 1500, 1510, 201);
  measurement.record("POST /b", 2000, 2010, 503);
  measurement.record("GET /a", 2500, 2600, "no answer");
  measurement.record("GET /a", 2999, 3500, 200); // begins within, is answered after
  measurement.record("GET /a", 3000, 3001, 200); // after
  const { requests, requestsPerSecond, endpoints, statuses, latency } = measurement.summary();
  assertEquals([requests, endpoints["GET /a"].requests, endpoints["POST /b"].requests], [5, 3, 2]);
  assertEquals(statuses, { "200": 2, "201": 1, "503": 1, "no answer": 1 });
  assertEquals(requestsPerSecond, 3 / 2);
  assertEquals(Math.round(latency.max), 501); // to three digits: 501.2
});

Deno.test("nothing measured is all zero", () => {
  const { requests, latency } = new Measurement(0, 1000).summary();
  assertEquals([requests, latency], [0, { p50: 0, p95: 0, p99: 0, max: 0 }]);
});
