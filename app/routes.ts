/**
 * The endpoints: what each takes and answers (which is also their OpenAPI description), and the call that does it.
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
const notFound = json(Problem, "there is no such toy or user");
const invalid = json(Problem, "the request does not fit; `errors` names the fields");

const listToys = createRoute({
  method: "get",
  path: "/toys",
  request: { query: Page },
  responses: { 200: json(ToyOut.array(), "toys in the order of their ids"), 422: invalid },
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
  responses: { 201: json(ToyOut, "the new toy"), 200: json(ToyOut, "the toy that has this name"), 422: invalid },
});
const listUsers = createRoute({
  method: "get",
  path: "/users",
  request: { query: Page },
  responses: { 200: json(UserOut.array(), "users with their toys, in the order of their ids"), 422: invalid },
});
const getUser = createRoute({
  method: "get",
  path: "/users/{id}",
  request: { params: ById },
  responses: { 200: json(UserOut, "the user with the toys"), 404: notFound, 422: invalid },
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
  responses: { 200: json(UserOut, "the user with all toys"), 404: notFound, 422: invalid },
});

/** What the endpoints do; see `toys_and_users.ts`. */
export type Operations<S> = {
  readonly [Name in keyof typeof toysAndUsers]: (typeof toysAndUsers)[Name] extends
    (session: Session, ...rest: infer Rest) => Promise<infer Value>
    ? (session: S, ...rest: Rest) => Value | Promise<Value>
    : never;
};

/**
 * The endpoints of toys and users.
 *
 * @param operations what they do with a session of this kind.
 * @param sessions gives each request one.
 */
export function routes<S>(operations: Operations<S>, { read, write }: Sessions<S>): OpenAPIHono {
  const routes = new OpenAPIHono({ defaultHook: validationProblem });
  routes.openapi(listToys, (c) => {
    const toys = read((session) => operations.listToys(session, c.req.valid("query")));
    return then(toys, (toys) => c.json(toys.map(toyOut), 200));
  });
  routes.openapi(getToy, (c) => {
    const toy = read((session) => operations.getToy(session, c.req.valid("param").id));
    return then(toy, (toy) => toy ? c.json(toyOut(toy), 200) : c.json({ detail: "There is no such toy." }, 404));
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
    return then(user, (user) => user ? c.json(userOut(user), 200) : c.json({ detail: "There is no such user." }, 404));
  });
  routes.openapi(postUser, (c) => {
    const { name, toys } = c.req.valid("json");
    const user = write((session) => operations.createUser(session, name, toys));
    const none = { detail: "None of these toys exists." };
    return then(user, (user) => user ? c.json(userOut(user), 201) : c.json(none, 404));
  });
  routes.openapi(postUserToys, (c) => {
    const { id } = c.req.valid("param");
    const user = write((session) => operations.giveToys(session, id, c.req.valid("json").toys));
    const none = { detail: "There is no such user, or none of these toys exists." };
    return then(user, (user) => user ? c.json(userOut(user), 200) : c.json(none, 404));
  });
  return routes;
}

/** `use(value)`: at once when the value is there, so that a handler that blocks has no promise in it. */
function then<T, R>(value: T | Promise<T>, use: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}
