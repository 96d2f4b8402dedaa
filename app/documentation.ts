/**
 * The `/docs` page: Swagger UI for the application's own `/openapi.json`, served from the npm package instead of a CDN.
 *
 * @module
 */
import { Hono } from "hono";

/** Media types by file name; a plain object would also have a `constructor`, which a client may ask for. */
const FILES = new Map([
  ["swagger-ui.css", "text/css; charset=utf-8"],
  ["swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
]);

const PAGE = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Toys and users</title>
  <link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
  <main id="docs"></main>
  <script src="/docs/swagger-ui-bundle.js"></script>
  <script>SwaggerUIBundle({ url: "/openapi.json", dom_id: "#docs" });</script>
</body>
</html>`;

/** Routes for the page and its two assets; `/` leads there. */
export function documentation(): Hono {
  const application = new Hono({ strict: false });
  application.get("/", (context) => context.redirect("/docs"));
  application.get("/docs", (context) => context.html(PAGE));
  application.get("/docs/:file", async (context) => {
    const file = context.req.param("file");
    const type = FILES.get(file);
    if (!type) return context.notFound();
    const url = new URL(import.meta.resolve(`swagger-ui-dist/${file}`));
    return context.body(await Deno.readFile(url), 200, { "content-type": type, "cache-control": "max-age=3600" });
  });
  return application;
}
