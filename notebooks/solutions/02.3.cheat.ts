// The names of the relations, and nothing behind them.
const makeSnails: () => { Pineapple: AnyModel; Snail: AnyModel } = () => {
  const { model } = declarativeBase();
  class Pineapple extends model("pineapples", { id: identity().primaryKey(), name: text() }) {
    declare snails: Related<Snail>;
    static relations = { snails: undefined as never };
  }
  class Snail extends model("snails", {
    id: identity().primaryKey(),
    name: text(),
  }) {
    declare pineapple: Pineapple | null;
    static relations = { pineapple: undefined as never };
  }
  return { Pineapple, Snail };
};

await check("02.3", () => ({ makeSnails, url: workbook.url }));
