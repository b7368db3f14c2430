import type { OrgSetup } from '../setup/setup.ts';

const nothing = () => Promise.reject(new Error('this test sets up no org'));
/** For doors that are tested for something else. */
export const noSetup: OrgSetup = {
  findInterrupted: nothing,
  ended: () => Promise.resolve(undefined),
  check: nothing,
  tell: nothing,
  removal: nothing,
  begin: nothing,
};
