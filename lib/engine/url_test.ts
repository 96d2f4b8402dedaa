import { assertEquals, assertNotMatch, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import { InvalidUrlError, type UrlPart } from "./errors.ts";
import { createEngine } from "./engine.ts";
import { EngineUrl } from "./url.ts";

Deno.test("a URL has a dialect, a driver, a user, a password, a host, a port and a database", () => {
  const url = EngineUrl.parse("postgresql+postgres://sandy:secret@db.example.com:6543/shop");
  assertEquals(
    [url.dialect, url.driver, url.user, url.password, url.host, url.port, url.database],
    ["postgresql", "postgres", "sandy", "secret", "db.example.com", 6543, "shop"],
  );
});

Deno.test("without a driver it is pg, without a port 5432, without sslmode no TLS", () => {
  const url = EngineUrl.parse("postgresql://localhost");
  assertEquals([url.driver, url.port, url.sslMode], ["pg", 5432, "disable"]);
  assertEquals([url.user, url.password, url.database], [undefined, undefined, undefined]);
  assertEquals(EngineUrl.parse("postgres://localhost/shop").driver, "pg"); // libpq's other spelling
  assertEquals(EngineUrl.parse("postgresql+pg://localhost/shop").driver, "pg");
});

Deno.test("user, password, host and database are percent-decoded", () => {
  const url = EngineUrl.parse("postgresql://s%40ndy:p%40ss%3A%2F%25w%C3%B6rd@%6Cocalhost/my%20shop");
  assertEquals([url.user, url.password, url.host, url.database], ["s@ndy", "p@ss:/%wörd", "localhost", "my shop"]);
});

Deno.test("a password may hold ':', '/', '?' and '#' as they are", () => {
  assertEquals(EngineUrl.parse("postgresql://sandy:a:b/c?d#e@localhost/shop").password, "a:b/c?d#e");
});

Deno.test("an IPv6 address stands in brackets", () => {
  const url = EngineUrl.parse("postgresql://[::1]:6543/shop");
  assertEquals([url.host, url.port, `${url}`], ["::1", 6543, "postgresql+pg://[::1]:6543/shop"]);
  assertEquals(EngineUrl.parse("postgresql://[fe80::1%25eth0]/shop").port, 5432);
});

Deno.test("a unix socket is named by its folder", () => {
  for (
    const text of [
      "postgresql:///shop?host=/var/run/postgresql",
      "postgresql://%2Fvar%2Frun%2Fpostgresql/shop",
      "postgresql://sandy:secret@/shop?host=/var/run/postgresql&port=6543",
      "postgresql://:6543/shop?host=/var/run/postgresql",
    ]
  ) {
    const url = EngineUrl.parse(text);
    const port = text.includes("6543") ? 6543 : 5432;
    for (const each of [url, url.withDriver("postgres"), EngineUrl.parse(url.reveal())]) {
      assertEquals([each.host, each.port, each.isSocket, each.database], ["/var/run/postgresql", port, true, "shop"]);
    }
  }
  assertEquals(EngineUrl.parse("postgresql://localhost").isSocket, false);
});

Deno.test("options: TLS, time-out, user and password; all others are settings of the server", () => {
  const url = EngineUrl.parse(
    "postgresql://localhost/shop?sslmode=verify-full&sslrootcert=ca.pem&connect_timeout=3&user=sandy&password=p%26w" +
      "&application_name=my%20app&search_path=a,b",
  );
  assertEquals([url.sslMode, url.sslRootCert, url.connectTimeout], ["verify-full", "ca.pem", 3]);
  assertEquals([url.user, url.password], ["sandy", "p&w"]);
  assertEquals(url.settings, { application_name: "my app", search_path: "a,b" });
});

Deno.test("user and password before the host win over those among the options", () => {
  const url = EngineUrl.parse("postgresql://sandy:one@localhost/shop?user=patrick&password=two");
  assertEquals([url.user, url.password, url.settings], ["sandy", "one", {}]);
});

Deno.test("sslmode has libpq's names; 'allow' is read as 'prefer'", () => {
  for (const mode of ["disable", "prefer", "require", "verify-ca", "verify-full"]) {
    assertEquals(EngineUrl.parse(`postgresql://localhost?sslmode=${mode}`).sslMode as string, mode);
  }
  assertEquals(EngineUrl.parse("postgresql://localhost?sslmode=allow").sslMode, "prefer");
});

Deno.test("pool_size is the engine's, and no setting of the server", () => {
  const { poolSize, settings } = EngineUrl.parse("postgresql://localhost?pool_size=2&application_name=shop");
  assertEquals([poolSize, settings], [2, { application_name: "shop" }]);
  const limits = (url: string, options = {}) => {
    const { size, maxOverflow } = createEngine(url, options).poolStatus;
    return [size, maxOverflow];
  };
  assertEquals(limits("postgresql://localhost"), [5, 10]);
  assertEquals(limits("postgresql://localhost?pool_size=2"), [2, 0]);
  assertEquals(limits("postgresql://localhost?pool_size=2", { poolSize: 8 }), [8, 0]);
});

Deno.test("connect_timeout=0 means the default, as in libpq", () => {
  assertEquals(EngineUrl.parse("postgresql://localhost?connect_timeout=0").connectTimeout, undefined);
});

Deno.test("settings of the server pass, also those of extensions and programs", () => {
  const options =
    "search_path=a,b&statement_timeout=5s&DateStyle=ISO,DMY&TimeZone=UTC&shop.tenant=7&geqo=off&work_mem=8MB" +
    "&options=-c%20jit%3Doff&application_name=x&lock_timeout=1s&role=sandy&tcp_user_timeout=5s";
  const { settings } = EngineUrl.parse(`postgresql://localhost/shop?${options}`);
  assertEquals(Object.keys(settings), options.split("&").map((option) => option.split("=")[0]));
});

Deno.test("client_encoding is UTF-8 and no setting", () => {
  for (const encoding of ["utf8", "UTF8", "utf-8", "UTF-8", "auto"]) {
    assertEquals(EngineUrl.parse(`postgresql://localhost?client_encoding=${encoding}`).settings, {});
  }
});

Deno.test("what only one package or library knows is refused on every driver, with what to write", () => {
  const foreign: [name: string, advice: string][] = [
    ...["keepalives", "sslcompression", "replication", "load_balance_hosts", "fetch_types", "sslcert", "gssencmode"]
      .map((name): [string, string] => [name, "remove it"]),
    ["max", 'write "pool_size"'],
    ["connection_limit", 'write "pool_size"'],
    ["ssl", 'write "sslmode"'],
    ["schema", 'write "search_path"'],
    ["currentSchema", 'write "search_path"'],
    ["connectionTimeoutMillis", 'write "connect_timeout", in seconds'],
    ["query_timeout", 'write "statement_timeout"'],
    ["prepare", "give it to createEngine()"],
    ["max_overflow", "give it to createEngine()"],
    ["dbname", "write the database behind the host"],
  ];
  for (const driver of ["pg", "postgres", "libpq", "wire"]) {
    for (const [name, advice] of foreign) {
      const parse = () => EngineUrl.parse(`postgresql+${driver}://localhost/shop?application_name=x&${name}=1`);
      const error = assertThrows(parse, InvalidUrlError, `the option "${name}" is not supported; ${advice}`);
      assertEquals(error.part, "options");
    }
  }
});

Deno.test("a misspelt option is answered with the one that was meant", () => {
  const slips = {
    sslmod: "sslmode",
    ssl_mode: "sslmode",
    sslrootcrt: "sslrootcert",
    conect_timeout: "connect_timeout",
    connectTimeout: "connect_timeout",
    poolsize: "pool_size",
    pasword: "password",
    aplication_name: "application_name",
    applicationName: "application_name",
    serch_path: "search_path",
    statment_timeout: "statement_timeout",
    time_zone: "timezone",
  };
  for (const [slip, meant] of Object.entries(slips)) {
    const parse = () => EngineUrl.parse(`postgresql://localhost/shop?${slip}=hunter2`);
    assertThrows(parse, InvalidUrlError, `there is no option "${slip}"; did you mean "${meant}"?`);
  }
  assertThrows(() => EngineUrl.parse("postgresql://localhost?workMemory=1"), InvalidUrlError, "in small letters");
  const secret = assertThrows(() => EngineUrl.parse("postgresql://localhost?pasword=hunter2"), InvalidUrlError);
  assertNotMatch(secret.message, /hunter2/);
});

Deno.test("a wrong URL names the part at fault", () => {
  const wrong: [part: UrlPart, url: string, says: string][] = [
    ["url", "", 'write "postgresql://user:password@host:5432/database"'],
    ["url", "localhost:5432/shop", "this is not a database URL"],
    ["url", "postgresql:/localhost", "this is not a database URL"],
    ["dialect", "mysql://localhost/shop", '"mysql" is not a known dialect'],
    ["dialect", "sqlite:///shop.db", '"sqlite" is not a known dialect'],
    ["dialect", "POSTGRESQL://localhost", '"POSTGRESQL" is not a known dialect'],
    ["driver", "postgresql+oracle://localhost", 'choose one of "pg", "postgres", "libpq", "wire"'],
    ["driver", "postgresql+://localhost", '"" is not a known driver'],
    ["driver", "postgresql+constructor://localhost", '"constructor" is not a known driver'],
    ["user", "postgresql://100%:secret@localhost", 'write "%" as "%25"'],
    ["password", "postgresql://sandy:100%@localhost", 'write "%" as "%25"'],
    ["host", "postgresql://", "it is empty"],
    ["host", "postgresql:///shop", "it is empty"],
    ["host", "postgresql://sandy:secret@:5432/shop", "it is empty"],
    ["host", "postgresql://sandy:p@ss@localhost/shop", 'write an "@" in the user or password as "%40"'],
    ["host", "postgresql://one,two/shop", "several hosts are not supported"],
    ["host", "postgresql:///shop?host=one,two", "several hosts are not supported"],
    ["host", "postgresql://::1/shop", "in brackets"],
    ["host", "postgresql://2001:db8::1/shop", "in brackets"],
    ["host", "postgresql://[localhost]/shop", '"localhost" is not an IPv6 address'],
    ["host", "postgresql://my host/shop", "white space"],
    ["host", "postgresql://%zz/shop", "percent-encoding is invalid"],
    ["port", "postgresql://localhost:0/shop", '"0" is not a number from 1 to 65535'],
    ["port", "postgresql://localhost:65536/shop", '"65536" is not a number'],
    ["port", "postgresql://localhost:54x2/shop", '"54x2" is not a number'],
    ["port", "postgresql://localhost:-1/shop", '"-1" is not a number'],
    ["port", "postgresql:///shop?host=/tmp&port=1e3", '"1e3" is not a number'],
    ["database", "postgresql://localhost/100%", "percent-encoding is invalid"],
    ["options", "postgresql://localhost?sslmode=maybe", 'sslmode "maybe" is none of disable, prefer'],
    ["options", "postgresql://localhost?connect_timeout=soon", 'connect_timeout "soon" is not a whole number'],
    ["options", "postgresql://localhost?pool_size=two", 'pool_size "two" is not a whole number'],
    ["options", "postgresql://localhost?client_encoding=latin1", 'client_encoding "latin1": texts travel as UTF-8'],
    ["options", "postgresql://localhost?sslcert=me.pem", '"sslcert" is not supported'],
    ["options", "postgresql://localhost?target_session_attrs=any", '"target_session_attrs" is not supported'],
    ["options", "postgresql://localhost?not an option", 'written "name=value"'],
  ];
  for (const [part, url, says] of wrong) {
    const error = assertThrows(() => EngineUrl.parse(url), InvalidUrlError, says);
    assertEquals(error.part, part, url);
    assertEquals(error.name, "InvalidUrlError");
  }
});

Deno.test("SQLAlchemy's driver names are answered with ours", () => {
  for (
    const [theirs, ours] of [
      ["asyncpg", "postgresql+postgres://"],
      ["psycopg", "postgresql+pg://"],
      ["psycopg2", "postgresql+libpq://"],
      ["pg8000", "postgresql+pg://"],
    ]
  ) {
    const error = assertThrows(() => createEngine(`postgresql+${theirs}://localhost`), InvalidUrlError, theirs);
    assertEquals(error.part, "driver");
    assertStringIncludes(error.message, ours);
  }
});

Deno.test("the password is masked wherever a URL is printed", () => {
  for (
    const text of [
      "postgresql://sandy:hunter2@localhost/shop",
      "postgresql://sandy:hunter2@localhost/shop?application_name=a@b",
      "postgresql://sandy@localhost/shop?password=hunter2",
      "postgresql://localhost/shop?sslmode=require&password=hunter2&application_name=x",
      "postgresql://:hunter2@localhost/shop",
      "postgresql+postgres://sandy:%20%68unter2/?@localhost/shop",
    ]
  ) {
    const url = EngineUrl.parse(text);
    assertStringIncludes(url.reveal(), "hunter2");
    const engine = createEngine(url);
    for (
      const printed of [
        `${url}`,
        url.toString(),
        JSON.stringify({ url }),
        Deno.inspect(url),
        Deno.inspect({ deep: [url] }, { showHidden: true }),
        Deno.inspect(engine, { depth: 10, showHidden: true }),
        JSON.stringify(engine),
      ]
    ) {
      assertNotMatch(printed, /hunter2/);
      assertNotMatch(printed, /%68/);
    }
    assertStringIncludes(`${url}`, "***");
  }
});

Deno.test("the password is masked in the message about a wrong URL, however wrong it is", () => {
  for (
    const text of [
      "postgresql://sandy:hunter2@localhost:port/shop",
      "postgresql://sandy:hunter2 with blanks@localhost:port/shop",
      "postgresql://sandy:hunter2\nline@localhost:port/shop",
      "postgresql://sandy:x@hunter2@localhost/shop",
      "postgresql://sandy:hunter2/@x@localhost/shop",
      "postgresql://sandy:hunter2%@localhost/shop",
      "postgresql://san/dy:hunter2@localhost/shop",
      "postgresql://san?dy:hunter2@localhost/shop",
      "mysql://sandy:hunter2@localhost/shop",
      "postgresql+asyncpg://sandy:hunter2@localhost/shop",
      "sandy:hunter2@localhost/shop",
      "postgresql:/sandy:hunter2@localhost/shop",
      "postgresql://localhost:port/shop?password=hunter2",
      "postgresql://localhost:port/shop?password=x hunter2",
    ]
  ) {
    const error = assertThrows(() => EngineUrl.parse(text), InvalidUrlError);
    assertNotMatch(Deno.inspect(error, { depth: 10 }), /hunter2/, text);
  }
});

Deno.test("reveal() gives a URL that reads as the same, for any password", () => {
  const texts = fc.string({ unit: "binary", maxLength: 12 }).filter((text) =>
    !/^$|\0/.test(text) && text.isWellFormed()
  );
  fc.assert(fc.property(texts, texts, texts, (user, password, database) => {
    const [u, p, d] = [user, password, database].map(encodeURIComponent);
    const url = EngineUrl.parse(`postgresql+postgres://${u}:${p}@localhost:6543/${d}?application_name=x`);
    assertEquals([url.user, url.password, url.database], [user, password, database]);
    const again = EngineUrl.parse(url.reveal());
    assertEquals([again.user, again.password, again.database, again.port], [user, password, database, 6543]);
    assertEquals(`${again}`, `postgresql+postgres://${u}:***@localhost:6543/${d}?application_name=x`);
  }));
});

Deno.test("withDriver() changes the driver only", () => {
  const url = EngineUrl.parse("postgresql://sandy:p%40ss@[::1]:6543/my%20shop?sslmode=require");
  const other = url.withDriver("postgres");
  assertEquals(other.reveal(), "postgresql+postgres://sandy:p%40ss@[::1]:6543/my%20shop?sslmode=require");
  assertEquals(url.driver, "pg");
});
