const NewToy: z.ZodType<{ name: string; price: number }> = z.object({
  name: z.string().transform((name) => name.trim()).pipe(z.string().min(1).max(20)),
  price: z.number().int().gte(0).lte(100),
});

await check("02.5", () => NewToy);
