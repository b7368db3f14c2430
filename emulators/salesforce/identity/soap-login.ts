import type { Answer } from '../call.ts';
import { notImplemented } from '../errors.ts';

// SOAP login(), which ends: gone from version 65 on, off by default before, and retired altogether in Summer '27 [D Help 005132110].

/** From this version on there is no login() [C forcedotcom/wsc#363]. */
const withoutLogin = 65;

/** Whether a path is the enterprise or the partner API's, with the version asked for. */
export function soapVersion(path: string): { readonly api: 'c' | 'u'; readonly version: number } | undefined {
  const [, api, version] = /^\/services\/Soap\/([cu])\/(\d+)(?:\.\d)?(?:\/\w*)?$/.exec(path) ?? [];
  return api === undefined ? undefined : { api: api === 'u' ? 'u' : 'c', version: Number(version) };
}

/** The answer of /services/Soap/u and /c: a fault for login(), 501 for the rest. */
export function soapLogin(
  { api, version }: { readonly api: 'c' | 'u'; readonly version: number },
  body: string,
  versions: { readonly oldest: number; readonly newest: number },
): Answer {
  if (version < versions.oldest || version > versions.newest)
    return fault(api, 'UnexpectedErrorFault', 'UNSUPPORTED_API_VERSION', 'Invalid Api version specified on URL');
  const operation = /<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?(\w+)/.exec(body)?.[1];
  if (operation !== 'login') throw notImplemented(`SOAP ${operation ?? 'without a body'} on /services/Soap/${api}`);
  if (version >= withoutLogin)
    return fault(
      api,
      'LoginFault',
      'INVALID_OPERATION',
      `The SOAP Login operation is not available in the API version specified (${version}.0). Refer to the documentation for supported versions.`,
    );
  return fault(
    api,
    'LoginFault',
    'INVALID_OPERATION',
    'SOAP API login() is disabled by default in this org. Contact the org administrator to enable SOAP API login().',
  );
}

/** Texts [C forcedotcom/wsc#363, OpenFn/adaptors#1715]; the envelope [D SOAP API guide, API fault element]. */
function fault(api: 'c' | 'u', type: string, code: string, message: string): Answer {
  const namespace = `urn:fault.${api === 'u' ? 'partner' : 'enterprise'}.soap.sforce.com`;
  const body = `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="${namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault><faultcode>sf:${code}</faultcode><faultstring>${code}: ${message}</faultstring><detail><sf:${type} xsi:type="sf:${type}"><sf:exceptionCode>${code}</sf:exceptionCode><sf:exceptionMessage>${message}</sf:exceptionMessage></sf:${type}></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>`;
  return { status: 500, body, headers: { 'content-type': 'text/xml; charset=utf-8' } };
}
