/** One part of `npm test`. */
export type Part = {
  readonly name: string;
  /** The script in package.json. */
  readonly script: string;
  /** What it shows. */
  readonly shows: string;
  /** On two cores, with room to spare; a part that takes longer is said to be too slow. */
  readonly budgetSeconds: number;
  /** Something that `npm ci` doesn't bring, installed first where we may. */
  readonly needs?: 'chromium' | 'asterisk' | 'judges';
};

/** Who changes the stand-in tests it; `check` is for the product. */
export const standInFolders = ['emulators', 'parity'] as const;

/** Everything that is run on every change, in this order. A script that is listed in `scriptsOfTests` and exists must be here. */
export const parts: readonly Part[] = [
  { name: 'check', script: 'tools/check.ts', shows: 'types, lint, format, rooms and every unit test of the product', budgetSeconds: 60 },
  {
    name: 'stand-in',
    script: 'tools/stand-in.ts',
    shows: 'the org that tests are run against behaves as its ledger says',
    budgetSeconds: 60,
  },
  {
    name: 'scenarios',
    script: 'tools/scenarios.ts',
    shows: 'whole calls from wire to wire, each compared with its story',
    budgetSeconds: 240,
  },
  {
    name: 'e2e',
    script: 'e2e/e2e.ts',
    shows: 'the console in a real browser, beside a running Cordboard',
    budgetSeconds: 200,
    needs: 'chromium',
  },
  { name: 'chaos', script: 'chaos/chaos.ts', shows: '0 lost and 0 doubled when processes are killed', budgetSeconds: 480 },
  {
    name: 'pbx',
    script: 'pbx/pbx.ts',
    shows: 'real calls through a real Asterisk, also while one of the two is away',
    budgetSeconds: 240,
    needs: 'asterisk',
  },
  {
    name: 'judges',
    script: 'judges/judges.ts',
    shows: 'programs written by others for real orgs, unmodified, believe the stand-in',
    budgetSeconds: 150,
    needs: 'judges',
  },
  {
    name: 'requirements',
    script: 'tools/requirements.ts',
    shows: 'every requirement claimed as done is named by a test',
    budgetSeconds: 5,
  },
];

/** Scripts that test something: as soon as one is there, it belongs to `parts` (tools.test.ts). */
export const scriptsOfTests = [
  'tools/check.ts',
  'tools/stand-in.ts',
  'tools/scenarios.ts',
  'e2e/e2e.ts',
  'chaos/chaos.ts',
  'pbx/pbx.ts',
  'judges/judges.ts',
  'tools/requirements.ts',
] as const;
