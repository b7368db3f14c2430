import { connectSalesforce } from './salesforce/salesforce.ts';

/** Every CRM Cordboard can write to. To add one: a folder here and a line below. */
export const crms = { salesforce: connectSalesforce };
