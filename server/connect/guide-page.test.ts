import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { problems } from '../../wire/setup.ts';
import { guidePage, pageOf } from './guide-page.ts';

const root = new URL('../../', import.meta.url);
const { html } = guidePage('start/salesforce.md');

test('every section that a step of the console leads to is there', () => {
  const form = readFileSync(new URL('console/pages/orgs/connect-form.tsx', root), 'utf8');
  const sections = [...form.matchAll(/section="([\w-]+)"|\? '(the-app)' : means/g)].flatMap(([, named, chosen]) =>
    named ? [named] : [chosen!, 'client-credentials', 'jwt'],
  );
  expect(sections.length).toBeGreaterThan(4);
  expect(sections.filter((section) => !html.includes(`id="${section}"`))).toEqual([]);
});
test('every finding leads to its section', () => {
  const page = guidePage('operate/org.md').html;
  expect(problems.filter((problem) => !page.includes(`<h3 id="${problem}">`))).toEqual([]);
  expect(page).toContain('<pre>npm run org:check');
  expect(page).not.toMatch(/```|\*\*|\]\(/);
});
test('nothing of the guide is lost or left as it was typed', () => {
  expect(html).not.toMatch(/^\s*(#|\||-|\d+\.) /m);
  expect(html).not.toMatch(/\*\*|\]\(/);
  for (const words of ['External Client App Manager', 'Enable Refresh Token Rotation', 'cordboard.crt']) expect(html).toContain(words);
});
test.each([
  ['# A <b>', '<h1 id="a-b">A &lt;b&gt;</h1>'],
  ['1. one\n   - a\n   - b\n2. two', '<ol><li>one<ul><li>a</li><li>b</li></ul></li><li>two</li></ol>'],
  [
    '| a | b |\n| - | - |\n| `c` | **d** |',
    '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td><code>c</code></td><td><strong>d</strong></td></tr></tbody></table>',
  ],
  ['a _b_ and `refresh_token` and [c](d.md)', '<p>a <em>b</em> and <code>refresh_token</code> and c</p>'],
])('%j', (markdown, page) => expect(pageOf(markdown)).toBe(page));
