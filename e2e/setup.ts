import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { fill, loadSetupWords } from '../console/words/setup/words.ts';
import { languages, loadWords } from '../console/words/words.ts';
import type { CallList } from '../wire/console.ts';
import { findBarriers, findOverflow, visit } from './browser.ts';
import { aProduct, type Product } from './product.ts';

type Check = (name: string, work: () => Promise<void>, always?: boolean) => Promise<void>;
const en = await loadWords('en');
const words = await loadSetupWords('en');
/** A test call lasts 6 s; then its source settles and the writer lingers. */
const writtenMs = 60_000;

function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
const expectNone = (found: readonly string[], what: string) => expect(found.length === 0, `${what}:\n${found.slice(0, 12).join('\n')}`);
/** The beginning of a sentence with values in it. */
const until = (sentence: string) => sentence.split('{')[0]!.trim();

/** An admin installs what we bring in a bare org, a call carries it, and the admin takes it out again. */
export async function setUpAnOrg(browser: Browser, check: Check, pictures: string): Promise<void> {
  const product = await aProduct({ bareOrg: true });
  try {
    await product.start();
    await story(browser, product, check, pictures);
  } catch (error) {
    console.error(product.output().slice(-4_000));
    throw error;
  } finally {
    await product.end();
  }
}

async function story(browser: Browser, product: Product, check: Check, pictures: string): Promise<void> {
  const { page, context } = await visit(browser, product.address, { width: 1280, height: 1000 });
  const picture = (name: string) => page.screenshot({ path: join(pictures, `setup-${name}.png`), fullPage: true });
  const shows = (text: string, timeout = 15_000) => page.getByText(text, { exact: false }).first().waitFor({ timeout });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const control = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${product.controls}/__org${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.text();
  };
  const tasks = async () =>
    (await control('GET', '/export?object=Task'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, string | number | null>);

  await page.goto(product.link());
  await page.getByRole('heading', { name: en.list.title, level: 1 }).waitFor();

  await check('installing: a bare org is found bare, and what that costs is said', async () => {
    await page.getByRole('link', { name: words.title }).click();
    await shows(words.install.states.missing);
    await shows(until(words.check.problems['name-field-absent']));
    await picture('bare');
    expectNone(await findBarriers(page), 'barriers on the page');
  });

  await check('installing: one button, its steps as they go, and a check without a fault', async () => {
    await control('POST', '/deployments', { waitMs: 1_500, workMs: 3_000 });
    await button(words.install.install).click();
    await shows(words.install.running.install);
    await shows(words.install.steps.deploy);
    await page.locator('progress').waitFor();
    await picture('running');
    await shows(words.install.ended.install, 30_000);
    await shows(words.install.verified);
    await shows(
      fill(words.install.leftOut, { part: words.install.parts['call-center'], because: words.install.because['no-public-address'] }),
    );
    await shows(until(words.install.states.current));
    expect((await page.locator('.finding-bad').count()) === 0, 'something must still be mended');
    await picture('installed');
  });

  await check('installing: the next call carries our fields', async () => {
    await page.evaluate(
      "fetch('/api/test-calls', { method: 'POST', headers: { 'content-type': 'application/json', 'x-cordboard': '1' }, body: JSON.stringify({ kind: 'answered' }) })",
    );
    let found: Awaited<ReturnType<typeof tasks>>[number] | undefined;
    for (const end = performance.now() + writtenMs; found === undefined && performance.now() < end;) {
      await new Promise((next) => setTimeout(next, 500));
      found = (await tasks()).find((task) => String(task['Cordboard_Name__c'] ?? '').startsWith('cb1'));
    }
    expect(found !== undefined, 'no task carries our name');
    expect(String(found['Cordboard_Call__c']).startsWith('test-'), `Cordboard_Call__c is ${String(found['Cordboard_Call__c'])}`);
    expect(typeof found['Cordboard_Wait_Seconds__c'] === 'number', 'the waiting time is missing');
    const { calls } = await page.evaluate<CallList>("fetch('/api/calls').then((answer) => answer.json())");
    expect(calls[0]?.explanation.is === 'written', `the call is ${calls[0]?.explanation.is}`);
  });

  await check('installing: a field of the admin’s own is made beside them', async () => {
    await page.getByLabel(words.fields.label, { exact: true }).fill('Tags');
    await button(words.fields.add).click();
    await shows(words.install.ended['add-field'], 30_000);
    await shows(words.fields.layouts);
  });

  await check('installing: the page reads in every language, on a phone too', async () => {
    for (const language of languages) {
      const its = await loadSetupWords(language);
      const seen = await browser.newContext({
        viewport: { width: 400, height: 900 },
        locale: language,
        storageState: await context.storageState(),
      });
      const phone = await seen.newPage();
      await phone.goto(`${product.address}/setup`);
      await phone.getByText(its.check.title, { exact: true }).first().waitFor();
      await phone.screenshot({ path: join(pictures, `setup-${language}.png`), fullPage: true });
      expectNone(await findOverflow(phone), `sticks out of the page in ${language}`);
      expectNone(await findBarriers(phone), `barriers in ${language}`);
      await seen.close();
    }
  });

  await check('installing: a server killed at it says so when it is back, and the button does the rest', async () => {
    await control('POST', '/deployments', { waitMs: 1_000, workMs: 10_000 });
    await button(words.install.again).click();
    await shows(words.install.steps.deploy);
    await product.kill();
    await control('POST', '/deployments', { waitMs: 0, workMs: 0 });
    await product.start();
    await page.reload();
    await shows(fill(words.install.notEnded.interrupted, { step: words.install.steps.deploy }));
    await picture('interrupted');
    await button(words.install.again).click();
    await page.locator('.setup-job-done').waitFor({ timeout: 30_000 });
    await shows(words.install.ended.install);
  });

  await check('uninstalling: what is lost is listed, the org’s name is the yes, and the reduced form is said', async () => {
    await button(words.remove.title).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Activity.Cordboard_Tags__c', { exact: false }).first().waitFor();
    await picture('uninstall');
    const yes = dialog.getByRole('button', { name: words.remove.remove, exact: true });
    expect(await yes.isDisabled(), 'it can be confirmed without the name');
    await dialog.getByRole('textbox').fill('Stand-in org');
    await yes.click();
    await shows(words.install.ended.uninstall, 30_000);
    await shows(words.install.states.missing);
    await picture('uninstalled');
    const left = await tasks();
    expect(left.length > 0 && left.every((task) => task['Cordboard_Name__c'] === undefined), 'a task still has our field');
  });
  await context.close();
}
