/** A signal as JSON, and the call it is about. */
export type WaitingSignal = { readonly call: string; readonly text: string };
/** What was given up, so that somebody hears of it. */
export type GivenUp = { readonly calls: readonly string[]; readonly signals: number };
export type WaitingBounds = { readonly signals: number; readonly characters: number };
export type WaitingSignals = {
  /** Takes a signal in. Gives what had to go for it. */
  add(signal: WaitingSignal): GivenUp | undefined;
  /** The oldest, in order: at most so many, and so many characters unless the first alone has more. They are no longer here then. */
  take(signals: number, characters: number): WaitingSignal[];
  readonly count: number;
};

/** Room is made for more than one signal, so that it isn't made again for each. */
const shareGivenUp = 0.05;

/**
 * Signals nobody has taken yet, bounded. When they are too many, whole calls go, those heard first: half of a call told wrong is worse
 * than a call that is missing and said to be, and what people talk on now matters more than what is over.
 */
export function openWaitingSignals(bounds: WaitingBounds): WaitingSignals {
  let queue: WaitingSignal[] = [];
  let characters = 0;

  const makeRoom = (): GivenUp => {
    const goal = { signals: bounds.signals * (1 - shareGivenUp), characters: bounds.characters * (1 - shareGivenUp) };
    const byCall = Map.groupBy(queue, ({ call }) => call); // in the order in which calls were first heard
    const newest = queue.at(-1)!.call;
    const calls: string[] = [];
    let [signals, kept] = [queue.length, characters];
    for (const [call, its] of byCall) {
      if (signals <= goal.signals && kept <= goal.characters) break;
      if (call === newest && calls.length > 0) continue;
      calls.push(call);
      signals -= its.length;
      kept -= its.reduce((sum, { text }) => sum + text.length, 0);
    }
    const gone = new Set(calls);
    const before = queue.length;
    queue = queue.filter(({ call }) => !gone.has(call));
    characters = kept;
    return { calls, signals: before - queue.length };
  };

  return {
    add(signal) {
      queue.push(signal);
      characters += signal.text.length;
      return queue.length > bounds.signals || characters > bounds.characters ? makeRoom() : undefined;
    },
    take(signals, most) {
      let [count, length] = [0, 0];
      for (const { text } of queue) {
        if (count === signals || (count > 0 && length + text.length > most)) break;
        count += 1;
        length += text.length;
      }
      characters -= length;
      return queue.splice(0, count);
    },
    get count() {
      return queue.length;
    },
  };
}
