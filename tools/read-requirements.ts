/** One requirement and where it is done; `where` is empty until it is, and `openFor` says what has to be built for it. */
export type Claim = { readonly id: string; readonly where: string; readonly openFor: string };

/** The five articles: Dialpad, MiiTel, Aircall, Ringostat, Focus Contact Center. */
const id = /\b(?:DP|MT|AC|RS|FC)-\d{2,3}\b/g;

/** Reads the list: id, tab, where, tab, what it is open for. */
export function readClaims(tsv: string): Claim[] {
  return tsv.split('\n').flatMap((line) => {
    const [first = '', where = '', openFor = ''] = line.split('\t');
    return first.search(id) === 0 ? [{ id: first.trim(), where: where.trim(), openFor: openFor.trim() }] : [];
  });
}

/** Which requirement is named by which files. */
export function namedIn(files: readonly { readonly path: string; readonly text: string }[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { path, text } of files) for (const one of new Set(text.match(id))) found.set(one, [...(found.get(one) ?? []), path]);
  return found;
}

export type Comparison = {
  readonly tested: readonly Claim[];
  readonly untested: readonly Claim[];
  readonly open: readonly Claim[];
  /** Neither done nor said what it waits for. */
  readonly unexplained: readonly Claim[];
  readonly unlisted: readonly string[];
};
/** Sets what is claimed beside what is tested. */
export function compare(claims: readonly Claim[], named: ReadonlyMap<string, unknown>): Comparison {
  const done = claims.filter(({ where }) => where !== '');
  const listed = new Set(claims.map((claim) => claim.id));
  return {
    tested: done.filter((claim) => named.has(claim.id)),
    untested: done.filter((claim) => !named.has(claim.id)),
    open: claims.filter(({ where }) => where === ''),
    unexplained: claims.filter(({ where, openFor }) => where === '' && openFor === ''),
    unlisted: [...named.keys()].filter((one) => !listed.has(one)).toSorted(),
  };
}
