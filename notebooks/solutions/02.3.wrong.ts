const makeSnails: () => { Pineapple: AnyModel; Snail: AnyModel } = () => {
  const { model } = declarativeBase();
  class Snail extends model("snails", { id: identity().primaryKey(), name: text() }) {
    declare pineapple: Related<Pineapple>;
    static relations = { pineapple: oneToMany(() => Pineapple) };
  }
  class Pineapple extends model("pineapples", {
    id: identity().primaryKey(),
    name: text(),
    snailId: integer().nullable().references("snails.id"),
  }) {
    declare snails: Snail | null;
    static relations = { snails: manyToOne(() => Snail) };
  }
  return { Pineapple, Snail };
};

await check("02.3", () => ({ makeSnails, url: workbook.url }));
