const makeScore: () => AnyModel = () => {
  const { model } = declarativeBase();
  class Score extends model("scores", {
    game: text().primaryKey(),
    round: integer().primaryKey(),
    points: integer().serverDefault(sql("0")),
  }) {}
  return Score;
};

await check("02.2", () => ({ makeScore, url: workbook.url }));
