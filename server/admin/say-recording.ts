import type { CallLine, Recording as Said } from '../../wire/console.ts';
import type { Recording } from '../recordings/shelf.ts';

const at = (ms: number) => new Date(ms).toISOString();

/** A recording in the console's words. `versions`: all of it, the newest first; `shown` is one of them. */
export function sayRecording(shown: Recording, versions: readonly Recording[], call: CallLine | undefined): Said {
  const hold = versions.find((version) => version.hold !== undefined)?.hold;
  return {
    id: shown.name,
    recordingId: shown.recordingId,
    kind: shown.kind,
    shown: shown.version,
    versions: versions.map(({ version, state, storedAtMs, bytes, media, sha256, deleteAfterMs, damage, erasedAtMs, erasedBy }) => ({
      version,
      is: state,
      storedAt: at(storedAtMs),
      bytes,
      ...(media?.seconds === undefined ? {} : { seconds: media.seconds }),
      ...(media ? { codec: media.codec } : {}),
      sha256,
      ...(deleteAfterMs === undefined ? {} : { deleteAfter: at(deleteAfterMs) }),
      ...(damage === undefined ? {} : { damage }),
      ...(erasedAtMs === undefined ? {} : { erasedAt: at(erasedAtMs) }),
      ...(erasedBy === undefined ? {} : { erasedBy }),
    })),
    ...(hold ? { hold } : {}),
    externalCall: shown.call,
    ...(call ? { call } : {}),
  };
}
