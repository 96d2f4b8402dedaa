import { assertEquals } from "@std/assert";

assertEquals(ages.map((each) => each["same connection"]), [true, false]);
