import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { findChromium, installChromium } from '../tools/chromium.ts';

/** A real Chromium that asks nothing of the network but what the page asks. */
export async function openBrowser(): Promise<Browser> {
  const refused = findChromium() ? undefined : await installChromium();
  const executablePath = findChromium();
  if (!executablePath) throw new Error(refused ?? 'Chromium is not installed.');
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export type Look = { readonly width: number; readonly height?: number; readonly scheme?: 'light' | 'dark'; readonly locale?: string };
export type Visit = {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What a page must never do: requests elsewhere, refused scripts, errors. */ readonly faults: string[];
  /** Bytes of JavaScript by address, as they came. */ readonly scripts: Map<string, Buffer>;
};

/** Opens a page in a browser profile of its own and keeps book of what it does wrong. */
export async function visit(
  browser: Browser,
  home: string,
  { width, height = 800, scheme = 'light', locale = 'en-GB' }: Look,
  session?: Awaited<ReturnType<BrowserContext['storageState']>>,
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    locale,
    timezoneId: 'Europe/Warsaw',
    reducedMotion: 'reduce',
    ...(session ? { storageState: session } : {}),
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  const scripts = new Map<string, Buffer>();
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // what the network does is looked at by the tests themselves
    if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource'))
      faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (['http:', 'https:'].includes(protocol) && origin !== new URL(home).origin) faults.push(`request elsewhere: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.endsWith('.js'))
      void response.body().then(
        (body) => scripts.set(response.url(), body),
        () => undefined, // the page was closed before it had come
      );
  });
  return { context, page, faults, scripts };
}

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
type Violation = {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: unknown; readonly failureSummary: string }[];
};

/** What axe finds against WCAG 2.2 AA, in one line each. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate<Violation[]>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((result) => result.violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) })))`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${JSON.stringify(target)}: ${failureSummary.replaceAll(/\s+/g, ' ')}`),
    );
}

/** What sticks out of the page or has its text cut, besides data that may be. */
export const findOverflow = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const found = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways: ' + document.documentElement.scrollWidth + ' > ' + innerWidth);
    const mayBeCut = '.line-who, .line-about, .org bdi, .data, .for-ears, .skip';
    for (const element of document.querySelectorAll('body *')) {
      if (element.closest(mayBeCut) || element.closest('svg') || element.offsetParent === null) continue;
      const { left, right, width } = element.getBoundingClientRect();
      if (width > 0 && (right > innerWidth + 1 || left < -1)) found.push('out of the page: ' + element.className + ' ' + (element.textContent || '').slice(0, 60));
      if (width > 1 && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== 'visible') found.push('cut: ' + element.tagName + '.' + element.className + ' ' + (element.textContent || '').slice(0, 60));
    }
    return found;
  })()`);
