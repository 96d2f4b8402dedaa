import { assertEquals } from "@std/assert";
import { exitStatus, ignoredIn, stopSignals } from "./stop_signals.ts";

Deno.test("a program stopped by a signal ends with 128 and the signal's number", () => {
  assertEquals(["SIGHUP", "SIGINT", "SIGTERM"].map((signal) => exitStatus(signal as "SIGINT")), [129, 130, 143]);
});

Deno.test("Windows knows no listener for SIGTERM and SIGHUP", () => {
  assertEquals(stopSignals("windows"), ["SIGINT", "SIGBREAK"]);
  assertEquals(stopSignals("linux"), ["SIGINT", "SIGTERM", "SIGHUP"]);
});

Deno.test("what is ignored stands in /proc/self/status, a bit for each signal", () => {
  const status = (mask: string) =>
    `Name:\tdeno\nSigBlk:\t0000000000000007\nSigIgn:\t${mask}\nSigCgt:\t0000000000000000\n`;
  assertEquals(ignoredIn(status("0000000000001000")), new Set()); // SIGPIPE
  assertEquals(ignoredIn(status("0000000000001001")), new Set(["SIGHUP"]));
  assertEquals(ignoredIn(status("0000000000004002")), new Set(["SIGINT", "SIGTERM"]));
  assertEquals(ignoredIn(""), new Set());
});
