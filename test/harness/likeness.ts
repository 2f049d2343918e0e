/** A text that has a form: a length that does not vary, or digits in certain places. Any other text is like any other. */
const FORMS: readonly (readonly [string, RegExp])[] = [
  ['id', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
  ['instant', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/],
  ['day', /^\d{4}-\d\d-\d\d$/],
  // Its last character checks the others: one of Crockford’s base32, or of the five symbols that follow them.
  ['recovery code', /^([0-9A-Z]{4}-){6}[0-9A-Z]{2}[0-9A-Z*~$=]$/],
  // From 16 bytes on, since names of events and the like are shorter.
  ['of characters', /^[\w.-]{22,}$/],
];

function formOf(text: string): string {
  const [name] = FORMS.find(([, form]) => form.test(text)) ?? [];
  return name === 'of characters' ? `${text.length} characters` : (name ?? 'text');
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * Where an example says what an answer of the same kind does not: a field that is not there, another type, a text of another
 * form or length. What may be null or absent is for the schema to say, and lists may differ in length.
 */
export function differences(example: unknown, answer: unknown, at = ''): string[] {
  if (example === null || answer === null) return [];
  if (typeof example === 'string' && typeof answer === 'string') {
    const [shown, real] = [formOf(example), formOf(answer)];
    return shown === real ? [] : [`${at}: ${shown}, and the server’s is ${real}`];
  }
  if (Array.isArray(example) && Array.isArray(answer))
    return example.slice(0, answer.length).flatMap((item, n) => differences(item, answer[n], `${at}/${n}`));
  if (isObject(example) && isObject(answer))
    return Object.entries(example).flatMap(([key, value]) =>
      key in answer ? differences(value, answer[key], `${at}/${key}`) : [`${at}/${key}: not answered`],
    );
  return typeof example === typeof answer ? [] : [`${at}: ${typeof example}, and the server’s is ${typeof answer}`];
}
