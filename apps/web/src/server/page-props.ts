/** What Next hands a page; `Params` are the names in brackets in its path. */
export type PageProps<Params extends string = never> = {
  params: Promise<Record<Params, string>>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}
