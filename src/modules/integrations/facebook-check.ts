import { Clock } from '../../platform/clock.js';
import type { Config } from '../../platform/config/config.js';
import type { Check, Fault } from '../../platform/doctor/finding.js';
import { Outbound } from '../../platform/outbound/outbound.js';
import { OutboundFailed } from '../../platform/outbound/outbound-failed.js';
import { GraphApi } from './graph/graph-api.js';
import { GraphFailed } from './graph/graph-failed.js';

const SEE = 'See docs/facebook.md.';

/** For `daybook doctor`: Graph is asked, the way that the server goes, who the app is. */
export const facebookCheck: Check<Config> = {
  name: 'facebook',
  remedy: SEE,
  look: async (config) => {
    const outbound = new Outbound(config, new Clock());
    const graph = new GraphApi(outbound, config);
    if (!graph.isConfigured) return 'is not set up';
    try {
      const id = await graph.appId();
      if (id === config.values.FACEBOOK_APP_ID) return `knows the app ${id}`;
      return [{ what: 'what answers speaks of another app', remedy: `Correct FACEBOOK_GRAPH_URL. ${SEE}` }];
    } catch (error) {
      if (!(error instanceof GraphFailed)) throw error;
      return error.failure === 'limited' ? 'answers, and wants to be left alone for a while' : [faultOf(error)];
    } finally {
      await outbound.onApplicationShutdown();
    }
  },
};

function faultOf({ failure, code, cause }: GraphFailed): Fault {
  if (cause instanceof OutboundFailed)
    return { what: cause.message, remedy: `Let API and workers out to FACEBOOK_GRAPH_URL by HTTPS. ${SEE}` };
  if (failure === 'away') return { what: 'the Graph API is not available', remedy: 'Look again later.' };
  if (code === undefined)
    return { what: 'what answers is not the Graph API', remedy: `Correct FACEBOOK_GRAPH_URL. ${SEE}` };
  return {
    what: `the app id and its secret are not taken (code ${code})`,
    remedy: `Correct FACEBOOK_APP_ID, FACEBOOK_APP_SECRET or FACEBOOK_GRAPH_VERSION. ${SEE}`,
  };
}
