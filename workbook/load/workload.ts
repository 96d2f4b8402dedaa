/**
 * The users' tasks of one or two requests, chosen by weight.
 *
 * @module
 */

/** An HTTP request, and the follow-up request derived from its response. */
export interface Exchange {
  /** The endpoint, for counting. */
  readonly endpoint: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  /** Returns the request that follows a 2xx response with this body. */
  readonly next?: (body: string) => Exchange;
}

/** Returns a random number in [0, 1). */
export type Random = () => number;

/** Creates the first request of a task. */
export type NextTask = () => Exchange;

interface Task {
  readonly weight: number;
  readonly first: (random: Random) => Exchange;
}

/** Initial number of toys and of users: more than a list returns, so that lists stay the same. */
export const KNOWN = 200;

/** Returns the id of an initial toy or user, which sorts before all generated ids. */
export const knownId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

const get = (endpoint: string, path = endpoint): Exchange => ({ endpoint: `GET ${endpoint}`, method: "GET", path });

const thenGet = (folder: string) => (body: string) => get(`${folder}/{id}`, `${folder}/${JSON.parse(body).id}`);

const post = (folder: string, body: unknown): Exchange => ({
  endpoint: `POST ${folder}`,
  method: "POST",
  path: folder,
  body,
  next: thenGet(folder),
});

/** In proportions of 100 to 100 to 50 to 25. */
const TASKS: readonly Task[] = [
  { weight: 4, first: () => get("/toys") },
  { weight: 4, first: () => get("/users") },
  { weight: 2, first: () => post("/toys", { name: `toy ${crypto.randomUUID()}` }) },
  {
    weight: 1,
    first: (random) => {
      const [one, other] = [random(), random()].map((number) => knownId(Math.floor(number * KNOWN)));
      return post("/users", { toys: [one, other] });
    },
  },
];

/** Each task, repeated by weight. */
const DECK: readonly Task[] = TASKS.flatMap((task) => new Array<Task>(task.weight).fill(task));

/** Average requests per task: a POST is followed by a GET. */
export const REQUESTS_PER_TASK: number = DECK.reduce((sum, { first }) => sum + (first(() => 0).next ? 2 : 1), 0) /
  DECK.length;

/**
 * Deals tasks in random order from a shuffled deck: the mix is exact after each full deck, so that short runs do not
 * differ by chance.
 */
export function tasks(random: Random): NextTask {
  let deck: Task[] = [];
  return () => {
    if (deck.length === 0) deck = shuffled(DECK, random);
    return deck.pop()!.first(random);
  };
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}

/** Creates a reproducible random number generator, so that all applications get the same tasks. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    // a counter in steps of the golden ratio, with its bits mixed
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
