/** Fields and what they hold. Empty ones are left out: a record has dozens. */
export function Fields({ fields }: { fields: Readonly<Record<string, unknown>> }) {
  const held = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return (
    <dl className="fields">
      {held.map(([name, value]) => (
        <div key={name}>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>
            <bdi>{inText(value)}</bdi>
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
