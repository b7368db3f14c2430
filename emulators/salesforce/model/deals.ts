import type { Row, Store, Value } from '../store.ts';
import { wholeSecond } from '../values.ts';

// Opportunities: what their stage and their numbers say, and who is their primary contact.

const number = (value: Value | undefined): number | undefined => (value == null ? undefined : Number(value));

/**
 * The stage gives IsWon, IsClosed, the forecast category and, unless sent along, the probability; amount and probability the expected
 * revenue [D object reference, Opportunity]. A stage in no list is an open one (guessed). The fiscal year is the calendar's.
 */
export function settleDeal(store: Store, before: Row | undefined, row: Row, given: Row, nowMs: number): void {
  const [stage] = store.select('SELECT * FROM "OpportunityStage" WHERE "ApiName" = ?', [row['StageName'] ?? null]);
  const moved = before?.['StageName'] !== row['StageName'];
  row['IsWon'] = stage?.['IsWon'] ?? 0;
  row['IsClosed'] = stage?.['IsClosed'] ?? 0;
  if (moved) {
    if (given['Probability'] == null) row['Probability'] = stage?.['DefaultProbability'] ?? row['Probability'] ?? 0;
    row['ForecastCategory'] = stage?.['ForecastCategory'] ?? row['ForecastCategory'] ?? 'Pipeline';
    if (given['ForecastCategoryName'] == null) row['ForecastCategoryName'] = stage?.['ForecastCategoryName'] ?? 'Pipeline';
    if (before) row['LastStageChangeDate'] = wholeSecond(nowMs);
  }
  const amount = number(row['Amount']);
  row['ExpectedRevenue'] = amount === undefined ? null : Number(((amount * (number(row['Probability']) ?? 0)) / 100).toFixed(2));
  const close = /^(\d{4})-(\d{2})/.exec(String(row['CloseDate'] ?? ''));
  if (!close) return;
  row['FiscalYear'] = Number(close[1]);
  row['FiscalQuarter'] = Math.ceil(Number(close[2]) / 3);
  row['Fiscal'] = `${close[1]} ${Math.ceil(Number(close[2]) / 3)}`;
}

/** A deal has one primary contact: the newest takes it from the others, and the deal names it [D object reference, Opportunity.ContactId]. */
export function shareOfPrimary(store: Store, roleId: string, role: Row): void {
  const deal = role['OpportunityId'] ?? null;
  if (role['IsPrimary'] === 1 && role['IsDeleted'] !== 1)
    store.run('UPDATE "OpportunityContactRole" SET "IsPrimary" = 0 WHERE "OpportunityId" = ? AND "Id" <> ? AND "IsPrimary" = 1', [
      deal,
      roleId,
    ]);
  store.run(
    `UPDATE "Opportunity" SET "ContactId" = (SELECT "ContactId" FROM "OpportunityContactRole" r
      WHERE r."OpportunityId" = "Opportunity"."Id" AND r."IsPrimary" = 1 AND r."IsDeleted" = 0 LIMIT 1) WHERE "Id" = ?`,
    [deal],
  );
}
