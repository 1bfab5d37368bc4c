// The collector's API as seen from the page: requests, and the live stream with its fallback.

const REQUEST_TIMEOUT_MS = 10000;
const POLL_MS = 15000;
// A stream that is open but says nothing for longer than a window may be a dead connection.
const SILENCE_MS = 90000;

// The one sentence of an error answer, whether the collector wrapped it in JSON or not.
async function errorSentence(response) {
  const text = (await response.text()).trim();
  try {
    const { error } = JSON.parse(text);
    return typeof error === 'string' ? error : error.message;
  } catch {
    return text.startsWith('<') ? '' : text.slice(0, 300);
  }
}

export async function apiGet(path, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  let response;
  try {
    response = await fetch(query ? `${path}?${query}` : path, {
      cache: 'no-store',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch (error) {
    const why = error.name === 'TimeoutError' ? 'no answer within 10 s' : 'cannot be reached';
    throw new Error(`${path}: ${why}`);
  }
  if (!response.ok) {
    const sentence = await errorSentence(response);
    throw new Error(`${path}: ${response.status} ${sentence || response.statusText}`);
  }
  try {
    return await response.json();
  } catch {
    throw new Error(`${path}: the answer is not JSON`);
  }
}

// The live stream and, beside it, a steady poll. handlers: changed() when the collector has new
// figures, opened(bool) when the state of the stream changes, poll() every 15 s. The poll goes on
// while the stream is open: a window also becomes complete by time alone, when a probe is silent.
export class Feed {
  constructor(path, handlers) {
    this.path = path;
    this.handlers = handlers;
    this.connect();
    setInterval(() => this.check(), POLL_MS);
  }

  connect() {
    this.heardMs = Date.now();
    this.source = new EventSource(this.path);
    this.source.addEventListener('open', () => this.heard());
    this.source.addEventListener('error', () => this.handlers.opened(false));
    this.source.addEventListener('indicators', () => {
      this.heard();
      this.handlers.changed();
    });
  }

  heard() {
    this.heardMs = Date.now();
    this.handlers.opened(true);
  }

  // EventSource tries again by itself after a broken connection, but never after an error answer
  // and not while it takes a dead connection for an open one.
  check() {
    const silent = Date.now() - this.heardMs > SILENCE_MS;
    if (this.source.readyState === EventSource.CLOSED || silent) {
      this.source.close();
      this.connect();
    }
    this.handlers.poll();
  }
}
