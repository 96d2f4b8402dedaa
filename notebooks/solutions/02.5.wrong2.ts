const NewToy: z.ZodType<{ name: string; price: number }> = z.object({
  name: z.string().trim().min(1).max(20),
  price: z.number().min(0).max(100),
});

await check("02.5", () => NewToy);
