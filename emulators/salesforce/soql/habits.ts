import type { Store, Value } from '../store.ts';
import type { Calendar } from './date-literals.ts';
import type { Manner } from './functions.ts';

export type Habits = { readonly calendar: Calendar; readonly manner: Manner };

/** How days and numbers are to a user: by his zone and locale, and by the org's fiscal year and currency. */
export function habitsOf(store: Store, userId: string, zone: string, nowMs: number): Habits {
  const user = store.get(store.schema.named('User'), userId);
  const [organization] = store.select('SELECT * FROM "Organization" LIMIT 1');
  const locale = localeOf(user?.['LocaleSidKey']);
  return {
    calendar: {
      nowMs,
      zone,
      weekStart: locale.getWeekInfo().firstDay,
      fiscalStart: Number(organization?.['FiscalYearStartMonth'] ?? 1),
    },
    manner: { locale: locale.toString(), currency: String(organization?.['DefaultCurrencyIsoCode'] ?? 'USD') },
  };
}

/** Salesforce writes en_US where others write en-US; what nobody knows is English. */
function localeOf(key: Value | undefined): Intl.Locale {
  try {
    return new Intl.Locale((typeof key === 'string' ? key : 'en_US').replaceAll('_', '-'));
  } catch (cause) {
    if (cause instanceof RangeError) return new Intl.Locale('en-US');
    throw cause;
  }
}
