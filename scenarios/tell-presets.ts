import { defaultPolicy, parsePolicy } from '../server/decide/policy.ts';
import { presetNames, withPreset } from '../server/policy/presets.ts';
import { sayDifference } from '../server/simulate/differences.ts';
import { compare, sideOf } from '../server/simulate/tally.ts';
import type { Tried } from '../server/simulate/try-call.ts';
import type { WantedRecord } from '../server/store/simulate-store.ts';
import type { Line } from '../server/testing/line.ts';
import type { Names } from './names.ts';
import { cutId } from './tell-story.ts';

const ever = { fromMs: 0, toMs: Date.parse('2100-01-01T00:00:00Z') };

/**
 * What the org would hold of a story's calls under each preset, in the order they began, and by which rule: tried, not played. Presets that come
 * to the same are told once. Throws where the policy in force, tried on what it decided itself, comes to something else.
 */
export async function tellPresets(line: Line, names: Names): Promise<string> {
  const newest = await line.admin.policies.newest(line.org);
  const version = newest?.version ?? 0;
  const tellings: { readonly heading: string; readonly lines: readonly string[] }[] = [];
  const inForce = await tryAll(line, names, newest ? parsePolicy(newest.document) : defaultPolicy('en'), version);
  for (const name of presetNames) {
    const { lines } = await tryAll(line, names, parsePolicy(withPreset(newest?.document, name).document));
    tellings.push({ heading: name, lines });
  }
  if (inForce.untrue.length > 0)
    throw new Error(`Tried again, the policy in force comes to something else:\n${inForce.untrue.map((one) => `  ${one}`).join('\n')}`);
  const alike = Map.groupBy(tellings, ({ lines }) => lines.join('\n'));
  const same = inForce.lines.join('\n');
  return (
    [...alike]
      .map(([text, together]) => {
        const heading = together.map((one) => one.heading).join(', ');
        return text === same ? `${heading}: as the policy in force\n${text}` : `${heading}\n${text}`;
      })
      .join('\n\n') + '\n'
  );
}

/** `untrue`: what this version decided itself and would not decide again. */
async function tryAll(line: Line, names: Names, policy: ReturnType<typeof parsePolicy>, version?: number) {
  const lines: string[] = [];
  const untrue: string[] = [];
  for await (const some of line.simulator.each(line.org, ever, { policy, book: 'then' }))
    for (const { stored, tried } of some) {
      const call = cutId(stored.due.externalId);
      if (typeof tried === 'string') {
        lines.push(`  ${call}  ${tried}`);
        continue;
      }
      lines.push(...sayTried(call, tried, names));
      if (version === undefined || stored.decided?.policyVersion !== version) continue;
      const { differs, differences, before, after } = compare(stored, tried);
      if (differs)
        untrue.push(
          `${call}: ${before.is} by ${before.rule}, ${after.is} by ${after.rule}`,
          ...differences.map((one) => sayDifference(one)),
        );
    }
  return { lines, untrue };
}

function sayTried(call: string, { decision, wants }: Tried, names: Names): string[] {
  const { is, rule, because } = sideOf({ verdict: decision.verdict, trace: decision.trace, wants });
  return [
    `  ${call}  ${is} by “${rule}”${because === undefined ? '' : `: ${names.inText(because)}`}`,
    ...wants.map((want) => `    ${names.inText(sayRecord(want))}`),
  ].map((line) => line.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '�').trimEnd());
}

function sayRecord({ role, qualifier, record }: WantedRecord): string {
  const as = qualifier ? `${role} ${qualifier}` : role;
  if (record.kind !== 'activity')
    return `${as}: ${record.kind}${'name' in record ? ` ${record.name}` : ''}${'ownerId' in record ? `, ${sayOwner(record.ownerId)}` : ''}`;
  // what it hangs on of its own making stands beside it
  const isOwn = (id: string) => /^new (?:case|opportunity) /.test(id);
  const about = [record.who, record.what].flatMap((one) =>
    one && !isOwn(one.id) ? [one.id.startsWith('new ') ? `<${one.id}>` : one.id] : [],
  );
  return [
    `${as}: ${record.status}`,
    sayOwner(record.ownerId),
    `due ${record.dueDate}`,
    ...(about.length > 0 ? [`about ${about.join(' and ')}`] : []),
    `“${record.subject.slice(0, 80)}”`,
  ].join(', ');
}
const sayOwner = (id: string | undefined) => id ?? 'no owner';
