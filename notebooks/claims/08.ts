import { assert, assertEquals } from "@std/assert";

await using claimed = sessionmaker(engine)();
const kept = (await claimed.scalars(select(Toy).orderBy("name"))).all();
assertEquals(kept.map(({ name }) => name), ["car", "kite", "submarine", "wagon"]);
assertEquals(await later!, "SessionClosedError");
assertEquals(mornings.map((each) => each["first request"]), ["AnswerTimeoutError", "42", "42"]);
assertEquals(mornings.map((each) => each["second request"]), ["42", "42", "42"]);
assert(mornings[1]["after, ms"] >= 300, "the ping takes the whole limit");
