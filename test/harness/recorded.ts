import { bodyExamples, pathOf } from './examples.js';
import type { Answer, Http } from './http.js';

/** What a server answered where all went well, by operation and status. */
export class Recorded {
  private readonly answers = new Map<string, Answer[]>();

  /** @param name `POST /api/v1/entries 201` */
  of(name: string): readonly Answer[] {
    return this.answers.get(name) ?? [];
  }

  /** Sends what has to work, and keeps the answer. */
  async send(http: Http, method: string, path: string, body?: object): Promise<Answer> {
    const answer = await http.send(method, path, body && JSON.stringify(body));
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    const name = `${method} ${contractPath(http, method, path)} ${answer.status}`;
    this.answers.set(name, [...this.of(name), answer]);
    return answer;
  }

  /** The same with an example of the contract for a body; `replaced`: fields of it that are known from elsewhere alone. */
  sendExample(http: Http, method: string, path: string, which: string, replaced: object = {}): Promise<Answer> {
    const example = bodyExamples(method, contractPath(http, method, path))[which];
    if (!example) throw new Error(`${method} ${path} has no example ${which}`);
    const unknown = Object.keys(replaced).filter((field) => !(field in example.value));
    if (unknown.length > 0) throw new Error(`the example ${which} of ${method} ${path} has no ${unknown.join()}`);
    return this.send(http, method, path, { ...example.value, ...replaced });
  }
}

const contractPath = ({ base }: Http, method: string, path: string) => pathOf(method, new URL(base + path).pathname);
