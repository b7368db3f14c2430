import { describe, expect, test } from 'vitest';
import type { Source } from '../source.ts';
import { hostileTexts } from '../testing/hostile.ts';
import { docsPage } from './docs-page.ts';
import { openApi } from './openapi.ts';

const aSource = (name: string, schema?: unknown): Source => ({
  name,
  keepHeaders: [],
  maxBodyBytes: 1,
  settleMs: 0,
  silenceMs: 0,
  accept: () => ({ deliveryId: '1' }),
  translate: () => ({ events: [], unheard: [] }),
  ...(schema === undefined ? {} : { schema }),
});
const a = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $ref: '#/$defs/Delivery',
  $defs: { Delivery: { type: 'object', properties: { agent: { $ref: '#/$defs/Agent' } } }, Agent: { type: 'string' } },
};
const b = { $ref: '#/$defs/Delivery', $defs: { Delivery: { type: 'array', items: { $ref: '#/$defs/Agent' } }, Agent: { type: 'number' } } };

describe('several sources in one document', () => {
  test('keep their own definitions apart', () => {
    const { components, paths } = openApi([aSource('a', a), aSource('b', b)], 'https://x.example');
    expect(components.schemas).toMatchObject({
      Delivery: { type: 'object', properties: { agent: { $ref: '#/components/schemas/Agent' } } },
      Agent: { type: 'string' },
      'b.Delivery': { type: 'array', items: { $ref: '#/components/schemas/b.Agent' } },
      'b.Agent': { type: 'number' },
    });
    expect(paths['/hooks/{connection}'].post.requestBody.content['application/json'].schema).toEqual({
      anyOf: [{ $ref: '#/components/schemas/Delivery' }, { $ref: '#/components/schemas/b.Delivery' }],
    });
  });
  test('one without a schema is its vendor’s to document; one without definitions gets its name', () => {
    const { components, paths } = openApi([aSource('vendor'), aSource('plain', { type: 'object' })], 'https://x.example');
    expect(Object.keys(components.schemas)).toEqual(['Accepted', 'Error', 'plain']);
    expect(paths['/hooks/{connection}'].post.requestBody.content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/plain',
    });
  });
});

describe('the page for people', () => {
  test.each(Object.entries(hostileTexts))('%s in any word of a schema is text', (_, text) => {
    const event = {
      title: text,
      description: text,
      properties: { type: { const: `x${text}` }, data: { properties: { [text]: { type: 'string', description: text, enum: [text] } } } },
      examples: [{ type: text }],
    };
    const { html } = docsPage(openApi([aSource('a', { $ref: '#/$defs/E', $defs: { E: event } })], 'https://x.example'));
    expect(html).not.toMatch(/<script|<img|\son\w+="/i);
    const quiet = docsPage(
      openApi(
        [aSource('a', { $ref: '#/$defs/E', $defs: { E: { ...event, title: '', description: '', examples: [] } } })],
        'https://x.example',
      ),
    ).html;
    const tags = (page: string) => page.match(/<[a-z]+/g)?.filter((tag) => !['<code', '<pre', '<a'].includes(tag)).length;
    expect(tags(html)).toBe(tags(quiet));
  });
});
