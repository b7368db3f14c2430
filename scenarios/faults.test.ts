import { describe, expect, test } from 'vitest';
import { faultStories, playFault, spendAllocation } from './faults.ts';

/** `play-faults.ts` plays a thousand each. */
const calls = 100;

describe('client × faults: nothing lost, nothing doubled, the reason shown, all caught up after', () => {
  test.each(faultStories)(
    '$name',
    async (story) => {
      const report = await playFault(story, calls);
      expect(report).toMatchObject({ lost: [], doubled: [], unexplained: 0 });
      if (story.told) expect(report.told).toMatch(story.told);
    },
    180_000,
  );
  test('the allocation is spent in mid-day: look-ups go on, logs queue, the admin is warned from 80 % on, all are caught up after', async () => {
    const { warnedAt, decidedMeanwhile, linkedMeanwhile, writtenMeanwhile, told, ...after } = await spendAllocation(60);
    expect(warnedAt.length).toBeGreaterThan(0);
    expect(Math.min(...warnedAt)).toBeGreaterThanOrEqual(0.8);
    expect({ writtenMeanwhile, ...after }).toEqual({ writtenMeanwhile: 0, lost: 0, doubled: 0 });
    expect(decidedMeanwhile).toBe(20);
    expect(linkedMeanwhile).toBeGreaterThan(0);
    expect(told).toContain('REQUEST_LIMIT_EXCEEDED');
  }, 180_000);
});
