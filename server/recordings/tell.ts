import { heldAddress } from './name.ts';
import type { Recording, Shelf } from './shelf.ts';

/** Takes a delivery in as the door does; resolves when its bytes are durable. */
export type Hand = (recording: Recording, deliveryId: string, body: Uint8Array) => Promise<void>;

const atOnce = 100;

/**
 * Tells calls of recordings that came in, by the road of every other fact: a delivery. A recording may be here before its call. A kill between handing over and noting it
 * tells the same delivery again, and twice is once. Gives how many were told.
 */
export async function tellCalls(shelf: Shelf, hand: Hand): Promise<number> {
  const untold = await shelf.untold(atOnce);
  for (const recording of untold) {
    await hand(recording, `cordboard-recording/${recording.name}/${recording.version}`, bodyOf(recording.source, recording));
    await shelf.told(recording);
  }
  return untold.length;
}

/** What the source of this connection reads. A source without a form of its own reads generic events. */
export function bodyOf(source: string, recording: Recording): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(source === 'asterisk' ? asSignal(recording) : asEvent(recording)));
}

const seconds = ({ media }: Recording) => (media?.seconds === undefined ? {} : { seconds: media.seconds });

/** sources/generic-webhook: a version is an event of its own, so that it replaces the one before and repeats itself exactly. */
const asEvent = (recording: Recording) => ({
  version: 1,
  events: [
    {
      id: `cordboard-recording/${recording.name}/${recording.version}`,
      type: recording.kind === 'voicemail' ? 'call.voicemail' : 'call.recording',
      call: recording.call,
      at: recording.storedAtMs,
      data: {
        ...(recording.kind === 'voicemail' ? {} : { recordingId: recording.recordingId }),
        url: heldAddress(recording.name),
        ...seconds(recording),
      },
    },
  ],
});

/** sources/asterisk: a signal like those its listener hands over. */
const asSignal = (recording: Recording) => ({
  version: 1,
  pbx: '',
  signals: [
    {
      Event: 'CordboardRecording',
      at: recording.storedAtMs,
      n: 0,
      call: recording.call,
      recordingId: recording.recordingId,
      kind: recording.kind,
      url: heldAddress(recording.name),
      bytes: recording.bytes,
      sha256: recording.sha256,
      ...seconds(recording),
    },
  ],
});
