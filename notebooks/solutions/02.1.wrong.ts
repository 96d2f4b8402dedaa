const makeHouse: () => AnyModel = () => {
  const { model } = declarativeBase();
  class House extends model("houses", {
    id: identity().primaryKey(),
    street: text().unique(),
    number: integer().unique().check("number >= 1"),
    nickname: text().nullable(),
  }) {}
  return House;
};

await check("02.1", () => ({ makeHouse, url: workbook.url }));
