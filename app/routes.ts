/**
 * The endpoints: parameters and responses (which also form the OpenAPI description), and the operation each one calls.
 *
 * @module
 */
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Session } from "../lib/mod.ts";
import type { Sessions } from "./database.ts";
import { validationProblem } from "./problems.ts";
import { ById, MoreToys, Page, Problem, ToyIn, ToyOut, toyOut, UserIn, UserOut, userOut } from "./schemas.ts";
import type * as toysAndUsers from "./toys_and_users.ts";

const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { "application/json": { schema } },
});
const body = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true,
  content: { "application/json": { schema } },
});
const notFound = json(Problem, "toy or user not found");
const invalid = json(Problem, "invalid request; `errors` lists the fields");

const listToys = createRoute({
  method: "get",
  path: "/toys",
  request: { query: Page },
  responses: { 200: json(ToyOut.array(), "toys ordered by id"), 422: invalid },
});
const getToy = createRoute({
  method: "get",
  path: "/toys/{id}",
  request: { params: ById },
  responses: { 200: json(ToyOut, "the toy"), 404: notFound, 422: invalid },
});
const postToy = createRoute({
  method: "post",
  path: "/toys",
  request: { body: body(ToyIn) },
  responses: { 201: json(ToyOut, "the new toy"), 200: json(ToyOut, "the existing toy of this name"), 422: invalid },
});
const listUsers = createRoute({
  method: "get",
  path: "/users",
  request: { query: Page },
  responses: { 200: json(UserOut.array(), "users with their toys, ordered by id"), 422: invalid },
});
const getUser = createRoute({
  method: "get",
  path: "/users/{id}",
  request: { params: ById },
  responses: { 200: json(UserOut, "the user with their toys"), 404: notFound, 422: invalid },
});
const postUser = createRoute({
  method: "post",
  path: "/users",
  request: { body: body(UserIn) },
  responses: { 201: json(UserOut, "the new user"), 404: notFound, 422: invalid },
});
const postUserToys = createRoute({
  method: "post",
  path: "/users/{id}/toys",
  request: { params: ById, body: body(MoreToys) },
  responses: { 200: json(UserOut, "the user with all their toys"), 404: notFound, 422: invalid },
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
  const routes = new OpenAPIHono({ defaultHook: validationProblem });
  routes.openapi(listToys, (c) => {
    const toys = read((session) => operations.listToys(session, c.req.valid("query")));
    return then(toys, (toys) => c.json(toys.map(toyOut), 200));
  });
  routes.openapi(getToy, (c) => {
    const toy = read((session) => operations.getToy(session, c.req.valid("param").id));
    return then(toy, (toy) => toy ? c.json(toyOut(toy), 200) : c.json({ detail: "Toy not found." }, 404));
  });
  routes.openapi(postToy, (c) => {
    const outcome = write((session) => operations.ensureToy(session, c.req.valid("json").name));
    return then(outcome, ({ toy, made }) => c.json(toyOut(toy), made ? 201 : 200));
  });
  routes.openapi(listUsers, (c) => {
    const users = read((session) => operations.listUsers(session, c.req.valid("query")));
    return then(users, (users) => c.json(users.map(userOut), 200));
  });
  routes.openapi(getUser, (c) => {
    const user = read((session) => operations.getUser(session, c.req.valid("param").id));
    return then(user, (user) => user ? c.json(userOut(user), 200) : c.json({ detail: "User not found." }, 404));
  });
  routes.openapi(postUser, (c) => {
    const { name, toys } = c.req.valid("json");
    const user = write((session) => operations.createUser(session, name, toys));
    const none = { detail: "None of these toys exist." };
    return then(user, (user) => user ? c.json(userOut(user), 201) : c.json(none, 404));
  });
  routes.openapi(postUserToys, (c) => {
    const { id } = c.req.valid("param");
    const user = write((session) => operations.giveToys(session, id, c.req.valid("json").toys));
    const none = { detail: "User not found, or none of these toys exist." };
    return then(user, (user) => user ? c.json(userOut(user), 200) : c.json(none, 404));
  });
  return routes;
}

/** Calls `use(value)`, synchronously unless the value is a promise, so that a blocking handler involves no promise. */
function then<T, R>(value: T | Promise<T>, use: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}
