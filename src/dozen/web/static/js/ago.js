// Relative times stay true: every <time data-ago="ms"> is written again twice a minute.
// After a week the server's words stay as they are.
function write(time) {
  const seconds = (Date.now() - Number(time.dataset.ago)) / 1000;
  if (seconds < 0 || seconds > 604800) return;
  const [size, unit] = seconds < 3600 ? [60, 'min'] : seconds < 86400 ? [3600, 'h'] : [86400, 'd'];
  const text = seconds < 60 ? 'now' : `${Math.floor(seconds / size)} ${unit}`;
  if (time.textContent !== text) time.textContent = text;
}

setInterval(() => {
  if (!document.hidden) document.querySelectorAll('time[data-ago]').forEach(write);
}, 30000);
