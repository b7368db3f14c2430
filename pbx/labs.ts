import { type Lab, openLab, rootOf } from './lab.ts';
import { ensureRoot, ensureRootBeside, type Say, type Suite } from './root.ts';

/** As many PBXs side by side as there are names, none of them in the folder that recordings are made with. */
export async function openLabs(suite: Suite, names: readonly string[], say: Say): Promise<Lab[]> {
  const first = rootOf(suite);
  await ensureRoot(suite, first, say);
  const opened = await Promise.allSettled(
    names.map(async (systemName) => {
      const root = `${first}.${systemName}`;
      await ensureRootBeside(first, root);
      return openLab({ suite, root, systemName, say });
    }),
  );
  const labs = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = opened.find((one) => one.status === 'rejected');
  if (!failed) return labs;
  await Promise.all(labs.map((lab) => lab.stop()));
  throw failed.reason;
}
