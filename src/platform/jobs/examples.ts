import type { Examples } from '../http/accepts.js';

const id = '01a1ff74-ef6f-739f-ae42-f351731f8a0c';
const about = { id, kind: 'search.index' };
const running = { ...about, state: 'running', progress: { done: 1_200, total: 3_650 } };
const done = { ...about, state: 'done', progress: { done: 3_650, total: 3_650 }, result: { entries: 3_650 } };

export const jobBegunExamples: Examples = { any: { summary: 'Follow it at GET /jobs/{id}', value: { job_id: id } } };

export const jobExamples: Examples = {
  running: { summary: 'Under way', value: running },
  done: { summary: 'Done', value: done },
};

const event = (number: number, job: object) => `id: ${number}\nevent: job\ndata: ${JSON.stringify(job)}\n\n`;
/** A job that goes on and ends, as server-sent events. */
export const jobEvents = `retry: 1000\n\n${event(7, running)}${event(8, done)}`;
