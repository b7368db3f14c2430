/** formulon has no types of its own. Only what is used here. */
declare module 'formulon' {
  export type Literal = {
    readonly type: 'literal';
    readonly dataType:
      | 'text'
      | 'number'
      | 'checkbox'
      | 'date'
      | 'datetime'
      | 'time'
      | 'picklist'
      | 'multipicklist'
      | 'geolocation'
      | 'null';
    readonly value: string | number | boolean | Date | readonly string[] | null;
    readonly options: Readonly<Record<string, unknown>>;
  };
  export type Failure = { readonly type: 'error'; readonly errorType: string; readonly message: string };
  export type Call = { readonly type: 'callExpression'; readonly id: string; readonly arguments: readonly Node[] };
  export type Node = Literal | Call | { readonly type: 'identifier'; readonly name: string };
  /** The formula as a tree. */
  export function ast(formula: string): Node | Failure;
  /** The formula's value, with these values for its names. */
  export function parse(formula: string, values?: Readonly<Record<string, Literal>>): Literal | Failure;
}
