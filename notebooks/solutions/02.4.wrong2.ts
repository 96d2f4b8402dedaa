const makeRecipes: () => { Recipe: AnyModel; Ingredient: AnyModel } = () => {
  const { model, associationTable } = declarativeBase();
  const recipeIngredient = associationTable("recipe_ingredient", {
    recipeId: uuid().references("recipes.id"),
    ingredientId: uuid().references("ingredients.id"),
  });
  class Recipe extends model("recipes", {
    id: uuid().primaryKey().default(randomUuid),
    name: text(),
  }) {
    declare ingredients: Related<Ingredient>;
    static relations = {
      ingredients: manyToMany(() => Ingredient, { secondary: recipeIngredient }),
    };
  }
  const ingredientRecipe = associationTable("ingredient_recipe", {
    ingredientId: uuid().references("ingredients.id"),
    recipeId: uuid().references("recipes.id"),
  });
  class Ingredient extends model("ingredients", {
    id: uuid().primaryKey().default(randomUuid),
    name: text(),
  }) {
    declare recipes: Related<Recipe>;
    static relations = {
      recipes: manyToMany(() => Recipe, { secondary: ingredientRecipe }),
    };
  }
  return { Recipe, Ingredient };
};

await check("02.4", () => ({ makeRecipes, url: workbook.url }));
