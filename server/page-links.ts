import type { Line } from './pipeline.ts';
import { heldName } from './recordings/name.ts';

/** Our permanent pages (S3); none without a public https address. */
export const pageLinks = (publicUrl: string | undefined): Pick<Line, 'callLink' | 'recordingLink'> => ({
  callLink: ({ id }) => (publicUrl === undefined ? undefined : `${publicUrl}/calls/${id}`),
  recordingLink(url) {
    const name = heldName(url);
    return name === undefined || publicUrl === undefined ? undefined : `${publicUrl}/recordings/${name}`;
  },
});
