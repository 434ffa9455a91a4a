// Sends one request the way our server expects it, and says in words what went wrong.
// Forms with files go by XMLHttpRequest, the only way to hear about progress.
const headers = { 'X-Requested-With': 'dozen', Accept: 'text/html' };

function upload(url, method, body, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => resolve({
      ok: request.status < 300, status: request.status, url: request.responseURL,
      redirected: request.responseURL !== new URL(url, location).href,
      type: request.getResponseHeader('Content-Type') ?? '', text: request.responseText,
    });
    request.onerror = () => reject(new TypeError('network'));
    request.send(body);
  });
}

/** -> {ok, status, url, redirected, type, text}; throws TypeError when there is no network.
    With follow=false a redirect is success enough: the page behind it is not fetched. */
export async function send(url, { method = 'POST', body, onProgress, follow = true } = {}) {
  if (onProgress && body) return upload(url, method, body, onProgress);
  const redirect = follow ? 'follow' : 'manual';
  // What needs no answer is sent to its end also when the page is left at once.
  const answer = await fetch(url, { method, body, headers, redirect, credentials: 'same-origin', keepalive: !follow });
  if (answer.type === 'opaqueredirect') return { ok: true, status: 303, url, redirected: true, type: '', text: '' };
  return {
    ok: answer.ok, status: answer.status, url: answer.url, redirected: answer.redirected,
    type: answer.headers.get('Content-Type') ?? '', text: await answer.text(),
  };
}

/** One sentence for a failed answer (or, without one, for a missing network). */
export function trouble(answer) {
  if (!answer) return 'You are offline. Nothing was lost; please try again.';
  if (answer.type.includes('json')) {
    try {
      const { detail, title } = JSON.parse(answer.text);
      if (detail || title) return detail || title;
    } catch { /* not what it said it was */ }
  }
  if (answer.status === 429) return 'That was a bit fast. Please wait a moment.';
  if (answer.status === 403) return 'This is not open to you.';
  if (answer.status === 404 || answer.status === 410) return 'This is not there any more.';
  return 'That did not work. Nothing was changed; please try again.';
}

/** Where the server sends a form that has done its work: {to, flash}, or nothing when it gave a fragment. */
export function directions(answer) {
  return answer.ok && answer.type.startsWith('application/json') ? JSON.parse(answer.text) : null;
}

export function goToLogin() {
  location.assign('/login?next=' + encodeURIComponent(location.pathname + location.search));
}
