const save: (getSession: SessionMaker, form: Form) => Promise<"saved" | "conflict"> = async (
  getSession,
  { id, line, version },
) =>
  await getSession.begin(async (session) => {
    const page = await session.getOne(Page, id);
    if (page.version !== version) return "conflict";
    page.line = line;
    return "saved";
  });

await check("11.4", () => ({ url: workbook.url, Page, save }));
