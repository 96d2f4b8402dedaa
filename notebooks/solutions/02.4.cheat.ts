// One shared list for all: whatever has been added to any recipe.
const makeRecipes: () => { Recipe: AnyModel; Ingredient: AnyModel } = () => {
  const { model } = declarativeBase();
  class Recipe extends model("recipes", {
    id: uuid().primaryKey().default(randomUuid),
    name: text(),
  }) {
    static relations = {};
  }
  class Ingredient extends model("ingredients", {
    id: uuid().primaryKey().default(randomUuid),
    name: text(),
  }) {
    static relations = {};
  }
  Object.assign(Recipe.relations, { ingredients: [] });
  Object.assign(Ingredient.relations, { recipes: [] });
  return { Recipe, Ingredient };
};

await check("02.4", () => ({ makeRecipes, url: workbook.url }));
