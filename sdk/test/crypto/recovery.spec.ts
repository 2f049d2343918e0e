import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createRecoveryCode,
  displayRecoveryCode,
  hkdf,
  labels,
  parseRecoveryCode,
  ready,
  recoveryKek,
  recoveryVerifier,
  utf8,
} from '../../src/crypto/index.js';
import { refusal } from './examples.js';

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.split('');
const code = fc.string({ unit: fc.constantFrom(...digits), minLength: 26, maxLength: 26 });
const bare = (canonical: string) => displayRecoveryCode(canonical).replaceAll('-', '');

describe('a recovery code', () => {
  beforeAll(ready);

  it('is 26 random characters and a check character in groups', () => {
    const codes = Array.from({ length: 100 }, () => createRecoveryCode());
    for (const shown of codes) {
      expect(shown).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{2}[0-9A-HJKMNP-TV-Z*~$=U]$/);
      expect(displayRecoveryCode(parseRecoveryCode(shown))).toBe(shown);
    }
    expect(new Set(codes).size).toBe(100);
    expect(new Set(codes.flatMap((shown) => shown.replaceAll('-', '').slice(0, 26).split(''))).size).toBe(32);
  });

  it('is read as people type it', () => {
    fc.assert(
      fc.property(code, fc.array(fc.nat({ max: 30 }), { maxLength: 8 }), (canonical, gaps) => {
        let typed = bare(canonical).toLowerCase().replaceAll('1', 'l').replaceAll('0', 'o');
        for (const at of gaps) typed = `${typed.slice(0, at)} -${typed.slice(at)}`;
        expect(parseRecoveryCode(typed)).toBe(canonical);
        expect(parseRecoveryCode(bare(canonical).replaceAll('1', 'I'))).toBe(canonical);
      }),
    );
  });

  it('has the check character of its value modulo 37', () => {
    const check = (canonical: string) => bare(canonical).slice(26);
    expect(check('0'.repeat(26))).toBe('0');
    expect(check(`${'0'.repeat(25)}Z`)).toBe('Z');
    expect(check(`${'0'.repeat(24)}10`)).toBe('*');
    expect(['11', '12', '13', '14'].map((end) => check('0'.repeat(24) + end))).toEqual(['~', '$', '=', 'U']);
    expect(check(`${'0'.repeat(24)}15`)).toBe('0');
    expect(parseRecoveryCode(`${'o'.repeat(24)}i4u`)).toBe(`${'0'.repeat(24)}14`);
  });

  it('with one wrong character or two swapped is refused', () => {
    const at = fc.nat({ max: 26 });
    fc.assert(
      fc.property(code, at, fc.constantFrom(...digits, ...'*~$=U'.split('')), (canonical, where, letter) => {
        const typed = bare(canonical).split('');
        fc.pre(typed[where] !== letter);
        typed[where] = letter;
        expect(refusal(() => parseRecoveryCode(typed.join('')))).toBe('recovery-code');
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(code, fc.nat({ max: 25 }), (canonical, where) => {
        const typed = bare(canonical).split('');
        fc.pre(typed[where] !== typed[where + 1]);
        typed.splice(where, 2, typed[where + 1] ?? '', typed[where] ?? '');
        expect(refusal(() => parseRecoveryCode(typed.join('')))).toBe('recovery-code');
      }),
      { numRuns: 500 },
    );
  });

  it('is refused when incomplete, too long, without check character, or with foreign characters', () => {
    const whole = bare('7'.repeat(26));
    for (const text of [
      '',
      whole.slice(1),
      whole.slice(0, 26),
      `${whole}0`,
      `${whole}${whole}`,
      `ı${bare(`1${'0'.repeat(25)}`).slice(1)}`,
      bare('S'.repeat(26)).replace('S', 'ſ'),
    ]) {
      expect(refusal(() => parseRecoveryCode(text))).toBe('recovery-code');
    }
    expect(refusal(() => parseRecoveryCode(whole.replace('7', 'u')))).toBe('recovery-code');
    expect(refusal(() => recoveryVerifier(whole))).toBe('recovery-code');
    expect(refusal(() => recoveryKek('o'.repeat(26)))).toBe('recovery-code');
  });

  it('gives a verifier and a key that tell nothing of each other', () => {
    const canonical = parseRecoveryCode(createRecoveryCode());
    expect(recoveryVerifier(canonical)).toEqual(hkdf(utf8(canonical), labels.recoveryAuth));
    expect(recoveryKek(canonical)).toEqual(hkdf(utf8(canonical), labels.recoveryKek));
  });
});
