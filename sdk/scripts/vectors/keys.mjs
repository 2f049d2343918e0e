/** Derivations: HKDF labels, the password root, public keys; and the encodings that everything uses. */
export async function keyFiles(making) {
  return {
    'keys.json': keys(making),
    'password-root.json': await passwordRoots(making),
    'encoding.json': await encodings(making),
  };
}

function keys(making) {
  const { hkdf, labels, hmacSha256, utf8, uuidToBytes, pepperPrefixes, identityFrom } = making.crypto;
  const [key, salt, pepper] = [making.bytes('key', 32), making.bytes('salt', 32), making.bytes('pepper', 32)];
  const userId = making.id('user');
  const derived = Object.entries(labels).map(([name, info]) => ({
    name: `HKDF-SHA-256 under ${name}`,
    in: { key: making.b64(key), info, salt: making.b64(salt) },
    out: { without_salt: making.b64(hkdf(key, info)), with_salt: making.b64(hkdf(key, info, salt)) },
  }));
  const kekSalt = hmacSha256(pepper, utf8(pepperPrefixes.kek), uuidToBytes(userId));
  const identity = identityFrom(making.bytes('x25519', 32), making.bytes('ed25519', 32));
  return {
    about:
      'Keys that are derived: 32 bytes each. The statement and history prefixes are no HKDF infos; they are here so that nobody confuses them.',
    source: 'docs/crypto.md, Keys',
    vectors: [
      ...derived,
      {
        name: 'the salt of the key-encryption key of a uce account',
        in: { pepper: making.b64(pepper), prefix: pepperPrefixes.kek, user_id: userId },
        out: { salt: making.b64(kekSalt) },
      },
      {
        name: 'the verifier of an auth key',
        in: { pepper: making.b64(pepper), prefix: pepperPrefixes.verify, auth_key: making.b64(key) },
        out: { verifier: making.b64(hmacSha256(pepper, utf8(pepperPrefixes.verify), key)) },
      },
      {
        name: 'public keys and their ids',
        in: {
          x25519_private_key: making.b64(identity.x25519.privateKey),
          ed25519_seed: making.b64(identity.ed25519.seed),
        },
        out: {
          x25519_public_key: making.b64(identity.x25519.publicKey),
          x25519_key_id: making.b64(identity.x25519.keyId),
          ed25519_public_key: making.b64(identity.ed25519.publicKey),
          ed25519_key_id: making.b64(identity.ed25519.keyId),
        },
      },
    ],
  };
}

async function passwordRoots(making) {
  const { passwordRoot, passwordAuthKey, passwordKek, normalizePassword, kdfDefaults, toWireKdf } = making.crypto;
  const salt = making.bytes('password salt', 16);
  const kdf = toWireKdf(kdfDefaults.server, salt);
  const vectors = [];
  for (const [name, password] of [
    ['ASCII, not trimmed', ' correct horse battery staple '],
    ['NFKC: a ligature and a combining accent', '\ufb01ance\u0301'],
  ]) {
    const root = await passwordRoot(password, salt, kdfDefaults.server);
    const out = {
      normalized: normalizePassword(password),
      root,
      auth_key: passwordAuthKey(root),
      kek: passwordKek(root),
    };
    vectors.push({
      name,
      in: { password, kdf },
      out: Object.fromEntries(Object.entries(out).map(([what, bytes]) => [what, making.b64(bytes)])),
    });
  }
  return {
    about: 'Argon2id v1.3 of a password and what is derived from it. Whatever is refused is refused before any work.',
    source: 'docs/crypto.md, Keys',
    vectors,
    refused: await passwordRefusals(making, kdf),
  };
}

function passwordRefusals(making, kdf) {
  const { e2eAuthKey } = making.crypto;
  const negatives = [
    ['an empty password', '', kdf, 'password'],
    ['1,025 bytes', 'x'.repeat(1025), kdf, 'password'],
    ['less than 64 MiB', 'password', { ...kdf, m_kib: 65535 }, 'kdf'],
    ['more than 1 GiB', 'password', { ...kdf, m_kib: 1048577 }, 'kdf'],
    ['two passes', 'password', { ...kdf, t: 2 }, 'kdf'],
    ['seventeen passes', 'password', { ...kdf, t: 17 }, 'kdf'],
    ['two lanes', 'password', { ...kdf, p: 2 }, 'kdf'],
    ['another algorithm', 'password', { ...kdf, alg: 'argon2i' }, 'kdf'],
    ['a salt of 15 bytes', 'password', { ...kdf, salt: making.text('short', 15) }, 'kdf'],
  ];
  return Promise.all(
    negatives.map(([name, password, itsKdf, rule]) =>
      making.refused(name, { password, kdf: itsKdf }, rule, () => e2eAuthKey(password, itsKdf)),
    ),
  );
}

async function encodings(making) {
  const { toBase64url, fromBase64url, uuidToBytes } = making.crypto;
  const lengths = [0, 1, 2, 3, 16, 32];
  const id = making.id('encoded');
  const texts = ['AA==', 'AB', 'AAB', 'A', 'AAAAA', 'A+', 'A/', 'AA\n', ' AA'];
  const ids = ['', id.replaceAll('-', ''), `{${id}}`, `${id} `, id.replace('7', 'g')];
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return {
    about: 'base64url without padding, unused bits zero, one spelling per value; UUIDs as 16 raw bytes.',
    source: 'docs/crypto.md, The envelope',
    base64url: lengths.map((n) => {
      const bytes = making.bytes('encoded', n);
      return { name: `${n} bytes`, in: { hex: hex(bytes) }, out: { text: toBase64url(bytes) } };
    }),
    uuid: [{ name: 'a UUIDv7', in: { id }, out: { hex: hex(uuidToBytes(id)) } }],
    base64url_refused: await Promise.all(
      texts.map((text) => making.refused(JSON.stringify(text), { text }, 'base64url', () => fromBase64url(text))),
    ),
    uuid_refused: await Promise.all(
      ids.map((text) => making.refused(JSON.stringify(text), { text }, 'uuid', () => uuidToBytes(text))),
    ),
  };
}
