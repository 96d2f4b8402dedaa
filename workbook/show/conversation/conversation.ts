/**
 * The conversation between a driver and PostgreSQL: what they say to each other while some work runs.
 *
 * @module
 */
import {
  createEngine,
  createSyncEngine,
  type Engine,
  type EngineOptions,
  EngineUrl,
  type SyncEngine,
} from "../../../lib/mod.ts";
import { throughPort } from "../../connection_url.ts";
import type { ListenOptions } from "../../wiretap/listener.ts";
import type { Message } from "../../wiretap/message.ts";
import { startTap } from "../../wiretap/tap_process.ts";
import { transcriptText } from "../../wiretap/text.ts";
import { type Transcript, transcripts } from "../../wiretap/transcript.ts";
import { describe } from "../../wiretap/words.ts";
import { Picture } from "../picture.ts";
import { type Table, table } from "../table.ts";
import { conversationAlt } from "./conversation_alt.ts";
import { type ConversationLayout, drawConversation } from "./conversation_svg.ts";

/** Options of {@linkcode conversation}. */
export interface ConversationOptions extends ListenOptions {
  /** Title of the picture. */
  readonly title?: string;
  /** True to show how connections are opened and closed, too; otherwise one is open when the work begins. */
  readonly login?: boolean;
  /** Options of the engine that is listened to; by default it has one connection. */
  readonly engine?: EngineOptions;
}

/** Nothing was said. */
export class NothingSaidError extends Error {
  override readonly name = "NothingSaidError";
  constructor() {
    super("Nothing was said to PostgreSQL. The work must use the engine that it is given: (engine) => …");
  }
}

/** A conversation: a picture, and the same as data and as a table. */
export class Conversation extends Picture<ConversationLayout> {
  /** The conversation by connection. */
  readonly transcripts: readonly Transcript[];

  /** @throws {NothingSaidError} if there are no messages. */
  constructor(messages: readonly Message[], title?: string) {
    if (messages.length === 0) throw new NothingSaidError();
    const spoken = transcripts(messages);
    const alt = conversationAlt(spoken);
    super({ ...drawConversation(spoken, alt, title), alt, text: transcriptText(spoken) });
    this.transcripts = spoken;
  }

  /** The messages in order. */
  get table(): Table {
    const flights = this.transcripts.flatMap(({ flights }) => flights);
    return table(
      flights.flatMap(({ connection, from, at, lines }, flight) =>
        lines.map((line) => {
          const { name, says } = describe(line);
          return { connection, flight: flight + 1, ms: at, from, message: name, says, bytes: line.bytes };
        })
      ),
      { limit: 200 },
    );
  }
}

/**
 * Listens to what a driver and PostgreSQL say to each other while some work runs. The work gets an engine with the same
 * URL, whose connections lead through a tap in a process of its own.
 *
 * ```ts ignore
 * await show(await conversation(engine, async (engine) => {
 *   await using session = sessionmaker(engine)();
 *   session.add(new Hero({ name: "sandy" }));
 *   await session.commit();
 * }));
 * ```
 *
 * @param engine an engine, or the URL of a database.
 * @throws {NothingSaidError} if the work does not use the engine that it is given.
 * @throws any error of the work.
 */
export async function conversation(
  engine: { readonly url: EngineUrl } | string,
  work: (engine: Engine) => unknown,
  options: ConversationOptions = {},
): Promise<Conversation> {
  const url = urlOf(engine);
  return await listen(url, options, async (address, hear) => {
    await using tapped = createEngine(address, { poolSize: 1, maxOverflow: 0, ...options.engine });
    if (!options.login) await (await tapped.connect()).close();
    await hear();
    await work(tapped);
    if (options.login) await tapped.dispose();
    return await hear();
  });
}

/** As {@linkcode conversation}, for the blocking engine. */
export async function conversationSync(
  engine: { readonly url: EngineUrl } | string,
  work: (engine: SyncEngine) => void,
  options: Omit<ConversationOptions, "engine"> = {},
): Promise<Conversation> {
  const url = urlOf(engine).withDriver("libpq");
  return await listen(url, options, async (address, hear) => {
    using tapped = createSyncEngine(address);
    if (!options.login) tapped.connect().close();
    await hear();
    work(tapped);
    if (options.login) tapped.dispose();
    return await hear();
  });
}

function urlOf(engine: { readonly url: EngineUrl } | string): EngineUrl {
  return typeof engine === "string" ? EngineUrl.parse(engine) : engine.url;
}

/** @param run connects and works; it returns what was said, of which `hear` gives that since its last call. */
async function listen(
  url: EngineUrl,
  { values = false, title }: ConversationOptions,
  run: (address: EngineUrl, hear: () => Promise<Message[]>) => Promise<Message[]>,
): Promise<Conversation> {
  await using tap = await startTap(url, { values });
  const address = EngineUrl.parse(throughPort(url.reveal(), tap.port)).withDriver(url.driver);
  const heard = await run(address, () => tap.heard());
  return new Conversation(heard.map((message) => ({ ...message, at: message.at - heard[0].at })), title);
}
