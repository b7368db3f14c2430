/** One of several, with what it means. */
export function Choice({
  group,
  name,
  explained,
  isChosen,
  choose,
}: {
  group: string;
  name: string;
  explained?: string;
  isChosen: boolean;
  choose: () => void;
}) {
  return (
    <label className="choice">
      <input type="radio" name={group} checked={isChosen} onChange={choose} />
      <span>
        <strong>{name}</strong>
        {explained !== undefined && <span className="fine">{explained}</span>}
      </span>
    </label>
  );
}
