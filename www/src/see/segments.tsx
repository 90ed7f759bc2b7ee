// One of a few, side by side.

export interface SegmentsProps<Name extends string> {
  label: string;
  /** Of the group, unique on the page. */
  name: string;
  options: Record<Name, string>;
  value: Name;
  choose: (name: Name) => void;
}

export const Segments = <Name extends string>({ label, name, options, value, choose }: SegmentsProps<Name>) => (
  <fieldset class="segments">
    <legend class="visually-hidden">{label}</legend>
    {(Object.keys(options) as Name[]).map((option) => (
      <label key={option}>
        <input type="radio" name={name} value={option} checked={value === option} onChange={() => choose(option)} />
        <span>{options[option]}</span>
      </label>
    ))}
  </fieldset>
);
