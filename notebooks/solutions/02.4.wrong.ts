const makeRecipes: () => { Recipe: AnyModel; Ingredient: AnyModel } = () => {
  const { model } = declarativeBase();
  class Recipe extends model("recipes", {
    id: uuid().primaryKey().default(randomUuid),
    name: text(),
  }) {
    declare ingredients: Related<Ingredient>;
    static relations = { ingredients: oneToMany(() => Ingredient) };
  }
  class Ingredient extends model("ingredients", {
    id: uuid().primaryKey().default(randomUuid),
    name: text(),
    recipeId: uuid().nullable().references("recipes.id"),
  }) {
    declare recipes: Recipe | null;
    static relations = { recipes: manyToOne(() => Recipe) };
  }
  return { Recipe, Ingredient };
};

await check("02.4", () => ({ makeRecipes, url: workbook.url }));
