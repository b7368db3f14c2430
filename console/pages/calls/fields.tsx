/** A field's name and value in words. */
export type SaidField = { readonly label: string; readonly value: string };

/** Fields and what they hold. Empty ones are left out: a record has dozens. `say`: in words, where it knows the field; else it is shown as it is called. */
export function Fields({
  fields,
  say = () => undefined,
}: {
  fields: Readonly<Record<string, unknown>>;
  say?: (name: string, value: unknown) => SaidField | undefined;
}) {
  const held = Object.entries(fields)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => ({ name, ...(say(name, value) ?? { label: undefined, value: inText(value) }) }));
  return (
    <dl className="fields">
      {held
        .filter(({ value }) => value !== '')
        .map(({ name, label, value }) => (
          <div key={name}>
            <dt>{label ?? <code>{name}</code>}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
    </dl>
  );
}

const inText = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : Array.isArray(value) && value.every((one) => typeof one === 'string')
      ? value.join('\n')
      : JSON.stringify(value);
