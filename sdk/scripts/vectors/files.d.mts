/** Every vector file, by name, as what its JSON says. */
export function vectorFiles(crypto: object, sodium: object): Promise<Record<string, object>>;
