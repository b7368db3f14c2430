import { connectSalesforce } from './salesforce/salesforce.ts';
import { salesforceSignIn } from './salesforce/sign-in/web.ts';

/** Every CRM Cordboard can write to. To add one: a folder here and a line in each of these. */
export const crms = { salesforce: connectSalesforce };
/** How people let Cordboard into each of them. */
export const crmSignIns = { salesforce: salesforceSignIn };
