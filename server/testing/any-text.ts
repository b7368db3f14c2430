import fc from 'fast-check';

/** Any code point but halves of surrogate pairs: what `unit: 'binary'` gives, without the second that fast-check takes to list them all. */
const codePoint = fc.integer({ min: 0, max: 0x10ffff - 0x800 }).map((code) => String.fromCodePoint(code < 0xd800 ? code : code + 0x800));

/** Any text at all, such as no keyboard types. */
export const anyText = (length: { readonly maxLength?: number } = {}): fc.Arbitrary<string> => fc.string({ unit: codePoint, ...length });
