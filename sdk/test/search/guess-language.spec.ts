import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { demoDiary } from './diaries.js';
import { guessLanguage, type Language, languages } from '../../src/search/index.js';

const sentences: Readonly<Partial<Record<Language, readonly string[]>>> = {
  en: [
    'We walked along the river until it was dark.',
    'I could not sleep because of the storm.',
    'She has never been to the sea before.',
    'They were all late for the train again.',
    'What would you have said to him?',
    'Nothing happened today and that was fine.',
  ],
  de: [
    'Wir sind am Fluss entlang gegangen, bis es dunkel war.',
    'Ich konnte wegen des Sturms nicht schlafen.',
    'Sie ist noch nie am Meer gewesen.',
    'Der Zug war schon wieder zu spät.',
    'Was hättest du ihm denn gesagt?',
    'Heute ist nichts passiert, und das war gut so.',
  ],
  fr: [
    'Nous avons marché le long de la rivière.',
    'Je ne pouvais pas dormir à cause de la tempête.',
    'Elle n’a jamais vu la mer avec ses enfants.',
    'Le train était encore une fois en retard.',
    'Que lui aurais-tu dit dans ce cas ?',
    'Rien ne s’est passé et c’est très bien comme ça.',
  ],
  es: [
    'Caminamos por la orilla del río hasta que se hizo de noche.',
    'No pude dormir por la tormenta.',
    'Ella nunca ha visto el mar con sus hijos.',
    'El tren llegó tarde otra vez y no había nadie.',
    '¿Qué le habrías dicho tú?',
    'Hoy no ha pasado nada y está bien así.',
  ],
  it: [
    'Abbiamo camminato lungo il fiume fino a sera.',
    'Non sono riuscita a dormire per la tempesta.',
    'Lei non ha mai visto il mare con i suoi figli.',
    'Il treno era di nuovo in ritardo e non c’era nessuno.',
    'Che cosa gli avresti detto tu?',
    'Oggi non è successo niente e va bene così.',
  ],
  pt: [
    'Caminhámos ao longo do rio até ser noite.',
    'Não consegui dormir por causa da tempestade.',
    'Ela nunca viu o mar com os seus filhos.',
    'O comboio chegou outra vez atrasado e não havia ninguém.',
    'O que é que lhe terias dito?',
    'Hoje não aconteceu nada e está bem assim.',
  ],
  nl: [
    'Wij liepen langs de rivier tot het donker was.',
    'Ik kon niet slapen door de storm.',
    'Zij heeft de zee nog nooit gezien met haar kinderen.',
    'De trein was weer te laat en er was niemand.',
    'Wat zou jij hem hebben gezegd?',
    'Vandaag is er niets gebeurd en dat was goed.',
  ],
  sv: [
    'Vi gick längs ån tills det blev mörkt.',
    'Jag kunde inte sova på grund av stormen.',
    'Hon har aldrig sett havet med sina barn.',
    'Tåget var sent igen och det var ingen där.',
    'Vad skulle du ha sagt till honom?',
    'Ingenting hände i dag och det var bra så.',
  ],
  ru: ['Мы шли вдоль реки до темноты.', 'Сегодня ничего не случилось.'],
  zh: ['我们沿着河走到天黑。', '今天什么都没有发生。'],
  ja: ['暗くなるまで川のそばを歩いた。', '今日は何も起こらなかった。'],
  th: ['เราเดินเลียบแม่น้ำจนมืด', 'วันนี้ไม่มีอะไรเกิดขึ้น'],
};

const answers = Object.entries(sentences).flatMap(([language, texts]) =>
  texts.map((text) => ({ language, guess: guessLanguage(text), text })),
);

describe('the language of a text', () => {
  it('is right for nine of ten single sentences, and otherwise not said', () => {
    const right = answers.filter(({ language, guess }) => guess === language);
    const wrong = answers.filter(({ language, guess }) => guess !== language && guess !== 'und');
    expect(wrong).toEqual([]);
    expect(right.length / answers.length).toBeGreaterThanOrEqual(0.9);
  });

  it('is right for 95 of 100 sentences of the demonstration, and wrong for less than one', () => {
    const single = demoDiary().flatMap(({ entry }) => {
      const { language, text } = { language: '', ...entry };
      return text
        .split(/(?<=[.!?])\s+/)
        .filter((sentence) => sentence.split(' ').length >= 5 && language in sentences)
        .map((sentence) => ({ language, guess: guessLanguage(sentence) }));
    });
    const share = (of: typeof single) => of.length / single.length;
    expect(single.length).toBeGreaterThan(700);
    expect(share(single.filter(({ language, guess }) => guess === language))).toBeGreaterThan(0.95);
    expect(share(single.filter(({ language, guess }) => guess !== language && guess !== 'und'))).toBeLessThan(0.01);
  });

  it('is right for every few sentences together', () => {
    for (const [language, texts] of Object.entries(sentences)) {
      expect([language, guessLanguage(texts.join(' '))]).toEqual([language, language]);
    }
  });

  it('is the one that was given where a text is too short to tell', () => {
    expect(['Ok', 'Bristol, Trieste', '🥖', '', '12:30'].map((text) => guessLanguage(text, 'nl'))).toEqual(
      Array(5).fill('nl'),
    );
    expect(guessLanguage('Ok')).toBe('und');
  });

  it('is none of ours for scripts that are not ours', () => {
    expect(guessLanguage('נועה, הסטודנטית לוויולה מהקומה הראשונה', 'en')).toBe('und');
    expect(guessLanguage('وصلتني اليوم رسالة طويلة من سمير', 'en')).toBe('und');
  });

  it('survives names and quotations in another script', () => {
    expect(guessLanguage('今日はBristolからKlaraのメールが来た。Very good newsだった。')).toBe('ja');
    expect(guessLanguage('She wrote 慢慢发面 on the board and that was all that she would say about it.')).toBe('en');
  });

  it('is one of the list for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(languages).toContain(guessLanguage(text));
      }),
    );
  });
});
