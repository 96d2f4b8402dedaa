/**
 * The endpoints: parameters and responses (which also form the OpenAPI description), and the operation each one calls.
 *
 * @module
 */
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Session } from "../lib/mod.ts";
import type { Sessions } from "./database.ts";
import { OUTDATED, validationProblem } from "./problems.ts";
import {
  ById,
  etag,
  IfMatch,
  matches,
  MoreToys,
  Page,
  Problem,
  ToyIn,
  ToyOut,
  toyOut,
  TOYS_SHOWN,
  UserIn,
  UserOut,
  userOut,
} from "./schemas.ts";
import type * as toysAndUsers from "./toys_and_users.ts";

const json = <Schema extends z.ZodType>(schema: Schema, description: string, headers: Headers = {}) => ({
  description,
  headers,
  content: { "application/json": { schema } },
});
const body = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true,
  content: { "application/json": { schema } },
});

/** Headers of a response, as in OpenAPI. */
type Headers = Record<string, { readonly description: string; readonly schema: { readonly type: "string" } }>;
const header = (name: string, description: string): Headers => ({
  [name]: { description, schema: { type: "string" } },
});
const ETAG = header("ETag", "the version of the toy, for If-Match");
const LINK = header("Link", 'the next page, with rel="next", if there is one');
const RETRY = header("Retry-After", "seconds, if waiting may help");

const notFound = json(Problem, "toy or user not found");
const conflict = json(Problem, "another request was faster, or the name is taken");
const outdated = json(Problem, "it has changed since the version of If-Match");
/** What every endpoint may answer. */
const ALWAYS = {
  422: json(Problem, "invalid request; `errors` lists the fields"),
  500: json(Problem, "a fault of the application"),
  503: json(Problem, "the database is busy, away, refuses the application, or lacks its tables", RETRY),
};
/** What every endpoint with a body may answer. */
const WITH_BODY = {
  408: json(Problem, "the body did not arrive in time"),
  413: json(Problem, "the body is too large"),
  415: json(Problem, "the body is not declared as JSON"),
  ...ALWAYS,
};

const listToys = createRoute({
  method: "get",
  path: "/toys",
  operationId: "listToys",
  tags: ["toys"],
  request: { query: Page },
  responses: { 200: json(ToyOut.array(), "toys ordered by id", LINK), ...ALWAYS },
});
const getToy = createRoute({
  method: "get",
  path: "/toys/{id}",
  operationId: "getToy",
  tags: ["toys"],
  request: { params: ById },
  responses: { 200: json(ToyOut, "the toy", ETAG), 404: notFound, ...ALWAYS },
});
const postToy = createRoute({
  method: "post",
  path: "/toys",
  operationId: "ensureToy",
  tags: ["toys"],
  request: { body: body(ToyIn) },
  responses: {
    200: json(ToyOut, "the existing toy of this name", ETAG),
    201: json(ToyOut, "the new toy", ETAG),
    ...WITH_BODY,
  },
});
const patchToy = createRoute({
  method: "patch",
  path: "/toys/{id}",
  operationId: "renameToy",
  tags: ["toys"],
  request: { params: ById, headers: IfMatch, body: body(ToyIn) },
  responses: {
    200: json(ToyOut, "the toy with its new name", ETAG),
    404: notFound,
    409: conflict,
    412: outdated,
    ...WITH_BODY,
  },
});
const deleteToy = createRoute({
  method: "delete",
  path: "/toys/{id}",
  operationId: "deleteToy",
  tags: ["toys"],
  request: { params: ById, headers: IfMatch },
  responses: {
    204: { description: "deleted, also from its users" },
    404: notFound,
    409: conflict,
    412: outdated,
    ...ALWAYS,
  },
});
const listUsers = createRoute({
  method: "get",
  path: "/users",
  operationId: "listUsers",
  tags: ["users"],
  request: { query: Page },
  responses: { 200: json(UserOut.array(), "users with their first toys, ordered by id", LINK), ...ALWAYS },
});
const getUser = createRoute({
  method: "get",
  path: "/users/{id}",
  operationId: "getUser",
  tags: ["users"],
  request: { params: ById },
  responses: { 200: json(UserOut, "the user with their first toys"), 404: notFound, ...ALWAYS },
});
const listToysOf = createRoute({
  method: "get",
  path: "/users/{id}/toys",
  operationId: "listToysOf",
  tags: ["users"],
  request: { params: ById, query: Page },
  responses: { 200: json(ToyOut.array(), "toys of the user, ordered by id", LINK), 404: notFound, ...ALWAYS },
});
const postUser = createRoute({
  method: "post",
  path: "/users",
  operationId: "createUser",
  tags: ["users"],
  request: { body: body(UserIn) },
  responses: { 201: json(UserOut, "the new user"), 404: notFound, 409: conflict, ...WITH_BODY },
});
const postUserToys = createRoute({
  method: "post",
  path: "/users/{id}/toys",
  operationId: "giveToys",
  tags: ["users"],
  request: { params: ById, body: body(MoreToys) },
  responses: { 200: json(UserOut, "the user with their first toys"), 404: notFound, 409: conflict, ...WITH_BODY },
});

/** Operations behind the endpoints; see `toys_and_users.ts`. */
export type Operations<S> = {
  readonly [Name in keyof typeof toysAndUsers]: (typeof toysAndUsers)[Name] extends
    (session: Session, ...rest: infer Rest) => Promise<infer Value>
    ? (session: S, ...rest: Rest) => Value | Promise<Value>
    : never;
};

/**
 * Creates the endpoints for toys and users.
 * @param operations the operations, for this kind of session.
 * @param sessions provides a session per request.
 */
export function routes<S>(operations: Operations<S>, { read, write }: Sessions<S>): OpenAPIHono {
  const routes = new OpenAPIHono({ defaultHook: validationProblem, strict: false });
  routes.openapi(listToys, (c) => {
    const page = c.req.valid("query");
    const toys = read((session) => operations.listToys(session, oneMore(page)));
    return then(toys, (toys) => c.json(...listed(toys, page, toyOut, c.req.path)));
  });
  routes.openapi(getToy, (c) => {
    const toy = read((session) => operations.getToy(session, c.req.valid("param").id));
    return then(toy, (toy) => toy ? c.json(toyOut(toy), 200, versioned(toy)) : c.json(NO_TOY, 404));
  });
  routes.openapi(postToy, (c) => {
    const outcome = write((session) => operations.ensureToy(session, c.req.valid("json").name));
    return then(outcome, ({ toy, made }) => c.json(toyOut(toy), made ? 201 : 200, versioned(toy)));
  });
  routes.openapi(patchToy, (c) => {
    const { id } = c.req.valid("param");
    const changes = (version: number) => matches(version, c.req.valid("header")["if-match"]);
    const toy = write((session) => operations.renameToy(session, id, c.req.valid("json").name, changes));
    return then(toy, (toy) => {
      if (toy === null) return c.json(NO_TOY, 404);
      return toy === "outdated" ? c.json(OUTDATED, 412) : c.json(toyOut(toy), 200, versioned(toy));
    });
  });
  routes.openapi(deleteToy, (c) => {
    const { id } = c.req.valid("param");
    const changes = (version: number) => matches(version, c.req.valid("header")["if-match"]);
    const toy = write((session) => operations.deleteToy(session, id, changes));
    return then(toy, (toy) => {
      if (toy === null) return c.json(NO_TOY, 404);
      return toy === "outdated" ? c.json(OUTDATED, 412) : c.body(null, 204);
    });
  });
  routes.openapi(listUsers, (c) => {
    const page = c.req.valid("query");
    const users = read((session) => operations.listUsers(session, oneMore(page), TOYS_SHOWN + 1));
    return then(users, (users) => c.json(...listed(users, page, userOut, c.req.path)));
  });
  routes.openapi(getUser, (c) => {
    const user = read((session) => operations.getUser(session, c.req.valid("param").id, TOYS_SHOWN + 1));
    return then(user, (user) => user ? c.json(userOut(user), 200) : c.json(NO_USER, 404));
  });
  routes.openapi(listToysOf, (c) => {
    const page = c.req.valid("query");
    const toys = read((session) => operations.listToysOf(session, c.req.valid("param").id, oneMore(page)));
    return then(toys, (toys) => toys ? c.json(...listed(toys, page, toyOut, c.req.path)) : c.json(NO_USER, 404));
  });
  routes.openapi(postUser, (c) => {
    const { name, toys } = c.req.valid("json");
    const user = write((session) => operations.createUser(session, name, toys));
    const none = { detail: "None of these toys exist." };
    return then(user, (user) => user ? c.json(userOut(user), 201) : c.json(none, 404));
  });
  routes.openapi(postUserToys, (c) => {
    const { id } = c.req.valid("param");
    const user = write((session) => operations.giveToys(session, id, c.req.valid("json").toys, TOYS_SHOWN + 1));
    const none = { detail: "User not found, or none of these toys exist." };
    return then(user, (user) => user ? c.json(userOut(user), 200) : c.json(none, 404));
  });
  return routes;
}

const NO_TOY = { detail: "Toy not found." };
const NO_USER = { detail: "User not found." };

/** The headers of a toy. Compressed, its ETag would become a weak one, which If-Match never matches. */
const versioned = ({ version }: { readonly version: number }) => ({
  etag: etag(version),
  "cache-control": "no-transform",
});

/** Asks for a row beyond the page, which tells whether there is another page. */
const oneMore = (page: z.infer<typeof Page>) => ({ ...page, limit: page.limit + 1 });

/** Returns the response to a list: its rows, and where the next page is. */
function listed<Row, Out extends { readonly id: string }>(
  rows: readonly Row[],
  { limit }: z.infer<typeof Page>,
  out: (row: Row) => Out,
  path: string,
): [Out[], 200, Record<string, string>] {
  const shown = rows.slice(0, limit).map(out);
  const next = `<${path}?limit=${limit}&after=${shown.at(-1)?.id}>; rel="next"`;
  return [shown, 200, rows.length > limit ? { link: next } : {}];
}

/** Calls `use(value)`, synchronously unless the value is a promise, so that a blocking handler involves no promise. */
function then<T, R>(value: T | Promise<T>, use: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}
