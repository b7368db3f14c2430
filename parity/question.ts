/**
 * One question to an org: requests in order, and what their answers teach. In addresses, headers and bodies `<task:1>` stands for the first
 * task that the question met, in its requests or its answers, and so on for other kinds (normalise.ts has them); `<me>` is the user who
 * runs it, `<client-id>` the app's, `<minutes:-10>` a moment so far from now. So a request reads the same whatever org it is sent to.
 */
export type Step = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below /services/data/vNN.0, or all of it when it begins with /services/. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, everything else as JSON. */
  readonly body?: unknown;
  /** Without a session. */
  readonly anonymous?: true;
  /** What of the answer is compared; all of it when left out (views.ts). */
  readonly view?: ViewName;
  /** Finds or makes what the question is about: its answer is not compared. */
  readonly aside?: true;
  /** Asked again until the answer has one of these texts: jobs and search indexes take their time. */
  readonly until?: readonly string[];
};
export type ViewName = 'shape' | 'describe' | 'global' | 'limits' | 'versions';

export type Question = {
  /** The ledger's file. */
  readonly area: string;
  readonly name: string;
  readonly learns: string;
  /** Words of the line of the ledger that the answers confirm or refute. */
  readonly line: string;
  /** What must be there: `Task.Cordboard_Name__c`, `!Account.IsPersonAccount`, `client` (id and secret), `flag:tooling`. */
  readonly needs: readonly string[];
  /** Made once for all questions that name it. */
  readonly scene: string | undefined;
  readonly steps: readonly Step[];
};

/** Stands in every record made, and nothing without it is ever deleted. */
export const mark = 'CordboardParity';
/** The beginning of every external id. */
export const keyMark = 'cbparity';

type More = { readonly needs?: readonly string[]; readonly scene?: string };
export type Learn = (name: string, line: string, learns: string, steps: readonly Step[], more?: More) => Question;
/** `questions of one area of the ledger`. */
export const area =
  (of: string): Learn =>
  (name, line, learns, steps, { needs = [], scene } = {}) => ({ area: of, name, learns, line, needs, scene, steps });

type Extra = Omit<Step, 'method' | 'path' | 'body'>;
export const get = (path: string, extra: Extra = {}): Step => ({ method: 'GET', path, ...extra });
export const post = (path: string, body: unknown, extra: Extra = {}): Step => ({ method: 'POST', path, body, ...extra });
export const patch = (path: string, body: unknown, extra: Extra = {}): Step => ({ method: 'PATCH', path, body, ...extra });
export const put = (path: string, body: string, extra: Extra = {}): Step => ({ method: 'PUT', path, body, ...extra });
export const del = (path: string, extra: Extra = {}): Step => ({ method: 'DELETE', path, ...extra });

export const make = (object: string, fields: Readonly<Record<string, unknown>>, extra: Extra = {}): Step =>
  post(`/sobjects/${object}`, fields, extra);
export const query = (soql: string, extra: Extra = {}): Step =>
  get(
    `/query?q=${encodeURIComponent(soql).replaceAll(/%3C([a-z:0-9-]+)%3E/gi, (_, ref: string) => `<${decodeURIComponent(ref)}>`)}`,
    extra,
  );
export const search = (sosl: string, extra: Extra = {}): Step => get(`/search?q=${encodeURIComponent(sosl)}`, extra);
/** Only for its id. */
export const find = (soql: string): Step => query(soql, { aside: true });
