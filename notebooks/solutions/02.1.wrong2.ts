const makeHouse: () => AnyModel = () => {
  const { model } = declarativeBase();
  class House extends model("houses", {
    id: identity().primaryKey(),
    street: text(),
    number: integer(),
    nickname: text().nullable(),
  }, { unique: [["street", "number"]] }) {}
  return House;
};

await check("02.1", () => ({ makeHouse, url: workbook.url }));
