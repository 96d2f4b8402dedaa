/** Names of classes and attributes for the tables and columns of a database. @module */

/** Words whose singular the rules below do not find. */
const SINGULARS: Readonly<Record<string, string>> = {
  people: "person",
  children: "child",
  men: "man",
  women: "woman",
  mice: "mouse",
  feet: "foot",
  teeth: "tooth",
  movies: "movie",
  cookies: "cookie",
  indices: "index",
  matrices: "matrix",
  criteria: "criterion",
  news: "news",
  series: "series",
  species: "species",
  lens: "lens",
  aliases: "alias",
  caches: "cache",
};

/** Words whose last letter is no plural. */
const SINGULAR = new Set("alias atlas bias canvas gas".split(" "));

/** Words without a plural. */
const UNCOUNTABLE = new Set("data metadata information equipment feedback".split(" "));

/** Words of the language that cannot name a class. */
const RESERVED = new Set(
  ("await break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if implements import in instanceof interface let new null package private protected public return " +
    "static super switch this throw true try typeof var void while with yield").split(" "),
);

/** Returns the singular of an English noun in lower case: `category` for `categories`. */
export function singular(word: string): string {
  if (word in SINGULARS) return SINGULARS[word];
  if (SINGULAR.has(word)) return word;
  if (/(analy|ba|cri|diagno|hypothe|the)ses$/.test(word)) return `${word.slice(0, -2)}is`;
  if (/(ss|us|is|os)$/.test(word)) return word;
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(ss|sh|ch|x|zz|[^aeo]us)es$/.test(word)) return word.slice(0, -2);
  return /[^s]s$/.test(word) && word.length > 2 ? word.slice(0, -1) : word;
}

/** Returns the plural of a name in camelCase or PascalCase, in camelCase: `articleTags` for `ArticleTag`. */
export function plural(name: string): string {
  const [, start, last] = /^(.*?)(\p{Lu}?[^\p{Lu}]*)$/u.exec(name)!;
  const word = pluralOf(last.toLowerCase());
  return start === "" ? word : uncapitalized(start) + capitalized(word);
}

function pluralOf(word: string): string {
  const irregular = Object.entries(SINGULARS).find(([, one]) => one === word);
  if (irregular) return irregular[0];
  if (UNCOUNTABLE.has(word)) return word;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  if (/sis$/.test(word)) return `${word.slice(0, -2)}es`;
  if (/(s|sh|ch|x|z)$/.test(word)) return `${word}es`;
  return `${word}s`;
}

/** Endings of keys. */
const KEY_ENDING = /(?<=.)(Id|ID|Uuid|Key|Code|No|Nr|Fk)$/;

/**
 * Returns the attribute of a foreign key that is named as its relation would be: `mediumId` for `medium`, whose relation
 * is `medium`; `undefined` for one that ends as keys do, or is named as in the other table.
 *
 * @param referred attribute of the column referred to, which gives the ending: `languageCode`
 */
export function keyAttribute(attribute: string, referred: string): string | undefined {
  if (attribute === referred || KEY_ENDING.test(attribute)) return undefined;
  const word = capitalized(referred);
  return attribute + (KEY_ENDING.exec(word)?.[0] ?? word);
}

/**
 * Returns the names that suit a many-to-one relation, the best first: `author` for `authorId`. One that is named as in
 * the other table is named after the other model.
 *
 * @param target name of the other model
 * @param referred attribute of the column referred to
 * @param isOnly whether one foreign key connects the two tables
 */
export function relationNames(attribute: string, target: string, referred: string, isOnly: boolean): string[] {
  const short = attribute.replace(KEY_ENDING, "");
  const noun = nounOf(target);
  const isOfTarget = attribute !== referred || noun.toLowerCase().includes(short.toLowerCase());
  const ofTarget = isOnly ? uncapitalized(noun) : attribute + noun;
  return [...(short !== attribute && isOfTarget ? [short] : []), ofTarget, `related${capitalized(short)}`];
}

/** Returns what a class is of: `Event` for `EventRow`, so named because `Event` is JavaScript's. */
export function nounOf(name: string): string {
  const noun = name.replace(/Row$/, "");
  return noun in globalThis ? noun : name;
}

/**
 * Returns the name of a class for a table: `ArticleTag` for `article_tags`, `Iso3166_1` for `iso_3166_1`. A name that JavaScript uses gets the ending
 * `Row`.
 *
 * @param taken names of other classes
 */
export function className(table: string, taken: ReadonlySet<string>): string {
  const words = wordsOf(table);
  const last = words.pop() ?? "";
  const name = [...words, singular(last)].map(capitalized).join("_").replace(/_(?!\p{N})|(?<!\p{N})_/gu, "");
  const valid = /^\p{ID_Start}/u.test(name) ? name : `Table${name}`;
  return unique(valid in globalThis ? `${valid}Row` : valid, (other) => taken.has(other));
}

/**
 * Returns the word by which a model calls its table: its name, or `user` for `User`.
 *
 * @param taken words and names of other tables
 */
export function tableWord(table: string, taken: ReadonlySet<string>): string {
  if (!/[\p{Lu}.\s]/u.test(table)) return table;
  return unique(wordsOf(table).join("_") || "table", (other) => taken.has(other));
}

/**
 * Returns the name of an attribute for a column: `createdAt` for `created_at`. A name that every object has, such as
 * `constructor`, gets the ending `Column`.
 *
 * @param taken names of other attributes
 */
export function attributeName(column: string, taken: ReadonlySet<string>): string {
  return unique(camelCase(column, "column"), (other) => taken.has(other));
}

/**
 * Returns the name of a variable for a table or type: `articleTag` for `article_tag`.
 *
 * @param taken names of other variables
 */
export function variableName(name: string, taken: ReadonlySet<string>): string {
  const variable = camelCase(name, "type");
  return unique(RESERVED.has(variable) ? `${variable}Type` : variable, (other) => taken.has(other));
}

/**
 * Returns the first name that is free; if none is, the first with a number.
 *
 * @param taken names of other attributes
 */
export function freeName(names: readonly string[], taken: ReadonlySet<string>): string {
  const isTaken = (name: string) => taken.has(name) || name in Object.prototype;
  return names.find((name) => !isTaken(name)) ?? unique(names[0], isTaken);
}

/** Converts a name to camelCase. */
function camelCase(name: string, kind: string): string {
  const [first = "", ...rest] = wordsOf(name);
  const joined = first + rest.map(capitalized).join("");
  const valid = /^\p{ID_Start}/u.test(joined) ? joined : kind + capitalized(joined);
  return valid in Object.prototype ? `${valid}${capitalized(kind)}` : valid;
}

/** Splits a name into words in lower case, at underscores, capitals and all that a name in JavaScript cannot contain. */
function wordsOf(name: string): string[] {
  return name
    .replace(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, "$1_")
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, "$1_")
    .split(/[^\p{ID_Continue}]+|_+/u)
    .filter(Boolean)
    .map((word) => word.toLowerCase());
}

function uncapitalized(name: string): string {
  return name.replace(/^\p{Lu}+(?=\p{Lu}\p{Ll}|$)|^\p{Lu}/u, (letters) => letters.toLowerCase());
}

function capitalized(word: string): string {
  const [first = "", ...rest] = word;
  return first.toUpperCase() + rest.join("");
}

/** Appends 2, 3, … to a name that is taken. */
function unique(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  for (let number = 2;; number++) if (!isTaken(name + number)) return name + number;
}
