const makeSnails: () => { Pineapple: AnyModel; Snail: AnyModel } = () => {
  const { model } = declarativeBase();
  class Pineapple
    extends model("pineapples", { id: uuid().primaryKey().default(randomUuid), name: text() }) {
    declare snails: Related<Snail>;
    static relations = { snails: oneToMany(() => Snail) };
  }
  class Snail extends model("snails", {
    id: uuid().primaryKey().default(randomUuid),
    name: text(),
    pineappleId: uuid().nullable().references("pineapples.id"),
  }) {
    declare pineapple: Pineapple | null;
    static relations = { pineapple: manyToOne(() => Pineapple) };
  }
  return { Pineapple, Snail };
};

await check("02.3", () => ({ makeSnails, url: workbook.url }));
