/** The token of a sign-in link, from the whole link or from what is left of it. */
export function readToken(pasted: string): string {
  const text = pasted.trim();
  return text.slice(text.lastIndexOf('#') + 1).trim();
}
