import { Agent, request } from 'node:http';

/**
 * Sends requests on as many connections as there are users, each the next as soon as the one before was answered, until the
 * time is over.
 * @param next makes the request of a user: `{ method, path, body }`
 * @param answered gets each answer that was 2xx: user, body as text
 * @returns how many were answered with which status, and the times of all in milliseconds
 */
export async function load({ url, users, seconds, next, answered = () => {}, signal }) {
  const agent = new Agent({ keepAlive: true, maxSockets: users.length });
  const times = [];
  const statuses = {};
  const from = performance.now();
  const end = from + seconds * 1000;
  try {
    await Promise.all(
      users.map(async (user) => {
        while (performance.now() < end) {
          signal.throwIfAborted();
          const began = performance.now();
          const { status, text } = await send({ url, agent, user, ...next(user) });
          times.push(performance.now() - began);
          statuses[status] = (statuses[status] ?? 0) + 1;
          if (status < 300) answered(user, text);
        }
      }),
    );
  } finally {
    agent.destroy();
  }
  return { statuses, times: times.sort((a, b) => a - b), seconds: (performance.now() - from) / 1000 };
}

function send({ url, agent, user, method, path, body }) {
  const content = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${user.token}`,
    ...(content && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/v1${path}`, { method, agent, headers }, (answer) => {
      const chunks = [];
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, text: chunks.join('') }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(content);
  });
}
