// The object holds the version that was shown, so the UPDATE matches only that one; rows are counted before COMMIT.
const save: (getSession: SessionMaker, form: Form) => Promise<"saved" | "conflict"> = async (
  getSession,
  { id, line, version },
) => {
  try {
    await getSession.begin(async (session) => {
      const page = await session.getOne(Page, id);
      page.version = version;
      page.line = line;
    });
    return "saved";
  } catch (error) {
    if (error instanceof StaleDataError) return "conflict";
    throw error;
  }
};

await check("11.4", () => ({ url: workbook.url, Page, save }));
