import { AddField, Uninstall } from '../../wire/setup.ts';
import { guidePage } from '../connect/guide-page.ts';
import { Refused, Unanswered } from '../crm.ts';
import { type Ctx, type Door, parse } from '../door.ts';
import { refuse } from '../guard.ts';
import type { ConsoleStore } from '../store/console-store.ts';
import { type OrgSetup, SetupRefused, type WhatToDo } from './setup.ts';

export type SetupDoorParts = { readonly setup: OrgSetup; readonly console: Pick<ConsoleStore, 'audit' | 'status'> };

/** What is in the org of this session, what it lacks, and what puts it there. Long work is begun here and followed by asking `/api/org/check`. */
export function setupDoors(parts: SetupDoorParts): readonly Door[] {
  const { setup } = parts;
  const page = guidePage('operate/org.md');
  return [
    ['get', '/docs/org', 'person', (c) => c.body(page.html, 200, { ...page.headers })],
    ['get', '/api/org/check', 'person', (c) => orRefuse(c, async () => c.json(await setup.tell(c.var.visitor.org)))],
    ['post', '/api/org/check', 'person', (c) => orRefuse(c, () => checkAgain(c, parts))],
    ['post', '/api/org/install', 'person', (c) => begin(c, parts, { what: 'install' })],
    ['get', '/api/org/removal', 'person', (c) => orRefuse(c, async () => c.json(await setup.removal(c.var.visitor.org)))],
    ['post', '/api/org/uninstall', 'person', (c) => uninstall(c, parts)],
    ['post', '/api/org/fields', 'person', (c) => addField(c, parts)],
  ];
}

async function checkAgain(context: Ctx, { setup, console }: SetupDoorParts): Promise<Response> {
  const { org, person } = context.var.visitor;
  await console.audit(org, person, 'checked the org', {});
  await setup.check(org);
  return context.json(await setup.tell(org));
}

const begin = (context: Ctx, { setup }: SetupDoorParts, order: WhatToDo): Promise<Response> =>
  orRefuse(context, async () => {
    const { org, person } = context.var.visitor;
    const { job } = await setup.begin(org, order, person);
    return context.json({ job }, 202);
  });

/** Values of the removed fields can't be had back, so the person says which org they mean. */
async function uninstall(context: Ctx, parts: SetupDoorParts): Promise<Response> {
  const asked = await parse(context, Uninstall);
  if (asked instanceof Response) return asked;
  const name = (await parts.console.status(context.var.visitor.org))?.['name'];
  if (asked.confirm !== name)
    return refuse(context, 400, 'unconfirmed', `Confirm with the name of the org, as it stands here: ${String(name)}`);
  return begin(context, parts, { what: 'uninstall' });
}

async function addField(context: Ctx, parts: SetupDoorParts): Promise<Response> {
  const asked = await parse(context, AddField);
  if (asked instanceof Response) return asked;
  return begin(context, parts, { what: 'add-field', add: asked });
}

async function orRefuse(context: Ctx, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SetupRefused) return refuse(context, 409, error.code, error.message);
    if (error instanceof Refused) return refuse(context, 502, error.failure.code, error.failure.message);
    if (error instanceof Unanswered) return refuse(context, 502, 'unanswered', error.message);
    throw error;
  }
}
