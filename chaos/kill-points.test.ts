import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lineSteps, makeBells, type Line } from '../server/pipeline.ts';
import { besideTheRoad, points, tablesBesideTheRoad, tablesOnTheRoad } from './kill-points.ts';

const folder = new URL('../server/store/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, folder), 'utf8').replaceAll(/--.*$/gm, '');
const named = new Set(points.flatMap(({ statements }) => statements));

/** Every arrow is cut: what is not named here was added since, and needs a point or a reason. */
test('every step of the line has a point', () => {
  const steps = lineSteps({} as Line, makeBells()).map(({ name }) => name);
  expect(steps.length).toBeGreaterThan(0);
  expect(steps.filter((name) => !points.some(({ step }) => step === name))).toEqual([]);
});
test('every statement that writes is cut by a point, or says why not', () => {
  const writing = readdirSync(new URL('sql/', folder))
    .filter((file) => /\b(insert into|update|delete from)\b/i.test(read(`sql/${file}`).replaceAll(/for update/gi, '')))
    .map((file) => file.replace('.sql', ''));
  expect(writing.length).toBeGreaterThan(20);
  expect(writing.filter((name) => !named.has(name) && !(name in besideTheRoad))).toEqual([]);
  expect([...named, ...Object.keys(besideTheRoad)].filter((name) => !writing.includes(name))).toEqual([]);
});
test('every table is on the road or beside it', () => {
  const tables = readdirSync(new URL('migrations/', folder)).flatMap((file) =>
    [...read(`migrations/${file}`).matchAll(/create table (?:if not exists )?(\w+)(?! partition of)/gi)].map((found) => found[1]!),
  );
  const known: readonly string[] = [...tablesOnTheRoad, ...tablesBesideTheRoad];
  expect(tables.length).toBeGreaterThan(10);
  expect(tables.filter((table) => !known.includes(table) && !table.startsWith('deliveries_'))).toEqual([]);
});
test('every table on the road is written by a statement that a point cuts', () => {
  const written = [...named].map((name) => read(`sql/${name}.sql`)).join('\n');
  expect(tablesOnTheRoad.filter((table) => !new RegExp(`\\b(?:insert into|update) ${table}\\b`, 'i').test(written))).toEqual([]);
});
