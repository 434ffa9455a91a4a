// Reads a code with the camera, where the browser can find codes by itself (BarcodeDetector). Elsewhere the
// form beside takes a photo, which the server reads.
const box = document.getElementById('camera');
const view = document.getElementById('camera-view');
const word = document.getElementById('camera-word');
const start = document.getElementById('camera-start');
const form = document.getElementById('scan-text');

async function able() {
  if (!('BarcodeDetector' in window) || !navigator.mediaDevices?.getUserMedia) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes('qr_code');
}

async function look() {
  start.hidden = true;
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  } catch {
    word.textContent = 'The camera cannot be used. Take a photo of the code instead.';
    start.hidden = false;
    return;
  }
  view.srcObject = stream;
  view.hidden = false;
  word.textContent = 'Hold the code into the picture.';
  await view.play();
  const detector = new BarcodeDetector({ formats: ['qr_code'] });
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  addEventListener('pagehide', stop, { once: true });
  const tick = async () => {
    if (!stream.active) return;
    const [found] = await detector.detect(view).catch(() => []);
    if (found?.rawValue) {
      word.textContent = 'Found.';
      stop();
      form.elements.payload.value = found.rawValue;
      form.requestSubmit();
      return;
    }
    setTimeout(tick, 200);
  };
  tick();
}

if (box && await able().catch(() => false)) {
  box.hidden = false;
  start.addEventListener('click', look);
}
