import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { type AddField, fieldTypes } from '../../../wire/setup.ts';
import type { SetupWords } from '../../words/setup/words.ts';

/** A field an admin wants calls to carry (MT-28…31). */
export function FieldForm({
  words,
  objects,
  isBusy,
  add,
}: {
  words: SetupWords;
  objects: readonly AddField['object'][];
  isBusy: boolean;
  add: (asked: AddField) => Promise<boolean>;
}) {
  const [object, setObject] = useState<AddField['object']>('activity');
  const [type, setType] = useState<AddField['type']>('multi-picklist');
  const [label, setLabel] = useState('');
  const [name, setName] = useState('');
  async function send() {
    const isBegun = await add({ object, type, label: label.trim(), ...(name.trim() === '' ? {} : { name: name.trim() }) });
    if (!isBegun) return;
    setLabel('');
    setName('');
  }
  return (
    <form
      className="setup-card"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h2>{words.fields.title}</h2>
      <p className="fine">{words.fields.explained}</p>
      <div className="setup-inputs">
        <label>
          <span>{words.fields.label}</span>
          <input className="field" value={label} maxLength={40} required onChange={(event) => setLabel(event.target.value)} />
        </label>
        <label>
          <span>{words.fields.object}</span>
          <select
            className="field"
            value={object}
            onChange={(event) => setObject(objects.find((one) => one === event.target.value) ?? object)}
          >
            {objects.map((one) => (
              <option key={one} value={one}>
                {words.fields.objects[one]}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{words.fields.type}</span>
          <select
            className="field"
            value={type}
            onChange={(event) => setType(fieldTypes.find((one) => one === event.target.value) ?? type)}
          >
            {fieldTypes.map((one) => (
              <option key={one} value={one}>
                {words.fields.types[one]}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{words.fields.name}</span>
          <input
            className="field"
            value={name}
            maxLength={30}
            pattern="[A-Za-z](_?[A-Za-z0-9])*"
            placeholder={words.fields.nameExplained}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
      </div>
      <div className="row row-start">
        <Button className="button" type="submit" isDisabled={isBusy || label.trim() === ''}>
          {words.fields.add}
        </Button>
      </div>
    </form>
  );
}
