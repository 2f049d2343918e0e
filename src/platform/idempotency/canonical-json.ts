/**
 * A JSON value as text with its members in order (RFC 8785), so that a client may write the same body differently when it
 * sends it again; empty for no value. Strings are well-formed Unicode, as strict-json.ts sees to.
 */
export function canonicalJson(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  // By UTF-16 code units, which is how JavaScript compares and what the RFC asks for.
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join()}}`;
}
