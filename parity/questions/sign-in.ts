import { area, get, post, type Step } from '../question.ts';

const learn = area('sign-in');
const form = (path: string, fields: string): Step =>
  post(`/services/oauth2/${path}`, fields, { anonymous: true, headers: { 'content-type': 'application/x-www-form-urlencoded' } });

/** How a sign-in is refused. Nobody's password is tried, and no refusal counts against a user. */
export const signIn = [
  learn('unknown-app', 'error names and texts', 'a client id that is none', [
    form('token', 'grant_type=client_credentials&client_id=none&client_secret=none'),
  ]),
  learn(
    'wrong-secret',
    'wrong secret: 401',
    'a wrong secret',
    [form('token', 'grant_type=client_credentials&client_id=<client-id>&client_secret=wrong')],
    { needs: ['client'] },
  ),
  learn('unknown-grant', 'error names and texts', 'a grant type that is none', [form('token', 'grant_type=none&client_id=<client-id>')], {
    needs: ['client'],
  }),
  learn('no-grant', 'error names and texts', 'no grant type at all', [form('token', 'client_id=none')]),
  learn(
    'bad-refresh-token',
    'error names and texts',
    'a refresh token that is none',
    [form('token', 'grant_type=refresh_token&client_id=<client-id>&client_secret=<client-secret>&refresh_token=none')],
    { needs: ['client'] },
  ),
  learn(
    'bad-code',
    'authorization code: 15 minutes',
    'an authorization code that is none',
    [
      form(
        'token',
        'grant_type=authorization_code&client_id=<client-id>&client_secret=<client-secret>&code=none&redirect_uri=http%3A%2F%2Flocalhost',
      ),
    ],
    { needs: ['client'] },
  ),
  learn('bad-assertion', 'JWT bearer: "audience is invalid"', 'an assertion that is none', [
    form('token', 'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=none'),
  ]),
  learn('revoke-nothing', 'revoke: 400 `invalid_token`', 'revoking what is no token', [form('revoke', 'token=none')]),
  learn('userinfo', 'userinfo: keys', 'what userinfo tells', [get('/services/oauth2/userinfo', { view: 'shape' })]),
  learn('userinfo-without', 'identity URL and userinfo: 403', 'userinfo with a session that is none', [
    get('/services/oauth2/userinfo', { anonymous: true, headers: { authorization: 'Bearer none' } }),
  ]),
];
