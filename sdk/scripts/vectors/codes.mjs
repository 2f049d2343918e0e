/** Recovery codes, and the lengths that content is padded to. */
export async function codeFiles(making) {
  return { 'recovery-codes.json': await recoveryCodes(making), 'padding.json': padding(making) };
}

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

async function recoveryCodes(making) {
  const { displayRecoveryCode, parseRecoveryCode, recoveryVerifier, recoveryKek, sha256 } = making.crypto;
  const random = Array.from(making.bytes('recovery code', 26), (byte) => digits[byte % 32]).join('');
  const codes = [random, ...['00', '0Z', '10', '11', '12', '13', '14', '15'].map((end) => '0'.repeat(24) + end)];
  const typed = [
    ['in lower case, with spaces', random, displayRecoveryCode(random).toLowerCase().replaceAll('-', ' ')],
    ['o for 0, l and i for 1', '0'.repeat(24) + '11', `${'oO'.repeat(12)}li~`],
    ['hyphens anywhere', random, `-${[...displayRecoveryCode(random)].join('-')}-`],
  ];
  const bare = displayRecoveryCode(random).replaceAll('-', '');
  const swapped = bare.replace(/(.)(?!\1)(.)/, '$2$1');
  const negatives = [
    ['empty', ''],
    ['without its check character', bare.slice(0, 26)],
    ['with another check character', bare.slice(0, 26) + (bare[26] === '7' ? '8' : '7')],
    ['with another first character', (bare[0] === '7' ? '8' : '7') + bare.slice(1)],
    ['with two characters swapped', swapped],
    ['with a character too many', `${bare}0`],
    ['with U, which is a check character only', `U${bare.slice(1)}`],
    ['with a dotless i for its 1', `\u0131${displayRecoveryCode(`1${'0'.repeat(25)}`).slice(1)}`],
  ];
  return {
    about:
      'Recovery codes: 26 Crockford base32 characters and a check character (value mod 37, in 0-9A-Z without ILOU, then *~$=U).',
    source: 'docs/crypto.md, Keys: Recovery',
    vectors: codes.map((code) => ({
      name: code === random ? 'a code' : `check character of ${code.slice(24)}`,
      in: { code },
      out: {
        shown: displayRecoveryCode(code),
        verifier: making.b64(recoveryVerifier(code)),
        kept: making.b64(sha256(recoveryVerifier(code))),
        kek: making.b64(recoveryKek(code)),
      },
    })),
    typed: typed.map(([name, code, text]) => {
      if (parseRecoveryCode(text) !== code) throw new Error(`${name}: read as another code`);
      return { name, in: { text }, out: { code } };
    }),
    refused: await Promise.all(
      negatives.map(([name, text]) => making.refused(name, { text }, 'recovery-code', () => parseRecoveryCode(text))),
    ),
  };
}

function padding({ crypto }) {
  const { paddedLength, isPaddedLength } = crypto;
  const lengths = [0, 1, 254, 255, 256, 511, 512, 4094, 4095, 4096, 4351, 4352, 8191, 8192, 10_000, 65_535, 65_536];
  const larger = [100_000, 262_143, 262_144, 300_000, 1_000_000, 10_000_000];
  const illegal = [0, 1, 255, 257, 300, 4095, 4097, 4351, 4353, 8448 + 1, 10_000, 65_537, 262_145];
  if (illegal.some(isPaddedLength)) throw new Error('an illegal length is legal');
  return {
    about:
      'What a plaintext of `length` bytes is padded to: 0x80, then zeros. The other way round, a padded length is refused when no length leads to it.',
    source: 'docs/crypto.md, The envelope',
    vectors: [...lengths, ...larger].map((length) => ({ in: { length }, out: { padded: paddedLength(length) } })),
    refused: illegal.map((padded) => ({ in: { padded }, rule: 'padding' })),
  };
}
