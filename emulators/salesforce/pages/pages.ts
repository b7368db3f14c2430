import { readId } from '../ids.ts';
import type { OrgState } from '../org-state.ts';
import { isListed, listPath, titleOf } from './fields.ts';
import { homeBody } from './home.ts';
import { document, html, type Html, type Page } from './html.ts';
import { listBody } from './list.ts';
import { recordBody, relatedBody, relationsOf } from './record.ts';
import { setupBody, setupPath } from './setup.ts';

// What a person sees of the org, at the addresses the real one has. Plain HTML: no script at all runs here.

const inTabs = ['Account', 'Contact', 'Lead', 'Opportunity', 'Case', 'Task'];

export function page(org: OrgState, path: string, query: URLSearchParams): Page {
  const { schema } = org.store;
  const tabs = [
    { href: '/', name: 'Home' },
    ...schema.objects
      .filter((object) => inTabs.includes(object.name))
      .map((object) => ({ href: listPath(object), name: object.labelPlural })),
    { href: setupPath, name: 'Setup' },
    { href: `${org.addresses.control}/log`, name: 'Request log' },
  ];
  const shown = (title: string, body: Html, at: string, kind?: 'record'): Page => ({
    status: 200,
    text: document({ title, body, tabs, at, ...(kind ? { kind } : {}) }),
  });

  if (/^\/(?:lightning\/?(?:page\/home\/?)?)?$/.test(path)) return shown('Home', homeBody(org), '/');
  const list = /^\/lightning\/o\/(\w+)\/(?:list|home)\/?$/.exec(path);
  const ofList = list && schema.find(list[1] ?? '');
  if (ofList && isListed(ofList)) return shown(ofList.labelPlural, listBody(org.store, ofList, query), listPath(ofList));
  const setup = /^\/lightning\/setup(?:\/(\w+)(?:\/home)?)?\/?$/.exec(path);
  const ofSetup = setup && setupBody(org, setup[1] ?? 'SetupOneHome');
  if (ofSetup) return shown(ofSetup.title, ofSetup.body, setupPath);

  const parts = /^\/(?:lightning\/r\/(?:\w+\/)?)?([A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?)(?:\/related\/(\w+)\.(\w+))?(?:\/view)?\/?$/.exec(
    path,
  );
  const id = readId(parts?.[1] ?? '');
  const object = id === undefined ? undefined : schema.ofId(id);
  const row = object && id !== undefined ? org.store.get(object, id) : undefined;
  if (object && row) {
    if (parts?.[2] === undefined) return shown(titleOf(object, row), recordBody(org, object, row), listPath(object), 'record');
    const relation = relationsOf(org.store, object).find(({ child, field }) => child.name === parts[2] && field.name === parts[3]);
    if (relation) return shown(relation.child.labelPlural, relatedBody(org, object, row, relation, query), listPath(object));
  }
  return {
    status: 404,
    text: document({
      title: 'Not here',
      tabs,
      body: html`<div class="head">
        <h1>There is no such page</h1>
        <p>The record may never have been here. Records in the recycle bin can still be opened.</p>
      </div>`,
    }),
  };
}
