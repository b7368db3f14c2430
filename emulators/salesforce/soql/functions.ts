import type { Field } from '../schema.ts';
import type { Value } from '../store.ts';
import { isText } from '../values.ts';
import type { Calendar } from './date-literals.ts';
import { isAggregatable, isNumber, madeField } from './names.ts';
import type { Column } from './compare.ts';

// What the functions of SOQL make of a field [D SOQL reference, date functions, FORMAT, toLabel, aggregate functions].

/** How whoever asks reads: `en-US`, and the org's currency. */
export type Manner = { readonly locale: string; readonly currency: string };

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** The SQL of a date function, or undefined when the field is no date. `inZone`: the field stood in convertTimezone(). */
export function dateFunction(name: string, { sql, field }: Column, inZone: boolean, { zone, fiscalStart }: Calendar): Column | undefined {
  if (field.type !== 'date' && field.type !== 'datetime') return undefined;
  // "Client applications return dateTime field values as Coordinated Universal Time" [D]
  const seconds = inZone ? `wall_ms(${sql}, ${text(zone)}) / 1000` : `${sql} / 1000`;
  const moment = field.type === 'datetime' ? `${seconds}, 'unixepoch'` : sql;
  const part = (format: string) => `CAST(strftime('${format}', ${moment}) AS INTEGER)`;
  const made = (made: string): Column => ({ sql: made, field: madeField(name, 'int') });
  const fiscalMonth = `((${part('%m')} + ${12 - fiscalStart}) % 12 + 1)`;
  switch (name) {
    case 'CALENDAR_YEAR':
      return made(part('%Y'));
    case 'CALENDAR_QUARTER':
      return made(`(${part('%m')} + 2) / 3`);
    case 'CALENDAR_MONTH':
      return made(part('%m'));
    case 'DAY_IN_MONTH':
      return made(part('%d'));
    case 'DAY_IN_WEEK': // "1 for Sunday, 7 for Saturday"
      return made(`${part('%w')} + 1`);
    case 'DAY_IN_YEAR':
      return made(part('%j'));
    case 'WEEK_IN_MONTH': // "The first week is from the first through the seventh day of the month"
      return made(`(${part('%d')} + 6) / 7`);
    case 'WEEK_IN_YEAR': // "The first week is from January 1 through January 7"
      return made(`(${part('%j')} + 6) / 7`);
    case 'FISCAL_MONTH':
      return made(fiscalMonth);
    case 'FISCAL_QUARTER':
      return made(`(${fiscalMonth} + 2) / 3`);
    case 'FISCAL_YEAR': // a fiscal year has the name of the year it ends in [K, the default]
      return made(fiscalStart === 1 ? part('%Y') : `${part('%Y')} + (${part('%m')} >= ${fiscalStart})`);
    case 'HOUR_IN_DAY':
      return field.type === 'datetime' ? made(part('%H')) : undefined;
    case 'DAY_ONLY':
      return field.type === 'datetime' ? { sql: `date(${moment})`, field: madeField(name, 'date') } : undefined;
    default:
      return undefined;
  }
}

/** FORMAT(): as the user's locale writes it. "4/10/2025, 3:31 PM", "$44,000.00" [D]. */
export function formatted(field: Field, { locale, currency }: Manner, zone: string): (value: Value) => unknown {
  const date: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'numeric', day: 'numeric' };
  const say = (value: string | number): string => {
    switch (field.type) {
      case 'date':
        return new Intl.DateTimeFormat(locale, { ...date, timeZone: 'UTC' }).format(Date.parse(String(value)));
      case 'datetime':
        return new Intl.DateTimeFormat(locale, { ...date, hour: 'numeric', minute: '2-digit', timeZone: zone }).format(Number(value));
      case 'currency':
        return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(Number(value));
      case 'percent':
        return new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: field.scale }).format(Number(value) / 100);
      default:
        return new Intl.NumberFormat(locale, {
          minimumFractionDigits: field.scale,
          maximumFractionDigits: Math.max(3, field.scale),
        }).format(Number(value));
    }
  };
  // Unicode's narrow space before "PM" is a plain one there [D, the example].
  return (value) => (value === null ? null : say(value).replaceAll('\u202f', ' '));
}
export const isFormattable = (field: Field): boolean => field.type === 'date' || field.type === 'datetime' || isNumber(field);

/**
 * Where picklist values stand in their list: they are sorted by it, MIN and MAX go by it [D SOQL reference, ORDER BY, aggregate
 * functions].
 */
export function picklistRank({ sql, field }: Column): string | undefined {
  if (field.type !== 'picklist' || field.picklist.length === 0) return undefined;
  return `CASE ${sql} ${field.picklist.map((value, place) => `WHEN ${text(value)} THEN ${place}`).join(' ')} ELSE ${field.picklist.length} END`;
}

/** Which fields an aggregate function takes [D SOQL reference, support for field types in aggregate functions]. */
export function takes(name: string, field: Field): boolean {
  if (!isAggregatable(field) || field.type === 'multipicklist') return false;
  return name === 'SUM' || name === 'AVG' ? isNumber(field) : true;
}

export function aggregate(name: string, column: Column): Column {
  const { sql, field } = column;
  switch (name) {
    case 'COUNT':
      return { sql: `COUNT(${sql})`, field: madeField(name, 'int') };
    case 'COUNT_DISTINCT':
      return { sql: `COUNT(DISTINCT ${sql})`, field: madeField(name, 'int') };
    case 'MIN':
    case 'MAX': {
      const rank = picklistRank(column);
      // The rank goes before the value, in a width that sorts as text, and off again.
      if (rank !== undefined) return { sql: `substr(${name}(printf('%06d', ${rank}) || ${sql}), 7)`, field };
      return { sql: `${name}(${sql})${isText(field) ? ' COLLATE NOCASE' : ''}`, field };
    }
    default:
      return { sql: `${name}(${sql})`, field: madeField(name, 'double') };
  }
}
