import { accountFiles } from './accounts.mjs';
import { boxFiles } from './boxes.mjs';
import { codeFiles } from './codes.mjs';
import { envelopeFiles } from './envelopes.mjs';
import { historyFiles } from './histories.mjs';
import { importsFile } from './imports.mjs';
import { keyLogFiles } from './key-logs.mjs';
import { keyFiles } from './keys.mjs';
import { Making } from './making.mjs';
import { mediaFile } from './media.mjs';
import { registryFile } from './registry.mjs';
import { searchFile } from './search.mjs';

/**
 * Every vector file, by name, as what its JSON says: the same each time. Every positive was opened and every negative refused
 * by the rule it names, or this throws.
 * @param crypto the exports of `@daybook/sdk/crypto`
 * @param sodium libsodium-wrappers-sumo
 * @param search the exports of `@daybook/sdk/search`
 */
export async function vectorFiles(crypto, sodium, search) {
  await crypto.ready();
  const making = new Making(crypto, sodium);
  return {
    ...registryFile(making),
    ...(await keyFiles(making)),
    ...(await envelopeFiles(making)),
    ...(await boxFiles(making)),
    ...(await mediaFile(making)),
    ...(await keyLogFiles(making)),
    ...historyFiles(making),
    ...importsFile(making),
    ...(await codeFiles(making)),
    ...(await accountFiles(making)),
    ...searchFile(making, search),
  };
}
