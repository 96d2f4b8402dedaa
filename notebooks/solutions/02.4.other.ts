const makeRecipes: () => { Recipe: AnyModel; Ingredient: AnyModel } = () => {
  const { model, associationTable } = declarativeBase();
  const recipeIngredient = associationTable("recipe_ingredient", {
    recipeId: integer().references("recipes.id"),
    ingredientId: integer().references("ingredients.id"),
  });
  class Recipe extends model("recipes", {
    id: identity().primaryKey(),
    name: text(),
  }) {
    declare ingredients: Related<Ingredient>;
    static relations = {
      ingredients: manyToMany(() => Ingredient, { secondary: recipeIngredient }),
    };
  }
  class Ingredient extends model("ingredients", {
    id: identity().primaryKey(),
    name: text(),
  }) {
    declare recipes: Related<Recipe>;
    static relations = {
      recipes: manyToMany(() => Recipe, { secondary: recipeIngredient }),
    };
  }
  return { Recipe, Ingredient };
};

await check("02.4", () => ({ makeRecipes, url: workbook.url }));
