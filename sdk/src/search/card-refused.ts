const sentences = {
  version: 'The index card is of a version that is not known here: make it anew',
  language: 'The index card names a language that is not known here',
  date: 'The index card has no possible date',
  mood: 'The index card has more than one mood',
  length: 'The index card ends too early or has a number that is too large',
  text: 'The index card has text that is not UTF-8',
  form: 'The index card is not of the expected form',
} as const;

/** Why bytes are no index card. */
export type CardFault = keyof typeof sentences;

/** Bytes that are no index card of a known version. The message is a fixed sentence: nothing of the card reaches a log. */
export class CardRefused extends Error {
  override readonly name = 'CardRefused';
  readonly fault: CardFault;

  /** @param fault why, e.g. `'version'` */
  constructor(fault: CardFault) {
    super(sentences[fault]);
    this.fault = fault;
  }
}
