/** Ids of what is imported: in both tiers, with a time and without. */
export function importsFile(making) {
  const { MasterKey, importedId } = making.crypto;
  const userId = making.id('user');
  const master = MasterKey.from(making.bytes('master key id', 16), making.bytes('master key', 32));
  const imports = [
    ['an entry', JSON.stringify(['day-one', 'entry 6F30404AB159433D8C9AF57052E4F3B6']), 1_770_000_000_123],
    ['an entry of before 1970, whose time is zero', JSON.stringify(['facebook', 'post -5 0']), -5000],
    ['a file, which has no time', JSON.stringify(['facebook', 'file posts/media/Gärten_1/ü.jpg']), undefined],
  ];
  return {
    'imports.json': {
      about:
        'Ids of what an import calls by `text`. Without a master key it is a uce client, whose import key is the user id.',
      source: 'docs/crypto.md, Ids of what is imported',
      vectors: imports.flatMap(([name, text, atMs]) => [
        {
          name: `e2e: ${name}`,
          in: { master_key: making.b64(master.exportKey()), text, ...(atMs !== undefined && { at_ms: atMs }) },
          out: { id: importedId({ userId, master }, text, atMs) },
        },
        {
          name: `uce: ${name}`,
          in: { user_id: userId, text, ...(atMs !== undefined && { at_ms: atMs }) },
          out: { id: importedId({ userId, master: undefined }, text, atMs) },
        },
      ]),
    },
  };
}
