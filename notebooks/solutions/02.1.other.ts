const makeHouse: () => AnyModel = () => {
  const { model } = declarativeBase();
  class House extends model("houses", {
    id: identity().primaryKey(),
    street: text().check("street <> ''"),
    number: integer().check("number BETWEEN 1 AND 9999", { name: "a_number" }),
    nickname: text().nullable(),
  }, { unique: [["number", "street"]] }) {}
  return House;
};

await check("02.1", () => ({ makeHouse, url: workbook.url }));
