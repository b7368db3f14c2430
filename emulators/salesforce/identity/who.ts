import type { Answer } from '../call.ts';
import { notImplemented } from '../errors.ts';
import { readId } from '../ids.ts';
import { organizationId } from '../seed.ts';
import type { Row, Value } from '../store.ts';
import { allows } from './apps.ts';
import type { Identity } from './identity.ts';
import { isActive, userById } from './users.ts';

// Who is signed in, as apps ask for it: userinfo (OpenID Connect) and the identity URL (Salesforce's own).

const newest = '67.0';
const text = (value: Value | undefined): Value => value ?? null;
const instant = (value: Value | undefined): string => new Date(Number(value ?? 0)).toISOString();

/** Milliseconds from UTC, without summer time [C recorded: -28800000 for Los Angeles, in December]. */
function utcOffset(zone: string, nowMs: number): number {
  const year = new Date(nowMs).getUTCFullYear();
  const offsets = [0, 6].map((month) => {
    const named = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
      .formatToParts(new Date(Date.UTC(year, month, 1)))
      .find(({ type }) => type === 'timeZoneName')?.value;
    const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(named ?? '') ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  });
  return Math.min(...offsets);
}

/** Where the org's APIs are. `version` stays a placeholder unless it is asked for. */
function urls(identity: Identity, userId: string, version: string): Record<string, string> {
  const base = identity.instanceUrl();
  const soap = (kind: string) => `${base}/services/Soap/${kind}/${version}/${organizationId.slice(0, 15)}`;
  const rest = `${base}/services/data/v${version}/`;
  return {
    enterprise: soap('c'),
    metadata: soap('m'),
    partner: soap('u'),
    rest,
    sobjects: `${rest}sobjects/`,
    search: `${rest}search/`,
    query: `${rest}query/`,
    recent: `${rest}recent/`,
    tooling_soap: soap('T'),
    tooling_rest: `${rest}tooling/`,
    profile: `${base}/${userId}`,
    feeds: `${rest}chatter/feeds`,
    groups: `${rest}chatter/groups`,
    users: `${rest}chatter/users`,
    feed_items: `${rest}chatter/feed-items`,
    feed_elements: `${rest}chatter/feed-elements`,
    custom_domain: base,
  };
}
const photo = (identity: Identity, size: 'F' | 'T'): string => `${identity.instanceUrl()}/profilephoto/005/${size}`;
const userType = (user: Row): string => String(user['UserType'] ?? 'Standard').toUpperCase();
const address = (user: Row): Record<string, string> =>
  Object.fromEntries(
    [
      ['street_address', user['Street']],
      ['locality', user['City']],
      ['region', user['State']],
      ['postal_code', user['PostalCode']],
      ['country', user['Country']],
    ].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );

/** What OpenID Connect calls the claims of a user: in userinfo and in an ID token. */
export function claimsOf(identity: Identity, userId: string): Record<string, unknown> {
  const user = userById(identity.store, userId) ?? {};
  return {
    sub: identity.idUrl(userId),
    preferred_username: text(user['Username']),
    nickname: text(user['CommunityNickname']),
    name: text(user['Name']),
    email: text(user['Email']),
    email_verified: true,
    given_name: text(user['FirstName']),
    family_name: text(user['LastName']),
    zoneinfo: text(user['TimeZoneSidKey']),
    profile: `${identity.instanceUrl()}/${userId}`,
    picture: photo(identity, 'F'),
    ...(typeof user['MobilePhone'] === 'string' ? { phone_number: user['MobilePhone'] } : {}),
    address: address(user),
    locale: text(user['LocaleSidKey']),
    updated_at: instant(user['LastModifiedDate']),
  };
}

export function userinfo(identity: Identity, userId: string): Answer {
  const user = userById(identity.store, userId) ?? {};
  return {
    status: 200,
    body: {
      ...claimsOf(identity, userId),
      user_id: userId,
      organization_id: organizationId,
      photos: { picture: photo(identity, 'F'), thumbnail: photo(identity, 'T') },
      urls: urls(identity, userId, '{version}'),
      active: isActive(user),
      user_type: userType(user),
      language: text(user['LanguageLocaleKey']),
      utcOffset: utcOffset(String(user['TimeZoneSidKey'] ?? 'UTC'), identity.now()),
      is_app_installed: true,
      is_salesforce_integration_user: false,
    },
  };
}

/** A refusal of userinfo or an identity URL: a word of plain text. */
export const plainly = (status: number, word: string): Answer => ({ status, body: word, headers: { 'content-type': 'text/plain' } });

/**
 * GET /id/<org>/<user>. One's own, or with `api` or `full` that of another user of the org [D Help, identity URLs]. `version` fills the
 * addresses in: a number or `latest`.
 */
export function identityUrl(
  identity: Identity,
  path: { readonly org: string; readonly user: string },
  by: { readonly userId: string; readonly scopes: readonly string[] },
  query: URLSearchParams,
): Answer {
  if (readId(path.org) !== organizationId) return plainly(403, 'Wrong_Org');
  if (query.has('callback')) throw notImplemented('identity URLs with callback (JSONP)');
  const user = userById(identity.store, path.user);
  if (!user) return plainly(404, 'Bad_Id');
  const userId = String(user['Id']);
  if (userId !== by.userId && !allows(by.scopes, 'api')) return plainly(403, 'Bad_OAuth_Token');
  if (!isActive(user)) return plainly(404, 'Inactive');
  const asked = query.get('version');
  const version = asked === null ? '{version}' : asked === 'latest' ? newest : asked;
  return {
    status: 200,
    body: {
      id: identity.idUrl(userId),
      asserted_user: userId === by.userId,
      user_id: userId,
      organization_id: organizationId,
      username: text(user['Username']),
      nick_name: text(user['CommunityNickname']),
      display_name: text(user['Name']),
      email: text(user['Email']),
      email_verified: true,
      first_name: text(user['FirstName']),
      last_name: text(user['LastName']),
      timezone: text(user['TimeZoneSidKey']),
      photos: { picture: photo(identity, 'F'), thumbnail: photo(identity, 'T') },
      addr_street: text(user['Street']),
      addr_city: text(user['City']),
      addr_state: text(user['State']),
      addr_country: text(user['Country']),
      addr_zip: text(user['PostalCode']),
      mobile_phone: text(user['MobilePhone']),
      mobile_phone_verified: false,
      is_lightning_login_user: false,
      status: { created_date: null, body: null },
      urls: urls(identity, userId, version),
      active: true,
      user_type: userType(user),
      language: text(user['LanguageLocaleKey']),
      locale: text(user['LocaleSidKey']),
      utcOffset: utcOffset(String(user['TimeZoneSidKey'] ?? 'UTC'), identity.now()),
      last_modified_date: instant(user['LastModifiedDate']).replace('Z', '+0000'),
      is_app_installed: true,
    },
  };
}
