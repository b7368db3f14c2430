import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type BookObject,
  type BookPlace,
  type Crm,
  type CrmRecord,
  type FieldValue,
  type Fields,
  Refused,
  Unanswered,
  type WantedActivity,
  type WantedPerson,
} from './crm.ts';
import { hostileTexts } from './testing/hostile.ts';
import { realWorld } from './world.ts';

/** The org behind a Crm, as its people and its troubles reach it: never through the Crm itself. */
export interface OrgBackdoor {
  readonly contact: CrmRecord;
  readonly account: CrmRecord;
  /** Two users who may own records. */
  readonly owners: readonly [string, string];
  /** The living records under this name. */
  named(name: string): Promise<{ readonly id: string; readonly fields: Fields }[]>;
  editAsHuman(id: string, fields: Fields): Promise<void>;
  deleteAsHuman(id: string): Promise<void>;
  /** From now on a rule of the customer's refuses records whose `field` holds `value`. */
  refuse(field: string, value: string): Promise<void>;
  /** The next request is carried out; its answer never arrives. */
  loseNextAnswer(): Promise<void>;
  /** The next request is turned away before it is read, for a reason that passes. */
  turnNextAway(): Promise<void>;
  /** The next row is held by somebody else's change. */
  lockNextRow(): Promise<void>;
  /** The next request is never answered, however long one waits. */
  hangNext(): Promise<void>;
  endSessions(): Promise<void>;
  /** A person of the org makes, changes or deletes a contact. */
  addContact(contact: ContactOfAPerson): Promise<string>;
  editContact(id: string, contact: Partial<ContactOfAPerson>): Promise<void>;
  deleteContact(id: string): Promise<void>;
  /** API calls counted against the allocation so far. */
  calls(): Promise<number>;
  /** What can't be brought about in this org; tests about it are skipped, and say so. */
  readonly cannot?: readonly ('refuse' | 'lockNextRow')[];
}
export type ContactOfAPerson = { readonly lastName: string; readonly mobile: string };
export type CrmKit = {
  readonly crm: Crm;
  readonly org: OrgBackdoor;
  /** The first number for names, where other tests have used some in this org. */
  readonly namesFrom?: number;
  close(): Promise<void>;
};

/** What every CRM promises, tried on an org of its own for each test. Call it in the CRM's test. */
export function crmConformance(title: string, open: () => Promise<CrmKit>): void {
  describe(`the CRM port: ${title}`, () => {
    let kit: CrmKit;
    let crm: Crm;
    let org: OrgBackdoor;
    beforeEach(async () => {
      kit = await open();
      ({ crm, org } = kit);
    });
    afterEach(() => kit.close());

    /** W1's form; the number makes it another. */
    const nameOf = (number: number): string => `cb1${String((kit.namesFrom ?? 0) + number).padStart(40, '0')}`;
    const cannot = (what: NonNullable<OrgBackdoor['cannot']>[number]): boolean => org.cannot?.includes(what) ?? false;

    const world = realWorld();
    const since = world.now();
    const wanted = (more: Partial<WantedActivity> = {}): WantedActivity => ({
      kind: 'activity',
      subject: 'Call with Anna',
      status: 'completed',
      direction: 'inbound',
      ownerId: org.owners[0],
      who: org.contact,
      what: org.account,
      dueDate: '2026-11-21',
      durationSeconds: 61,
      waitSeconds: 4,
      result: 'Answered, vip',
      memo: '',
      system: [],
      callKey: 'c_41',
      link: 'https://cordboard.example/calls/c_41',
      ...more,
    });
    const write = async (...asks: { number: number; id?: string; fields?: Fields; wanted?: WantedActivity }[]) => {
      const writes = asks.map(({ number, id, fields, wanted: one }) => ({
        name: nameOf(number),
        ...(id === undefined ? {} : { id }),
        fields: fields ?? crm.draft(one ?? wanted()),
      }));
      return (await crm.exchange({ reads: [], writes })).writes;
    };
    /** The first write of a call, its id given back. */
    const made = async (number: number, one: WantedActivity = wanted()): Promise<string> => {
      const [answer] = await write({ number, wanted: one });
      if (!answer || 'refused' in answer) throw new Error(`not written: ${JSON.stringify(answer)}`);
      return answer.id;
    };
    const held = async (number: number, id?: string) => {
      const [answer] = (await crm.exchange({ reads: [{ name: nameOf(number), since, ...(id === undefined ? {} : { id }) }], writes: [] }))
        .reads;
      if (!answer || 'failure' in answer) throw new Error(`not read: ${JSON.stringify(answer)}`);
      return answer.held;
    };
    const thrownBy = async (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => 'nothing thrown',
        (error: unknown) => error,
      );

    test('a first write makes the record, whole, under its name', async () => {
      const [answer] = await write({ number: 1 });
      expect(answer).toEqual({ id: expect.any(String), created: true });
      expect(await org.named(nameOf(1))).toMatchObject([{ fields: crm.draft(wanted()) }]);
    });

    test('what is read, by name or by id, is what was written', async () => {
      const id = await made(1);
      for (const found of [await held(1), await held(1, id)])
        expect(found).toMatchObject({ id, deleted: false, doubles: [], fields: crm.draft(wanted()) });
      expect(Object.keys((await held(1))?.fields ?? {})).toEqual(expect.arrayContaining([...crm.shared, crm.textField]));
    });
    test('nobody by that name', async () => expect(await held(404)).toBeUndefined());

    test('text as strangers send it comes back as it was drafted (S3)', async () => {
      const texts = Object.entries(hostileTexts);
      const drafts = texts.map(([, text]) => crm.draft(wanted({ subject: text, result: text, callKey: text, link: text })));
      const answers = await write(
        ...drafts.map((fields, number) => ({ number, fields: { ...fields, [crm.textField]: `a${texts[number]?.[1].slice(0, 20_000)}z` } })),
      );
      const { reads } = await crm.exchange({ reads: drafts.map((_, number) => ({ name: nameOf(number), since })), writes: [] });
      for (const [number, [what]] of texts.entries()) {
        expect({ what, written: answers[number], read: reads[number] }).toMatchObject({
          what,
          written: { created: true },
          read: { held: { fields: { ...drafts[number], [crm.textField]: expect.stringMatching(/^a[^]*z$/) } } },
        });
      }
    });
    test('nor does it find anybody as a name', async () => {
      await made(1);
      for (const [what, name] of Object.entries(hostileTexts)) {
        const answer: unknown = await crm.exchange({ reads: [{ name, since }], writes: [] }).then(
          ({ reads }) => reads[0],
          (error: unknown) => error,
        );
        // A name too long to be looked up is refused in words; none is ever taken for another's.
        if (answer instanceof Error) expect(answer).toBeInstanceOf(Refused);
        else expect({ what, answer }).toEqual({ what, answer: { held: undefined } });
      }
    });

    test('a change goes by id, changes what it names, and makes nothing', async () => {
      const id = await made(1);
      expect(await write({ number: 1, id, fields: { [crm.textField]: 'Recorded.' } })).toEqual([{ id, created: false }]);
      expect(await org.named(nameOf(1))).toMatchObject([{ id, fields: { ...crm.draft(wanted()), [crm.textField]: 'Recorded.' } }]);
    });
    test('an open activity is closed, and a link taken off', async () => {
      const open = wanted({ status: 'open' });
      const id = await made(1, open);
      const done = crm.draft(wanted({ who: undefined, what: undefined }));
      const before = crm.draft(open);
      const changed = Object.fromEntries(Object.entries(done).filter(([field, value]) => before[field] !== value));
      expect(Object.keys(changed)).toHaveLength(3);
      await write({ number: 1, id, fields: changed });
      expect(await held(1, id)).toMatchObject({ fields: done });
    });
    test('what people change is read as they left it', async () => {
      const id = await made(1);
      const theirs: Record<string, FieldValue> = { [crm.textField]: 'I called back.\nTwice.', [crm.shared[0] ?? '']: 'Theirs' };
      await org.editAsHuman(id, theirs);
      expect(await held(1, id)).toMatchObject({ fields: theirs });
    });
    test('what people deleted is told, and neither changed nor made again (W2)', async () => {
      const id = await made(1);
      await org.deleteAsHuman(id);
      expect(await held(1, id)).toMatchObject({ id, deleted: true });
      expect(await write({ number: 1, id, fields: { [crm.textField]: 'late' } })).toMatchObject([{ refused: 'deleted' }]);
      expect(
        await write({ number: 1, id, fields: crm.draft(wanted({ ownerId: org.owners[1] })) }),
        'also when it is to be linked anew',
      ).toMatchObject([{ refused: 'deleted' }]);
      expect(await org.named(nameOf(1))).toEqual([]);
    });

    test('a full exchange is one API call, answered in the order asked, reads before writes', async () => {
      const first = await Promise.all([1, 2, 3].map((number) => made(number, wanted({ subject: `Call ${number}` }))));
      const before = await org.calls();
      const reads = Array.from({ length: crm.maxRecords }, (_, at) => ({
        name: nameOf(at),
        since,
        ...(at >= 1 && at <= 2 ? { id: first[at - 1] ?? '' } : {}),
      }));
      const writes = Array.from({ length: crm.maxRecords }, (_, at) => ({
        name: nameOf(at),
        fields: at >= 1 && at <= 3 ? { [crm.textField]: 'after' } : crm.draft(wanted({ subject: `Call ${at}` })),
        ...(at >= 1 && at <= 3 ? { id: first[at - 1] ?? '' } : {}),
      }));
      const answer = await crm.exchange({ reads, writes });
      expect((await org.calls()) - before).toBe(1);
      answer.reads.forEach((read, at) =>
        expect('held' in read && read.held?.id, `read ${at}`).toBe(at >= 1 && at <= 3 ? first[at - 1] : undefined),
      );
      for (const at of [1, 2, 3]) expect(answer.reads[at]).toMatchObject({ held: { fields: { [crm.textField]: null } } });
      for (const [at, row] of answer.writes.entries())
        expect(row, `write ${at}`).toEqual({ id: expect.any(String), created: at < 1 || at > 3 });
      for (const at of [0, 1, 57, crm.maxRecords - 1]) {
        const row = answer.writes[at];
        expect(await org.named(nameOf(at))).toMatchObject([
          { id: row && 'id' in row ? row.id : '', fields: crm.draft(wanted({ subject: `Call ${at}` })) },
        ]);
      }
      expect(answer.wire).toMatchObject({ request: expect.stringMatching(/200 by id|by name/), status: 200 });
    });
    test('nothing asked, nothing sent', async () => {
      const before = await org.calls();
      expect(await crm.exchange({ reads: [], writes: [] })).toMatchObject({ reads: [], writes: [] });
      expect(await org.calls()).toBe(before);
    });

    test('a row refused by the customer’s rule fails alone, with the reason, for an admin', async ({ skip }) => {
      skip(cannot('refuse'), 'no rule can be made in this org');
      const subject = crm.shared[0] ?? '';
      await org.refuse(subject, 'Poison');
      const answers = await write({ number: 1 }, { number: 2, wanted: wanted({ subject: 'Poison' }) }, { number: 3 });
      expect(answers).toMatchObject([{ created: true }, { refused: 'failed', failure: { mendedBy: 'admin' } }, { created: true }]);
      expect(answers[1]).not.toHaveProperty('whole');
      expect(await org.named(nameOf(2))).toEqual([]);
    });
    test('a locked row is a matter of time, and of that row', async ({ skip }) => {
      skip(cannot('lockNextRow'), 'no row can be held in this org');
      await org.lockNextRow();
      expect(await write({ number: 1 }, { number: 2 })).toMatchObject([
        { refused: 'failed', failure: { mendedBy: 'time', retryAfterMs: expect.any(Number) } },
        { created: true },
      ]);
    });
    test('turned away: refused, for a reason that passes, and nothing happened', async () => {
      await org.turnNextAway();
      expect(await thrownBy(write({ number: 1 }))).toMatchObject({ failure: { mendedBy: 'time' } });
      expect(await org.named(nameOf(1))).toEqual([]);
      expect(await write({ number: 1 })).toMatchObject([{ created: true }]);
    });
    test('an answer that never arrives: unanswered, and then it can be known (W4)', async () => {
      await org.loseNextAnswer();
      expect(await thrownBy(write({ number: 1 }))).toBeInstanceOf(Unanswered);
      const [there] = await org.named(nameOf(1));
      expect(await held(1)).toMatchObject({ id: there?.id, fields: crm.draft(wanted()) });
    });
    test('who gives up waiting doesn’t know either', async () => {
      await org.hangNext();
      const stop = new AbortController();
      const waiting = thrownBy(crm.exchange({ reads: [], writes: [{ name: nameOf(1), fields: crm.draft(wanted()) }] }, stop.signal));
      void world.sleep(50).then(() => stop.abort());
      expect(await waiting).toBeInstanceOf(Unanswered);
    });
    test('a session that ended is nobody’s business', async () => {
      await org.endSessions();
      expect(await write({ number: 1 })).toMatchObject([{ created: true }]);
      expect(await org.named(nameOf(1))).toHaveLength(1);
    });

    test('the same first write again meets its record; in reduced form a double is told', async () => {
      const id = await made(1);
      const [again] = await write({ number: 1 });
      if (crm.form === 'unique') {
        // A CRM may refuse what can be set at creation only; then it says "exists" and the name leads to the record.
        if (again && 'refused' in again) expect(again).toMatchObject({ refused: 'exists' });
        else expect(again).toEqual({ id, created: false });
        expect(await held(1)).toMatchObject({ id });
        expect(await org.named(nameOf(1))).toHaveLength(1);
      } else {
        expect(again).toMatchObject({ created: true });
        const found = await held(1);
        const both = [found?.id, ...(found?.doubles ?? [])];
        expect(new Set(both)).toEqual(new Set((await org.named(nameOf(1))).map((record) => record.id)));
        expect(both).toContain(id);
        expect(both).toHaveLength(2);
      }
    });
    test('two first writes at once make one record, where names are unique', async () => {
      if (crm.form !== 'unique') return;
      const answers = (await Promise.all([write({ number: 1 }), write({ number: 1 }), write({ number: 1 })])).flat();
      const records = await org.named(nameOf(1));
      expect(records).toHaveLength(1);
      for (const answer of answers) if (!('refused' in answer)) expect(answer.id).toBe(records[0]?.id);
      for (const answer of answers) if ('refused' in answer) expect(answer.refused).toBe('exists');
      expect(answers.filter((answer) => 'created' in answer && answer.created)).toHaveLength(1);
    });

    test('what a change locks is told by id; a finished call, newly made, locks nobody', async () => {
      expect(crm.locks(crm.draft(wanted()), true)).toEqual([]);
      expect(crm.locks(crm.draft(wanted({ status: 'open' })), true)).toEqual(expect.arrayContaining([org.contact.id, org.account.id]));
      await made(1);
      expect(crm.locks((await held(1))?.fields ?? {}, false)).toEqual(expect.arrayContaining([org.contact.id, org.account.id]));
    });
    test('users, and which of them we are', async () => {
      const users = await crm.users();
      for (const owner of org.owners)
        expect(users.find((user) => user.id === owner)).toMatchObject({
          active: true,
          email: expect.stringContaining('@'),
          zone: expect.stringContaining('/'),
        });
      expect((await crm.self()).id).toMatch(/\w+/);
      expect(new Set(users.map((user) => user.id)).size).toBe(users.length);
    });
    test('queues, each with what it takes', async () => {
      const queues = await crm.queues();
      expect(new Set(queues.map(({ id }) => id)).size).toBe(queues.length);
      for (const { id, name, takes } of queues) expect([id !== '', name !== '', takes.length > 0]).toEqual([true, true, true]);
    });
    test('the allocation is known after the first answer', async () => {
      await made(1);
      const usage = crm.usage();
      expect(usage?.used).toBeGreaterThan(0);
      expect(usage?.max).toBeGreaterThanOrEqual(usage?.used ?? Number.POSITIVE_INFINITY);
    });
    test('a record has a page', async () => expect(new URL(crm.recordUrl(await made(1))).pathname).toContain((await held(1))?.id));

    describe('the book', () => {
      const contacts = async () => {
        const [object] = await crm.book.objects(['contact']);
        if (!object || !('fields' in object)) throw new Error(`contacts can't be read: ${JSON.stringify(object)}`);
        return object;
      };
      const everyone = async () => {
        const object = await contacts();
        const all = [];
        for (let after: string | undefined, more = true; more;) {
          const { records, last } = await crm.book.page(object, after);
          all.push(...records);
          [after, more] = [last, last !== undefined];
        }
        return all;
      };
      const changedSince = async (after: BookPlace) => {
        const [answer] = await crm.book.changes([{ object: await contacts(), after }]);
        if (!answer || 'failure' in answer) throw new Error(`not read: ${JSON.stringify(answer)}`);
        return answer;
      };
      const newest = async () => {
        const [stamp] = await crm.book.newest([await contacts()]);
        return { stamp: stamp!, id: '' };
      };

      test('what can be read is told by its fields, what cannot by a sentence', async () => {
        const [known, unknown] = await crm.book.objects(['contact', 'Nothing_Like_It__c']);
        expect(known).toMatchObject({ kind: 'contact', fields: expect.arrayContaining([expect.any(String)]) });
        expect(unknown).toEqual({ kind: 'Nothing_Like_It__c', because: expect.stringMatching(/\w/) });
        const before = await org.calls();
        expect(await crm.book.objects(['Nothing_Like_It__c', 'contact'])).toEqual([unknown, known]);
        expect((await org.calls()) - before).toBe(0); // asked for once a minute, for as long as an admin wants it
        expect(await crm.book.objects(['Another_One__c'])).toEqual([{ kind: 'Another_One__c', because: expect.stringMatching(/\w/) }]);
      });
      test('reading it page by page meets everybody once, with their numbers as written', async () => {
        const id = await org.addContact({ lastName: 'Nowak', mobile: '601 234 567 wew. 12' });
        const all = await everyone();
        expect(new Set(all.map((record) => record.id)).size).toBe(all.length);
        expect(all.length).toBe(await crm.book.count(await contacts()));
        expect(all.find((record) => record.id === id)).toMatchObject({
          kind: 'contact',
          name: expect.stringContaining('Nowak'),
          state: 'there',
          ownerId: expect.any(String),
          phones: [{ field: expect.any(String), written: '601 234 567 wew. 12' }],
        });
      });
      test('what is made, changed and deleted is among the changes, the last of them last', async () => {
        const before = await newest();
        const id = await org.addContact({ lastName: 'Nowak', mobile: '601234567' });
        const other = await org.addContact({ lastName: 'Mazur', mobile: '602234567' });
        await org.editContact(id, { lastName: 'Tanaka' });
        await org.deleteContact(other);
        const { records, last, more } = await changedSince(before);
        const of = (one: string) => records.filter((record) => record.id === one);
        expect(of(id)).toMatchObject([{ name: expect.stringContaining('Tanaka'), state: 'there' }]);
        expect(of(other)).toMatchObject([{ state: 'gone' }]);
        expect(more).toBe(false);
        expect(records.map(({ stamp }) => stamp)).toEqual(records.map(({ stamp }) => stamp).toSorted());
        expect(last).toEqual({ stamp: records.at(-1)?.stamp, id: records.at(-1)?.id });
        expect((await changedSince(last!)).records).toEqual([]);
      });
      test('each question is one API call, several kinds at once too', async () => {
        const objects = (await crm.book.objects(['contact', 'lead', 'account'])).flatMap((object) => ('fields' in object ? [object] : []));
        const before = await org.calls();
        await crm.book.newest(objects);
        await crm.book.changes(objects.map((object) => ({ object, after: { stamp: new Date(0).toISOString(), id: '' } })));
        await crm.book.objects(['contact', 'lead', 'account']);
        expect((await org.calls()) - before).toBe(2);
      });
      test('by id: each as it is, a deleted one too; who was never there isn’t given', async () => {
        const object = await contacts();
        const id = await org.addContact({ lastName: 'Nowak', mobile: '601234567' });
        const other = await org.addContact({ lastName: 'Mazur', mobile: '602234567' });
        await org.deleteContact(other);
        const before = await org.calls();
        const records = await crm.book.byId([
          { object, ids: [id, `${id.slice(0, 8)}ZZZZZZZAAA`] },
          { object, ids: [other] },
        ]);
        expect((await org.calls()) - before).toBe(1);
        expect(records).toMatchObject([
          { id, state: 'there', phones: [{ written: '601234567' }] },
          { id: other, state: 'gone' },
        ]);
        const listed = (await everyone()).find((record) => record.id === id);
        expect(records[0]).toEqual(listed);
      });
      test('as a whole, where that is offered: the same records as page by page', async () => {
        const [object, { whole }] = [await contacts(), crm.book];
        if (!whole) return;
        const job = await whole.begin(object);
        while ((await whole.look(job)) === 'under way') await world.sleep(20);
        const all = [];
        for (let place: string | undefined, more = true; more;) {
          const page = await whole.page(object, job, place);
          if (page === 'lost') throw new Error('it is lost');
          all.push(...page.records);
          [place, more] = [page.next, page.next !== undefined];
        }
        const byId = (records: readonly { readonly id: string }[]) => records.toSorted((a, b) => (a.id < b.id ? -1 : 1));
        expect(byId(all)).toEqual(byId(await everyone()));
        await whole.end(job);
        expect(await whole.page(object, job, undefined)).toBe('lost');
      });
      test('every API call is counted as what it is for', async () => {
        const object = await contacts();
        const [before, calls] = [crm.spent(), await org.calls()];
        await made(1);
        await crm.users();
        await crm.book.page(object, undefined);
        await crm.book.changes([{ object, after: { stamp: new Date(0).toISOString(), id: '' } }]);
        await crm.book.changes([{ object, after: { stamp: new Date(0).toISOString(), id: '' } }], 'stranger');
        await crm.book.byId([{ object, ids: [org.contact.id] }]);
        await crm.readable([{ userId: org.owners[0], ids: [org.contact.id] }]);
        const spent = Object.entries(crm.spent()).flatMap(([purpose, count]) => {
          const more = count - before[purpose as keyof typeof before];
          return more > 0 ? [[purpose, more]] : [];
        });
        expect(Object.fromEntries(spent)).toEqual({ write: 1, users: 1, fill: 1, poll: 1, stranger: 1, events: 1, rights: 1 });
        expect((await org.calls()) - calls).toBe(7);
      });
      test('an org that is away is away, and says so', async () => {
        const object = await contacts();
        await org.turnNextAway();
        expect(await thrownBy(crm.book.page(object, undefined))).toBeInstanceOf(Refused);
      });
    });

    describe('records made for strangers (P1, P2)', () => {
      const person = (more: Partial<WantedPerson> = {}): WantedPerson => ({
        kind: 'lead',
        name: '+48501999888',
        company: 'Missed call',
        phone: '+48501999888',
        ownerId: org.owners[0],
        ...more,
      });
      const make = async (number: number, wanted: WantedPerson) =>
        (await crm.exchange({ reads: [], writes: [{ kind: wanted.kind, name: nameOf(number), fields: crm.draft(wanted) }] })).writes[0];
      const look = async (number: number, kind: WantedPerson['kind']) => {
        const [answer] = (await crm.exchange({ reads: [{ kind, name: nameOf(number), since }], writes: [] })).reads;
        if (!answer || 'failure' in answer) throw new Error(`not read: ${JSON.stringify(answer)}`);
        return answer.held;
      };

      test.each(['lead', 'contact', 'account'] as const)('a %s is made under its name, once, and found by it', async (kind) => {
        if (crm.form !== 'unique') return;
        const first = await make(1, person({ kind }));
        expect(first).toEqual({ id: expect.any(String), created: true });
        expect(await make(1, person({ kind, name: 'Another' }))).toMatchObject({ refused: 'exists' });
        expect(await look(1, kind)).toMatchObject({ id: (first as { id: string }).id, deleted: false });
        expect(await look(2, kind)).toBeUndefined();
      });
      test('one that exists is left as people have made it', async () => {
        if (crm.form !== 'unique') return;
        const made = await make(1, person({ kind: 'contact' }));
        await org.editContact((made as { id: string }).id, { lastName: 'Tanaka' });
        await make(1, person({ kind: 'contact' }));
        const [object] = await crm.book.objects(['contact']);
        const all = await crm.book.page(object as BookObject, undefined);
        expect(all.records.filter(({ id }) => id === (made as { id: string }).id)).toMatchObject([{ name: 'Tanaka' }]);
      });
      test('several at once, of several kinds, beside an activity', async () => {
        if (crm.form !== 'unique') return;
        const kinds = ['lead', 'contact', 'account'] as const;
        const { writes } = await crm.exchange({
          reads: [],
          writes: [
            { name: nameOf(9), fields: crm.draft(wanted()) },
            ...kinds.map((kind, n) => ({ kind, name: nameOf(n), fields: crm.draft(person({ kind })) })),
          ],
        });
        for (const answer of writes) expect(answer).toMatchObject({ created: true });
      });
      test('where names can’t be unique nobody is made, and it says what is missing (W8)', async () => {
        if (crm.form === 'unique') return;
        expect(await make(1, person())).toMatchObject({
          refused: 'failed',
          failure: { mendedBy: 'admin', message: expect.stringMatching(/field/) },
        });
      });
    });

    test('who may see what is asked of several people in one call (B2)', async () => {
      const before = await org.calls();
      const asked = org.owners.map((userId) => ({ userId, ids: [org.contact.id, org.account.id] }));
      expect(await crm.readable(asked)).toEqual(asked.map(({ ids }) => new Set(ids)));
      expect((await org.calls()) - before).toBe(1);
      expect(await crm.readable([{ userId: org.owners[0], ids: ['003000000000000AAA'] }])).toEqual([new Set()]);
    });
  });
}
