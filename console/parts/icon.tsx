/** Our own strokes, 1.8 px on a grid of 24. They repeat what a word beside them says, so ears skip them. */
const strokes = {
  inbound: 'M18 6 7 17M7 9v8h8',
  outbound: 'M6 18 17 7M9 7h8v8',
  missed: 'M4 8l8 7 8-7M4 8h5M4 8v5',
  voicemail: 'M6.5 15.5a3.5 3.5 0 1 1 0-7 3.5 3.5 0 0 1 0 7zM17.5 15.5a3.5 3.5 0 1 1 0-7 3.5 3.5 0 0 1 0 7zM6.5 15.5h11',
  internal: 'M4 9h14l-4-4M20 15H6l4 4',
  unknown: 'M12 5v9M12 18.5v.5',
  call: 'M6 4h3l1.5 4.5L8.5 10a12 12 0 0 0 5.5 5.5l1.5-2L20 15v3a2 2 0 0 1-2 2A14 14 0 0 1 4 6a2 2 0 0 1 2-2z',
  tune: 'M4 8h9M17 8h3M4 16h3M11 16h9M15 8m-2 0a2 2 0 1 0 4 0 2 2 0 1 0-4 0M9 16m-2 0a2 2 0 1 0 4 0 2 2 0 1 0-4 0',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M14 6l-6 6 6 6',
  away: 'M9 6h9v9M18 6 7 17',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  bar: 'M7 12h10',
  down: 'M7 10l5 5 5-5',
  search: 'M11 17a6 6 0 1 1 0-12 6 6 0 0 1 0 12zM15.5 15.5 20 20',
  again: 'M5 12a7 7 0 0 1 12-5l2 2M19 4v5h-5M19 12a7 7 0 0 1-12 5l-2-2M5 20v-5h5',
  book: 'M5 18.5V5.5A1.5 1.5 0 0 1 6.5 4H18v16H6.5A1.5 1.5 0 0 1 5 18.5a1.5 1.5 0 0 1 1.5-1.5H18M9 8h5',
  download: 'M12 4v11M7.5 11 12 15.5 16.5 11M5 19.5h14',
  warn: 'M12 4.5 21 19H3zM12 10v4M12 16.5v.5',
} as const;
export type IconName = keyof typeof strokes;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={strokes[name]} />
    </svg>
  );
}
