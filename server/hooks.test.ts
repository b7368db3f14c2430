import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { sources } from '../sources/index.ts';
import { secretOf, signDelivery } from '../sources/generic-webhook/sign.ts';
import { curlExample, docsPage } from './ingest/docs-page.ts';
import { groupCommit, type NewDelivery } from './ingest/group-commit.ts';
import { receive, type Refused } from './ingest/ingest.ts';
import { openApi } from './ingest/openapi.ts';
import type { OrgId } from './store.ts';

// The door as a sender meets it: real sources, real description.
const origin = 'https://cordboard.example.com';
const document = openApi(sources, origin);
const post = document.paths['/hooks/{connection}'].post;
const secret = secretOf(new Uint8Array(32).fill(9));
const nowMs = Date.parse('2026-11-21T10:00:00Z');
const source = sources.find(({ name }) => name === 'generic-webhook')!;

function aDoor(now = nowMs) {
  const stored: NewDelivery[] = [];
  const send = (headers: Headers, body: string | Uint8Array, connection = 'c-1') =>
    receive(
      {
        connection,
        headers,
        body: ReadableStream.from<Uint8Array>([typeof body === 'string' ? new TextEncoder().encode(body) : body]),
      },
      {
        find: async (id) => (id === 'c-1' ? { org: 1 as OrgId, connection: id, source, secrets: [secret] } : undefined),
        commit: groupCommit(async (rows) => void stored.push(...rows)),
        world: { now: () => now, chance: () => 0 },
        report: (trouble) => expect.unreachable(String(trouble)),
      },
    );
  return {
    stored,
    send,
    sendSigned: (body: string | Uint8Array, id = 'm-1') => send(new Headers(signDelivery(secret, id, now, body)), body),
  };
}

describe('the description', () => {
  test('is OpenAPI 3.1: every part there, every parameter of the path described, every status an answer', () => {
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\.\d+$/),
      info: { title: expect.any(String), version: expect.any(String) },
      servers: [{ url: origin }],
    });
    for (const [path, item] of Object.entries(document.paths)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(item.post.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(named);
      for (const parameter of item.post.parameters)
        expect(parameter).toMatchObject({ required: true, schema: expect.any(Object), description: expect.any(String) });
      for (const [status, answer] of Object.entries(item.post.responses)) {
        expect(status).toMatch(/^[245]\d\d$/);
        expect(answer.description).not.toBe('');
      }
    }
    for (const scheme of document.security.flatMap(Object.keys)) expect(document.components.securitySchemes).toHaveProperty(scheme);
    for (const name of Object.keys(document.components.schemas)) expect(name).toMatch(/^[a-zA-Z0-9._-]+$/);
  });
  test('every reference leads somewhere, and nothing is described that nothing leads to', () => {
    const led = new Set<string>();
    const follow = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        if (key === '$ref') {
          const target = String(inner)
            .replace('#/', '')
            .split('/')
            .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
          expect(target, String(inner)).toBeTypeOf('object');
          if (!led.has(String(inner))) {
            led.add(String(inner));
            follow(target);
          }
        } else follow(inner);
      }
    };
    follow(document.paths);
    expect([...led].toSorted()).toEqual(
      Object.keys(document.components.schemas)
        .map((name) => `#/components/schemas/${name}`)
        .toSorted(),
    );
    expect(JSON.stringify(document)).not.toContain('$defs');
  });
  test('survives being sent', () => expect(JSON.parse(JSON.stringify(document))).toEqual(document));
  test('its examples are accepted', async () => {
    const bodies = Object.values(post.requestBody.content['application/json'].examples).map(({ value }) => value);
    expect(bodies.length).toBeGreaterThan(1);
    for (const body of bodies) expect((await aDoor().sendSigned(JSON.stringify(body))).status).toBe(202);
  });
  test('its answers are the ones given, word for word', async () => {
    const { send, sendSigned } = aDoor();
    const ended = { type: 'call.ended', call: 'c', at: nowMs };
    const body = JSON.stringify({ version: 1, ...ended });
    const late = new Headers(signDelivery(secret, 'm-1', nowMs - 412_000, body));
    const textPlain = new Headers({ ...signDelivery(secret, 'm-1', nowMs, body), 'content-type': 'text/plain' });
    const given = await Promise.all([
      sendSigned(JSON.stringify({ version: 1, events: [ended, ended, ended, { ...ended, at: 'yesterday' }] })),
      send(late, body),
      send(late, body, 'c-2'),
      sendSigned(new Uint8Array(source.maxBodyBytes + 1)),
      send(textPlain, body),
      sendSigned(body, 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W'),
    ]);
    for (const { status, body: answer } of given) {
      const described = (post.responses as Record<string, { content: { 'application/json': { example: unknown } } }>)[status];
      expect(answer).toEqual(described?.content['application/json'].example);
    }
    expect(given.map(({ status }) => status)).toEqual([400, 401, 404, 413, 415, 202]);
  });
  test('a batch with one bad event is refused whole', async () => {
    const { sendSigned, stored } = aDoor();
    const answer = await sendSigned(
      JSON.stringify({
        version: 1,
        events: [
          { type: 'call.ended', call: 'c', at: nowMs },
          { type: 'call.ended', at: nowMs },
        ],
      }),
    );
    expect((answer.body as Refused).error.message).toContain('`events[1].call` is missing.');
    expect(stored).toEqual([]);
  });
});

describe('the page for people', () => {
  const { html, headers } = docsPage(document);
  test('shows every event type, its fields and its example', () => {
    const events = Object.entries(document.components.schemas).filter(([name]) => name.startsWith('call.'));
    expect(events.length).toBe(28);
    for (const [name, schema] of events) {
      const [, section = ''] = html.split(`<article id="type-${name}">`);
      const article = section.split('</article>')[0]!;
      expect(article).toContain(schema.title!.replaceAll("'", '&#39;'));
      const example = schema.examples?.[0] as { data?: object };
      expect(example).toBeTypeOf('object');
      expect(article).toContain(`&quot;type&quot;: &quot;${name}&quot;`);
      for (const field of Object.keys(example.data ?? {})) expect(article).toContain(`<td><code>${field}</code>`);
    }
  });
  test('every link on it leads somewhere', () => {
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(30);
    for (const link of links) expect(ids).toContain(link);
  });
  test('loads nothing from anywhere, and its policy allows just its own style', () => {
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(| src=/);
    const [, style = ''] = /<style>([^]*?)<\/style>/.exec(html) ?? [];
    expect(headers['content-security-policy']).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });
  test('its first example runs as printed: what sh, openssl and curl send is accepted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cordboard-curl-'));
    try {
      // A curl that writes down what it was asked to send.
      await writeFile(join(folder, 'curl'), '#!/bin/sh\nfor one in "$@"; do printf \'%s\\0\' "$one"; done > "$SENT"\n', { mode: 0o755 });
      const script = curlExample(origin).replace('YOUR-CONNECTION', 'c-1').replace('whsec_YOUR-SECRET', secret);
      const sent = join(folder, 'sent');
      await promisify(execFile)('sh', ['-euc', script], { env: { PATH: `${folder}:${process.env['PATH']}`, SENT: sent } });
      const asked = (await readFile(sent, 'utf8')).split('\0');
      expect(asked).toContain(`${origin}/hooks/c-1`);
      const after = (flag: string) => asked.flatMap((one, index) => (asked[index - 1] === flag ? [one] : []));
      const headers = new Headers(after('-H').map((line) => line.split(': ', 2) as [string, string]));
      const body = after('--data-binary')[0]!;
      const { send, stored } = aDoor(Number(headers.get('webhook-timestamp')) * 1000);
      expect(await send(headers, body)).toMatchObject({ status: 202, body: { accepted: headers.get('webhook-id') } });
      expect(source.translate({ body: stored[0]!.body, deliveryId: 'd', headers: {}, receivedAt: 0 }).events).toMatchObject([
        { type: 'started', customer: { number: '+81312345678' } },
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
