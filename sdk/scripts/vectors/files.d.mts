/** Every vector file, by name, as what its JSON says. */
export function vectorFiles(crypto: object, sodium: object, search: object): Promise<Record<string, object>>;
