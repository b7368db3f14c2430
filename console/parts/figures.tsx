/** What it is, how it is shown, and how it is spoken where that differs. */
export type Figure = readonly [label: string, value: string, spoken?: string];

/** A row of figures; what has no value isn't shown. */
export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className="figures">
      {figures
        .filter(([, value]) => value !== '')
        .map(([label, value, spoken]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              {spoken ? (
                <>
                  <span aria-hidden="true">{value}</span>
                  <span className="for-ears">{spoken}</span>
                </>
              ) : (
                <bdi>{value}</bdi>
              )}
            </dd>
          </div>
        ))}
    </dl>
  );
}
