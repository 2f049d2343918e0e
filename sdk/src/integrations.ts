import { type Api, createApi, type Schemas, unwrap } from './api.js';
import type { Session } from './session.js';

export type Connection = Schemas['Connection'];
export type Job = Schemas['Job'];

/** What is published, and where: `text` is needed in the e2e tier, `pageId` where there are several pages. */
export interface FacebookPost {
  readonly entryId: string;
  readonly pageId?: string;
  readonly text?: string;
}

/** Accounts at other services. What takes long answers the id of a job: `job` tells how it stands. */
export class Integrations {
  readonly #api: Api;

  constructor(session: Session) {
    this.#api = createApi(session.record.url, (call, isRepeatable) => session.send(call, { isRepeatable }));
  }

  /** Everything that is connected, with how it stands. */
  async list(): Promise<readonly Connection[]> {
    return unwrap(await this.#api.GET('/api/v1/integrations')).data;
  }

  /** Where the browser goes for the user to agree, and the state that has to come back with it. */
  async connectFacebook(): Promise<{ readonly authorizationUrl: string; readonly state: string }> {
    const { authorization_url: authorizationUrl, state } = unwrap(
      await this.#api.POST('/api/v1/integrations/facebook/connect'),
    );
    return { authorizationUrl, state };
  }

  /** Ends it with what came back, from the session that began it. @throws DaybookProblem `integrations/connect-not-found` */
  async finishFacebook(back: { readonly code: string; readonly state: string }): Promise<Connection> {
    return unwrap(await this.#api.POST('/api/v1/integrations/facebook/callback', { body: { ...back } }));
  }

  /** Brings new posts into the inbox; the id of the job. */
  async pullFacebook(): Promise<string> {
    return unwrap(await this.#api.POST('/api/v1/integrations/facebook/pull')).job_id;
  }

  /** Publishes an entry on a page; the id of the job, whose result has the `post_id`. */
  async pushFacebook({ entryId, pageId, text }: FacebookPost): Promise<string> {
    const body = {
      entry_id: entryId,
      ...(pageId !== undefined && { page_id: pageId }),
      ...(text !== undefined && { text }),
    };
    return unwrap(await this.#api.POST('/api/v1/integrations/facebook/push', { body })).job_id;
  }

  /** Forgets the tokens at once; the id of the job that asks the service to take back what was allowed. */
  async disconnect(id: string): Promise<string> {
    return unwrap(await this.#api.DELETE('/api/v1/integrations/{id}', { params: { path: { id } } })).job_id;
  }

  async job(id: string): Promise<Job> {
    return unwrap(await this.#api.GET('/api/v1/jobs/{id}', { params: { path: { id } } }));
  }
}
