import { afterEach, expect, test } from 'vitest';
import type { SignedIn } from '../../../wire/console.ts';
import { languages, loadWords } from '../../words/words.ts';
import type { World } from '../../world.ts';
import { tellWord, waitForWord, windowWords } from './through-window.ts';

const over = new Set<AbortController>();
afterEach(() => over.forEach((one) => one.abort()));

const ofOrg = (org: number, more: Partial<SignedIn> = {}): SignedIn => ({ popup: false, agent: false, org, ...more });
/** A page that waits for the word about its org; time passes when the test says. */
function aPage(org: number) {
  const stop = new AbortController();
  over.add(stop);
  const window = { closed: false };
  const seen: string[] = [];
  let wake: (() => void)[] = [];
  const world: World = {
    now: () => 0,
    chance: () => 0.5,
    wait: (_, signal) =>
      new Promise<void>((done) => {
        wake.push(done);
        signal?.addEventListener('abort', () => done(), { once: true });
        if (signal?.aborted) done();
      }),
  };
  const word = waitForWord(
    window,
    (said) => !said.agent && said.org === org,
    () => seen.push('away'),
    world,
    stop.signal,
  );
  void word.then((said) => seen.push(said ? `said ${said.org}` : 'left'));
  const turn = () => new Promise((next) => setTimeout(next, 5)); // a channel of this process takes a turn or two
  return {
    window,
    stop,
    seen,
    word,
    async pass() {
      wake.splice(0).forEach((one) => one());
      await turn();
    },
  };
}

test('a window that is closed without a word is told of, and its word counts all the same: it may only have been cut off from us', async () => {
  const page = aPage(1);
  await page.pass();
  expect(page.seen).toEqual([]);
  page.window.closed = true;
  await page.pass(); // seen
  expect(page.seen).toEqual([]); // its word may be on the way
  await page.pass();
  expect(page.seen).toEqual(['away']);
  tellWord(ofOrg(1));
  expect(await page.word).toMatchObject({ org: 1 });
});
test('a window that says its word and closes is not away', async () => {
  const page = aPage(1);
  tellWord(ofOrg(1));
  page.window.closed = true;
  expect(await page.word).toMatchObject({ org: 1 });
  for (let time = 0; time < 3; time++) await page.pass();
  expect(page.seen).toEqual(['said 1']);
});
test('the word about another org, or an agent’s, is another page’s', async () => {
  const [page, other] = [aPage(1), aPage(2)];
  tellWord(ofOrg(1, { agent: true }));
  tellWord(ofOrg(2, { problem: { code: 'access_denied', message: '' } }));
  expect(await other.word).toMatchObject({ problem: { code: 'access_denied' } });
  await page.pass();
  expect(page.seen).toEqual([]);
});
test('a page that is left waits no more', async () => {
  const page = aPage(1);
  page.stop.abort();
  expect(await page.word).toBeUndefined();
  page.window.closed = true;
  await page.pass();
  expect(page.seen).toEqual(['left']);
});
test.each(languages)('how it stands with the window is said in %s, and each differently', async (language) => {
  const { orgs } = await loadWords(language);
  expect(new Set(Object.values(windowWords).map((key) => orgs[key])).size).toBe(3);
});
