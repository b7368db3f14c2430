import type { Simulator } from '../simulate/simulator.ts';

const nothing = () => Promise.reject(new Error('this test tries no policy out'));
/** For doors that are tested for something else. */
export const noSimulator: Simulator = {
  call: nothing,
  invented: nothing,
  async *each() {
    yield await nothing();
  },
  async *period() {
    yield await nothing();
  },
};
