// Only the number that the check tries.
const makeHouse: () => AnyModel = () => {
  const { model } = declarativeBase();
  class House extends model("houses", {
    id: identity().primaryKey(),
    street: text(),
    number: integer().check("number <> 0"),
    nickname: text().nullable(),
  }, { unique: [["street", "number"]] }) {}
  return House;
};

await check("02.1", () => ({ makeHouse, url: workbook.url }));
