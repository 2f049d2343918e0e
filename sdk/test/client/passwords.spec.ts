import { describe, expect, it } from '@jest/globals';
import { passwordFault } from '../../src/passwords/index.js';

const email = 'Ada.Lovelace@example.com';

describe('a password', () => {
  it.each([
    ['a rainy sunday with cocoa', null],
    ['correcthorse', null],
    ['пароль из слов', null],
    ['雨の日曜日とココア', null],
    ['🌧️☕📚🐈🌧️☕📚🐈', null],
    ['short', 'too-short'],
    // Seven characters, though more UTF-16 units.
    ['🌧☕📚🐈🌧☕📚', 'too-short'],
    ['é'.repeat(513), 'too-long'],
    ['password1', 'too-common'],
    ['PassWord1', 'too-common'],
    // Full-width letters are the same letters.
    ['ｐａｓｓｗｏｒｄ１', 'too-common'],
    ['ada.lovelace@EXAMPLE.com', 'own-address'],
    ['Ada.Lovelace', 'own-address'],
    [' ada.lovelace ', 'own-address'],
  ])('%s: %s', (password, fault) => {
    expect(passwordFault(password, email)).toBe(fault);
  });

  it('is measured after normalization', () => {
    expect(passwordFault('e\u0301'.repeat(7), email)).toBe('too-short');
    expect(passwordFault('e\u0301'.repeat(8), email)).toBeNull();
  });
});
