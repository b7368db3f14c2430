import { ProgressBar } from 'react-aria-components/ProgressBar';
import type { Reading } from '../book.ts';

/** How far a reading is, as a bar below its words. Ears hear both from the bar, whose children are its picture. */
export function ReadingBar({ reading: { what, progress, share }, children }: { reading: Reading; children: string }) {
  return (
    <ProgressBar className="reading" aria-label={what} valueLabel={progress} value={share ?? 0} isIndeterminate={share === undefined}>
      <span className="reading-words">{children}</span>
      <span className="reading-track">
        <span
          className={share === undefined ? 'reading-unknown' : 'reading-done'}
          style={share === undefined ? {} : { width: `${share}%` }}
        />
      </span>
    </ProgressBar>
  );
}
