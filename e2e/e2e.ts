import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { answerHelp, say } from '../tools/run.ts';
import { languages, loadWords, type Words } from '../console/words/words.ts';
import { readBecause } from '../console/because.ts';
import { kindsInOrder } from '../server/call/event.ts';
import { testCalls, type CallList, type CallStory, type TestCallKind } from '../wire/console.ts';
import { findBarriers, findOverflow, openBrowser, visit, type Look, type Visit } from './browser.ts';
import { connectAnOrg } from './connect.ts';
import { aProduct, type Product } from './product.ts';
import { setUpAnOrg } from './setup.ts';

answerHelp(`
npm run e2e [-- word …]   the product as it is started, in a real browser: sign in, place each kind of test call, see it written

Words choose the tests whose names contain them; signing in and placing the calls always happen. Pictures of every screen are
in a temporary folder, named at the end. The last line is "N passed, N failed".
`);

const asked = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const pictures = await mkdtemp(join(tmpdir(), 'cordboard-pictures-'));
const en = await loadWords('en');
/** First load of the console, compressed (docs: budgets). */
const mostScriptBytes = 160_000;
/** A test call lasts up to 6 s; then its source settles and the writer lingers. */
const recordMs = 45_000;

let [passed, failed] = [0, 0];
async function check(name: string, work: () => Promise<void>, always = false): Promise<void> {
  if (!always && asked.length > 0 && !asked.some((word) => name.includes(word))) return;
  const begun = performance.now();
  try {
    await work();
    passed += 1;
    console.log(`ok     ${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}\n${String((error as Error).message ?? error).replaceAll(/^/gm, '       ')}`);
  }
}
function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
const expectNone = (found: readonly string[], what: string) => expect(found.length === 0, `${what}:\n${found.slice(0, 12).join('\n')}`);
async function until(holds: () => Promise<boolean>, ms: number, otherwise: () => Promise<string>): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end; await new Promise((next) => setTimeout(next, 100)))
    if (await holds()) return;
  throw new Error(await otherwise());
}
const shows = (where: Page | Locator, text: string) => where.getByText(text, { exact: false }).first().waitFor();
const picture = (page: Page, name: string) => page.screenshot({ path: join(pictures, `${name}.png`) });

async function placeTestCall(page: Page, kind: TestCallKind): Promise<void> {
  await page.getByRole('button', { name: en.test.button }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: new RegExp(`^${en.test.kinds[kind].name}`) })
    .click();
}
async function openBook(page: Page): Promise<Locator> {
  await page.locator('.book-button').click();
  const panel = page.getByRole('dialog');
  await panel.waitFor();
  return panel;
}
const progressOf = (page: Page, kind: TestCallKind) => page.locator(`.test[data-kind=${kind}]`).first();
/** Places a call without the page's help, as a phone system would: the page has to learn of it by itself. */
const placeBehindItsBack = (page: Page, kind: TestCallKind) =>
  page.evaluate<string>(
    `fetch('/api/test-calls', { method: 'POST', headers: { 'content-type': 'application/json', 'x-cordboard': '1' }, body: JSON.stringify({ kind: '${kind}' }) }).then((answer) => answer.json()).then(({ externalId }) => externalId)`,
  );
/** Asks a door with the page's session. */
const askFor = <T>(page: Page, path: string) => page.evaluate<T>(`fetch('${path}').then((answer) => answer.json())`);
/** The id of the call the phone system calls so; undefined while it isn't heard. */
const callIdOf = (page: Page, externalId: string) =>
  page.evaluate<string | undefined>(
    `fetch('/api/calls?find=${externalId}').then((answer) => answer.json()).then(({ calls }) => calls[0] && calls[0].id)`,
  );
async function waitForLine(page: Page, externalId: string): Promise<Locator> {
  let id: string | undefined;
  await until(
    async () => (id = await callIdOf(page, externalId)) !== undefined,
    20_000,
    async () => `call ${externalId} was never heard`,
  );
  const line = page.locator(`#call-${id}`);
  await line.waitFor();
  return line;
}

async function run(browser: Browser, product: Product): Promise<void> {
  const home = product.address;
  const first = await visit(browser, home, { width: 1280 });
  const { page } = first;

  await check('without a session every address asks to sign in, and says how', async () => {
    for (const path of ['/', '/calls/1', '/?explanation=parked']) {
      await page.goto(home + path);
      await shows(page, en.signIn.how);
    }
    await picture(page, 'sign-in');
    expectNone(await findBarriers(page), 'barriers on the sign-in page');
  });

  await check('a link that is none says what is wrong with it and what to do', async () => {
    await page.goto(`${home}/sign-in#nonsense`);
    await shows(page, en.signIn.problems.unknown);
    await shows(page, en.signIn.remedy);
    await picture(page, 'sign-in-refused');
  });

  await check(
    'the printed link signs in, once, and its token leaves the address bar',
    async () => {
      await page.goto('about:blank');
      await page.goto(product.link());
      await page.getByRole('heading', { name: en.list.title, level: 1 }).waitFor();
      expect(page.url() === `${home}/`, `the address is still ${page.url()}`);
      const second = await visit(browser, home, { width: 1280 });
      await second.page.goto(product.link());
      await shows(second.page, en.signIn.problems.used);
      await shows(second.page, en.signIn.remedy);
      await second.context.close();
    },
    true,
  );

  await check('before the first call it tells where to send events and what they look like', async () => {
    await shows(page, en.list.emptyTitle);
    await shows(page, `${home}/hooks/con_`);
    await picture(page, 'empty-1280');
    const [docs] = [await page.getByRole('link', { name: en.list.emptyDocs }).getAttribute('href')];
    const answer = await page.request.get(new URL(docs!, home).href);
    expect(answer.ok() && (await answer.text()).includes('call.started'), `${docs} answers ${answer.status()}`);
    expectNone(await findBarriers(page), 'barriers on the empty page');
  });

  await check('the first load is within its budget', async () => {
    const bytes = [...first.scripts.values()].reduce((sum, body) => sum + gzipSync(body).length, 0);
    expect(bytes > 30_000 && bytes <= mostScriptBytes, `${bytes} bytes of JavaScript, compressed; at most ${mostScriptBytes}`);
    console.log(`       ${Math.round(bytes / 1000)} kB of JavaScript`);
  });

  await check(
    'each kind of test call is placed by a button, and its progress ends with its record',
    async () => {
      for (const kind of testCalls) await placeTestCall(page, kind);
      await picture(page, 'test-calls-under-way');
      for (const kind of testCalls) {
        const progress = progressOf(page, kind);
        await progress.and(page.locator('.test-over')).waitFor({ timeout: recordMs });
        const is = kind === 'internal' ? en.explanations.skipped : en.explanations.written;
        expect((await progress.textContent())!.includes(is), `${kind}: ${await progress.textContent()}`);
      }
      await picture(page, 'test-calls-done');
    },
    true,
  );

  await check('a new call is announced, politely', async () => {
    const news = page.getByTestId('news');
    expect((await news.getAttribute('aria-live')) === 'polite', 'the region is not polite');
    expect(/new call/i.test((await news.textContent()) ?? ''), `it says “${await news.textContent()}”`);
  });

  for (const kind of testCalls)
    await check(`the story of a call: ${kind}, from wire to record`, async () => {
      await progressOf(page, kind).getByRole('link').first().click();
      const story = page.locator('.story');
      await story.waitFor();
      for (const station of [en.story.heard, en.story.facts, en.story.decided, en.story.written])
        await story.getByRole('heading', { name: station, exact: true }).waitFor();
      const body = story.locator('.station').nth(0).locator('details').first();
      await body.locator('summary').click();
      await shows(body, '"call.started"');
      await shows(story, en.story.factTypes[kind === 'voicemail' ? 'voicemail' : kind === 'transferred' ? 'transferred' : 'ringing']);
      await shows(
        story.locator('.rule-fired'),
        {
          answered: en.story.rules['inbound answered'],
          transferred: en.story.rules['inbound answered'],
          missed: en.story.rules.missed,
          voicemail: en.story.rules.voicemail,
          internal: en.story.rules['internal call'],
        }[kind],
      );
      await story.getByText(en.story.otherRules).first().click();
      expect((await story.locator('.rule:not(.rule-fired):visible').count()) >= 8, 'the other rules are not told');
      await page.locator('.story-pane').evaluate('(pane) => pane.scrollTo(0, 0)');
      await picture(page, `story-${kind}`);
      if (kind === 'internal') return shows(story, en.story.nothingWanted);

      const request = story.locator('.write details').filter({ hasText: en.story.attemptKinds.create }).first();
      await request.locator('summary').click();
      await request.getByText(en.story.answer, { exact: true }).waitFor();
      const url = await story.locator('.verdict .record-link').getAttribute('href');
      const record = await page.request.get(url!);
      const shown = await record.text();
      const subject = { answered: 'Inbound', missed: 'Missed', voicemail: 'Voicemail', transferred: 'Inbound', internal: '' }[kind];
      expect(
        record.ok() && shown.includes(`Cordboard call - ${subject}`),
        `the record's page ${url} answers ${record.status()} without the subject`,
      );
      return undefined;
    });

  await check('everything that was decided is known to the catalogue, and can be said in five languages', async () => {
    const { calls } = await askFor<CallList>(page, '/api/calls');
    const stories = await Promise.all(calls.map(({ id }) => askFor<CallStory>(page, `/api/calls/${id}`)));
    const unknown = [
      ...calls
        .filter(({ explanation }) => 'asSaid' in readBecause(explanation.because))
        .map(({ explanation }) => `because: ${explanation.because}`),
      ...stories.flatMap(({ facts }) =>
        facts.filter(({ type }) => !Object.hasOwn(en.story.factTypes, type)).map(({ type }) => `fact: ${type}`),
      ),
      ...stories.flatMap(({ decisions }) =>
        decisions.flatMap(({ trace }) =>
          trace.filter(({ rule }) => !Object.hasOwn(en.story.rules, rule)).map(({ rule }) => `rule: ${rule}`),
        ),
      ),
      ...stories.flatMap(({ decisions }) =>
        decisions.flatMap(({ wants }) => [
          ...wants.filter(({ role }) => !Object.hasOwn(en.story.roles, role)).map(({ role }) => `role: ${role}`),
          ...wants
            .flatMap(({ fields }) => Object.keys(fields))
            .filter((field) => !Object.hasOwn(en.story.fields, field))
            .map((field) => `field: ${field}`),
        ]),
      ),
      // What was only signalled is shown as what was concluded from it.
      ...[...kindsInOrder]
        .filter((kind) => kind !== 'signalled' && !Object.hasOwn(en.story.factTypes, kind))
        .map((kind) => `kind of fact: ${kind}`),
    ];
    expectNone([...new Set(unknown)], 'add to console/words and console/because.ts');
  });

  await check('by keyboard alone: along the list, into a story, out again', async () => {
    await page.goto(home);
    const lines = page.locator('.line');
    await lines.first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const focused = () => page.evaluate<string>('document.activeElement.id');
    const third = await lines.nth(2).getAttribute('id');
    expect((await focused()) === third, `the focus is on ${await focused()}, not on the third call`);
    const outline = await page.evaluate<string>(
      'getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth',
    );
    expect(outline === 'solid2px', `the focus shows as ${outline}`);
    await page.keyboard.press('Enter');
    await page.locator('.story').waitFor();
    expect(page.url().includes('/calls/'), `the address is ${page.url()}`);
    await page.keyboard.press('Tab');
    expect(
      await page.evaluate<boolean>("document.activeElement.closest('.story-pane') !== null"),
      'Tab does not lead from the list into the story',
    );
    await page.keyboard.press('Escape');
    await page.locator('.story').waitFor({ state: 'detached' });
    await until(
      async () => (await focused()) === third,
      2000,
      async () => 'Esc does not lead back to the call',
    );
    await page.keyboard.press('End');
    expect((await focused()) === (await lines.last().getAttribute('id')), 'End does not lead to the last call');
  });

  await check('calls are found by number as people write it, filtered by explanation, and the address keeps both', async () => {
    await page.goto(home);
    const find = page.getByRole('searchbox');
    await find.fill('020 7946-0958');
    await page.waitForURL(/find=/);
    await until(
      async () => (await page.locator('.line').count()) === 4,
      5000,
      async () => `${await page.locator('.line').count()} calls are found; 4 came from that number`,
    );
    await find.fill('nobody at all');
    await shows(page, en.list.noneMatch);
    await page.getByRole('link', { name: en.list.clear }).click();
    await page.locator('.line').first().waitFor();
    expect((await find.inputValue()) === '', 'the field still holds what was cleared');
    await page.getByRole('combobox').selectOption('skipped');
    await until(
      async () => (await page.locator('.line').count()) === 1,
      5000,
      async () => 'one call was skipped, and is not shown alone',
    );
    await page.reload();
    await until(
      async () => (await page.locator('.line').count()) === 1,
      5000,
      async () => 'a reload forgets the filter',
    );
    await page.goBack();
    await until(
      async () => (await page.locator('.line').count()) > 1,
      5000,
      async () => 'going back keeps the filter',
    );
  });

  await check('what callers say of themselves is text', async () => {
    const hostile = '<img src=x onerror="document.title=\'broken\'"> \u202Eevil\u2066 {{7*7}}';
    const change = async (route: {
      fetch(): Promise<{ json(): Promise<unknown>; status(): number }>;
      fulfill(answer: object): Promise<void>;
    }) => {
      const answer = await route.fetch();
      const text = JSON.stringify(await answer.json()).replaceAll('Test Caller', JSON.stringify(hostile).slice(1, -1));
      await route.fulfill({ status: answer.status(), contentType: 'application/json', body: text });
    };
    await page.route('**/api/calls**', change);
    await page.goto(home);
    const line = page.locator('.line', { hasText: '<img' }).first();
    await line.waitFor();
    expect((await line.locator('bdi').first().textContent()) === hostile, 'the name is not shown as it is');
    await line.click();
    await page.locator('.story h2 bdi').waitFor();
    expect((await page.locator('img').count()) === 0 && (await page.title()) === 'Cordboard', 'the name became part of the page');
    await page.unrouteAll();
  });

  await check('the mode is changed only when it is asked for twice; paused keeps, live writes', async () => {
    await page.goto(home);
    const change = async (from: keyof Words['mode']['names'], to: keyof Words['mode']['names']) => {
      await page.getByRole('button', { name: en.mode.names[from], exact: true }).click();
      const sheet = page.getByRole('dialog');
      await sheet.getByRole('radio', { name: en.mode.names[to] }).click();
      await picture(page, `mode-${to}`);
      expectNone(await findBarriers(page), 'barriers in the mode sheet');
      await sheet.getByRole('button', { name: en.mode.change[to] }).click();
      await page.getByRole('button', { name: en.mode.names[to], exact: true }).waitFor();
    };
    await change('live', 'paused');
    await shows(page, en.mode.explained.paused);
    const line = await waitForLine(page, await placeBehindItsBack(page, 'missed'));
    await line.getByText(en.explanations.waiting).waitFor();
    await line.click();
    await page.locator('.verdict').getByText(en.because.paused('')).waitFor({ timeout: 20_000 });
    await picture(page, 'story-paused');
    await change('paused', 'live');
    await line.getByText(en.explanations.written).waitFor({ timeout: recordMs });
    await page.locator('.verdict').getByText(en.because.inCrm('')).waitFor();
  });

  await check('a refused record parks, says what Salesforce said and who can mend it, and is written again by a button', async () => {
    const controls = (method: string, body?: object) =>
      page.request.fetch(`${product.controls}/__org/faults`, { method, ...(body ? { data: body } : {}) });
    const error = { statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'A reason is required.' };
    expect((await controls('POST', { kind: 'row-error', error })).ok(), 'the stand-in takes no faults');
    await page.goto(home);
    const line = await waitForLine(page, await placeBehindItsBack(page, 'voicemail'));
    await line.getByText(en.explanations.parked).waitFor({ timeout: recordMs });
    await shows(page.locator('.health'), en.health.parked(1, error.statusCode));
    await line.click();
    await shows(page.locator('.verdict'), error.message);
    await shows(page.locator('.write .problem'), error.statusCode);
    await shows(page.locator('.write .problem'), en.story.mendedBy.admin);
    await picture(page, 'story-parked');
    expectNone(await findBarriers(page), 'barriers in a parked story');
    await page.getByRole('link', { name: en.health.parked(1, error.statusCode) }).click();
    await until(
      async () => (await page.locator('.line').count()) === 1,
      5000,
      async () => 'the health line does not lead to the parked call alone',
    );
    await page.locator('.line').click();
    await controls('DELETE');
    await page.getByRole('button', { name: en.story.writeAgain }).click();
    await page.locator('.verdict').getByText(en.explanations.written).waitFor({ timeout: recordMs });
    await page.locator('.line').waitFor({ state: 'detached' }); // it no longer fits the filter
    expect((await page.locator('.health-bad').count()) === 0, 'the health line still speaks of it');
  });

  await check("today's rules can be applied to a call", async () => {
    await page.goto(home);
    await page.locator('.line').last().click();
    await page.getByRole('button', { name: en.story.applyRules }).click();
    await shows(page.locator('.actions'), en.story.asked);
  });

  await check('a reload follows the stream on: a call placed elsewhere appears by itself', async () => {
    await page.goto(home);
    await page.locator('.line').first().waitFor();
    await page.reload();
    await page.locator('.line').first().waitFor();
    await waitForLine(page, await placeBehindItsBack(page, 'missed'));
  });

  await check('the book says what is known of whom, while it is read and after, and gives what can never match as a file', async () => {
    const asHuman = async (fields: Record<string, string>) => {
      const data = { action: 'create', object: 'Contact', fields };
      expect((await page.request.post(`${product.controls}/__org/as-human`, { data })).ok(), 'the stand-in takes no contact');
    };
    await asHuman({ LastName: 'Formula', Phone: '=1+1' });
    await asHuman({ LastName: 'Extension', Phone: '+48 12' });
    // another setting of the book is a reason to look at once, and not within the minute
    const data = { language: 'en', country: 'PL' };
    const saved = await page.request.put(`${home}/api/policy`, { headers: { 'x-cordboard': '1' }, data });
    expect(saved.ok(), `the policy is refused: ${await saved.text()}`);
    await page.goto(home);
    const panel = await openBook(page);
    const link = panel.getByRole('link', { name: en.book.unmatchable('2') });
    await link.waitFor({ timeout: 20_000 });
    for (const kind of ['contact', 'lead', 'account', 'person-account'] as const)
      await panel.getByText(en.book.kinds[kind], { exact: true }).waitFor();
    await shows(panel, en.book.records(8));
    await shows(panel, en.book.absent);
    expectNone(await findBarriers(page), 'barriers in the book');
    await picture(page, 'book');
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(/^numbers-that-never-match-\d{4}-\d\d-\d\d\.csv$/.test(download.suggestedFilename()), download.suggestedFilename());
    const file = await readFile(await download.path(), 'utf8');
    expect(file.startsWith('\uFEFF"Record"'), `the file begins with ${JSON.stringify(file.slice(0, 40))}`);
    for (const cell of [`"Formula","Integration User","Phone","'=1+1"`, `"Extension","Integration User","Phone","'+48 12"`])
      expect(file.includes(cell), `${cell} is not in the file:\n${file}`);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await until(
      () => page.evaluate<boolean>("document.activeElement.classList.contains('book-button')"),
      2000,
      async () => 'Esc does not lead back to the button',
    );

    const book = {
      kinds: [
        { kind: 'contact', filled: false, read: 412_000, expected: 1_000_000 },
        { kind: 'lead', filled: false, read: 0, expected: 50_000 },
      ],
      leftOut: [{ kind: 'Site__c', because: 'There is no such object.' }],
    };
    await page.route('**/api/status', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: { ...((await answer.json()) as object), book } });
    });
    await page.reload();
    const bar = page.locator('.strip').getByRole('progressbar', { name: en.book.reading.contact });
    await bar.waitFor();
    const said = await Promise.all(['aria-valuenow', 'aria-valuemax', 'aria-valuetext'].map((name) => bar.getAttribute(name)));
    expect(said.join(' | ') === '41 | 100 | 412,000 of about 1,000,000', `the bar says ${said.join(' | ')}`);
    await shows(page.locator('.strip'), 'Reading your contacts: 412,000 of about 1,000,000');
    await shows(page.locator('.health'), 'Site__c: There is no such object.');
    await shows(await openBook(page), en.book.waits);
    expectNone(await findBarriers(page), 'barriers in a book that is being read');
    await picture(page, 'book-being-read');
    await page.keyboard.press('Escape');
    await page.unrouteAll({ behavior: 'wait' });
  });

  await check('a stranger who called in vain has a record, and the story says what it is', async () => {
    const policy = (stranger: object) =>
      page.request.put(`${home}/api/policy`, { headers: { 'x-cordboard': '1' }, data: { language: 'en', stranger } });
    await policy({ missed: 'lead' });
    await page.goto(home);
    const line = await waitForLine(page, await placeBehindItsBack(page, 'missed'));
    await line.click();
    const made = page.locator('.verdict').getByRole('link', { name: en.story.roles.person });
    await made.waitFor({ timeout: recordMs });
    const wanted = page.locator('.decision details').filter({ hasText: `${en.story.wanted}: ${en.story.roles.person}` });
    await wanted.first().locator('summary').click();
    await shows(wanted.first(), en.story.fieldValues.kind.lead);
    await shows(wanted.first(), en.story.fields.company);
    const record = await page.request.get((await made.getAttribute('href'))!);
    expect(record.ok() && (await record.text()).includes('Test Caller'), 'the link does not lead to the lead');
    await picture(page, 'story-stranger');
    await policy({});
  });

  const session = await first.context.storageState();
  const looks: (Look & { readonly name: string })[] = [
    { name: '1280-light', width: 1280 },
    { name: '1280-dark', width: 1280, scheme: 'dark' },
    { name: '400-light', width: 400 },
    { name: '400-dark', width: 400, scheme: 'dark' },
    { name: '320-light', width: 320, height: 640 },
    ...languages
      .filter((language) => language !== 'en')
      .flatMap((locale) => [
        { name: `1280-${locale}`, width: 1280, locale },
        { name: `400-${locale}`, width: 400, locale },
      ]),
  ];
  for (const look of looks)
    await check(`nothing sticks out and nothing bars the way: ${look.name}`, () => lookAround(browser, home, look, session, page));

  await check('light, dark and language are chosen by hand, and kept', async () => {
    const chosen = await visit(browser, home, { width: 1280, scheme: 'light' }, session);
    const background = () => chosen.page.evaluate<string>('getComputedStyle(document.body.parentElement).backgroundColor');
    await chosen.page.goto(home);
    await chosen.page.getByRole('button', { name: en.frame.preferences }).click();
    const light = await background();
    await chosen.page.getByRole('radio', { name: en.frame.themes.dark }).check({ force: true });
    expect((await background()) !== light, 'dark is as light');
    await chosen.page.getByRole('radio', { name: 'Polski' }).check();
    const pl = await loadWords('pl');
    await chosen.page.getByRole('heading', { name: pl.list.title, level: 1 }).waitFor();
    await picture(chosen.page, 'preferences');
    expectNone(await findBarriers(chosen.page), 'barriers in the preferences');
    await chosen.page.reload();
    await chosen.page.getByRole('heading', { name: pl.list.title, level: 1 }).waitFor();
    expect((await background()) !== light, 'the reload forgot dark');
    await chosen.context.close();
  });

  expectedFaults(first, 'before the server is killed');
  await check('the server is killed and started again: the page says so, and recovers by itself', async () => {
    await page.goto(`${home}/calls/1`);
    await page.locator('.story').waitFor();
    await product.kill();
    const banner = page.locator('.banner');
    await banner.waitFor();
    await picture(page, 'disconnected');
    expect((await page.locator('.line').count()) > 0 && (await page.locator('.story').count()) === 1, 'what was on the screen is gone');
    await product.start();
    await banner.waitFor({ state: 'detached', timeout: 45_000 });
    await waitForLine(page, await placeBehindItsBack(page, 'answered')).catch(async (error: Error) => {
      throw new Error(`${error.message}\nbanner: ${await page.locator('.banner').count()}\n${product.output().slice(-1500)}`);
    });
  });

  await check('signing out ends it here, and the address asks to sign in', async () => {
    await page.getByRole('button', { name: en.frame.preferences }).click();
    await page.getByRole('button', { name: en.frame.signOut }).click();
    await shows(page, en.signIn.how);
    const answer = await page.request.get(`${home}/api/status`);
    expect(answer.status() === 401, `the session still answers ${answer.status()}`);
  });
  await first.context.close();
}

/** The page, a story and the open menus at one size, in one look and language. */
async function lookAround(
  browser: Browser,
  home: string,
  look: Look & { name: string },
  session: Awaited<ReturnType<BrowserContext['storageState']>>,
  at: Page,
): Promise<void> {
  const words = await loadWords(languages.find((language) => language === look.locale) ?? 'en');
  const seen = await visit(browser, home, look, session);
  const { page } = seen;
  try {
    await page.goto(home);
    await page.locator('.line').first().waitFor();
    await picture(page, `${look.name}-list`);
    expectNone(await findOverflow(page), 'sticks out of the list');
    expectNone(await findBarriers(page), 'barriers in the list');

    await page.getByRole('button', { name: words.test.button }).click();
    await page.getByRole('dialog').waitFor();
    await picture(page, `${look.name}-menu`);
    expectNone(await findOverflow(page), 'sticks out of the menu');
    await page.keyboard.press('Escape');

    await openBook(page);
    await picture(page, `${look.name}-book`);
    expectNone(await findOverflow(page), 'sticks out of the book');
    await page.keyboard.press('Escape');

    const voicemail = await at.evaluate<string>(
      "fetch('/api/calls').then((answer) => answer.json()).then(({ calls }) => calls.find(({ type }) => type === 'voicemail').id)",
    );
    await page.locator(`#call-${voicemail}`).click();
    await page.locator('.story').waitFor();
    expect((await page.locator('.list-pane').isVisible()) === look.width >= 900, 'the list and the story share the screen wrongly');
    await picture(page, `${look.name}-story`);
    await page.evaluate("document.querySelectorAll('.story details').forEach((part) => { part.open = true; })");
    expectNone(await findOverflow(page), 'sticks out of the story');
    expectNone(await findBarriers(page), 'barriers in the story');
    await page.locator('.story').screenshot({ path: join(pictures, `${look.name}-story-whole.png`) });
    // what we say is in the person's language; English is left only where it is marked as somebody's own words
    expect(
      (await page.locator('.verdict .as-said').count()) === 0,
      `the explanation is not in the language: ${await page.locator('.verdict').textContent()}`,
    );
    if (look.width < 900) {
      await page.getByRole('button', { name: words.story.back, exact: true }).click();
      await page.locator('.line').first().waitFor();
      expect(new URL(page.url()).pathname === '/', 'the way back does not lead to the list');
    }
    expectedFaults(seen, look.name);
  } finally {
    await seen.context.close();
  }
}

function expectedFaults({ faults }: Visit, when: string): void {
  expectNone(faults, `what the page did wrong, ${when}`);
}

const begun = performance.now();
const product = await aProduct();
let browser: Browser | undefined;
try {
  console.log('Starting the product and a browser …');
  const isConnecting = (word: string) => 'connecting'.startsWith(word.slice(0, 10));
  const isSetup = (word: string) => 'uninstalling'.includes(word.slice(0, 10));
  if (asked.length > 0 && asked.every((word) => isConnecting(word) || isSetup(word))) browser = await openBrowser();
  else {
    [browser] = await Promise.all([openBrowser(), product.start()]);
    await run(browser, product);
  }
  if (asked.length === 0 || asked.some(isConnecting)) await connectAnOrg(browser, check, pictures);
  if (asked.length === 0 || asked.some(isSetup)) await setUpAnOrg(browser, check, pictures);
} catch (error) {
  failed += 1;
  console.log(`FAILED to the end: ${String((error as Error).stack ?? error)}\n${product.output().slice(-2000)}`);
} finally {
  await browser?.close();
  await product.end();
}
console.log(`Pictures are in ${pictures}. ${((performance.now() - begun) / 1000).toFixed(0)} s.`);
console.log(say({ passed, failed }));
process.exit(failed === 0 ? 0 : 1);
