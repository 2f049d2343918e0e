const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Whether a JSON file is escaped the way Facebook does it: all of it is ASCII, and each byte of a character's UTF-8 form is
 * an escape of its own (`\u00c3\u00a9` for é). One character or escape beyond that, and the file says what it means.
 */
export function isByteEscaped(json: string): boolean {
  return !/[\u0080-\uffff]|(?<!\\)(?:\\\\)*\\u(?!00)[0-9a-fA-F]{4}/.test(json);
}

/** A text whose characters are the bytes of its UTF-8 form, as it was meant; any other is left as it is. */
export function repaired(text: string): string {
  if (!/[\u0080-\u00ff]/.test(text) || /[\u0100-\uffff]/.test(text)) return text;
  try {
    return decoder.decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  } catch {
    return text;
  }
}
