/* The worker of "Ask about a clip": first the weights, then one clip after the other. */
"use strict";

const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const tensors = (base64) => ClipDetector.readTensors(bytes(base64).buffer);

let ready;

async function prepare(data) {
  const wasm = new Blob([bytes(data.wasm)], { type: "application/wasm" });
  const address = URL.createObjectURL(wasm);
  // One file for every kind of browser: all that run today have SIMD, and threads need
  // headers that a plain server does not send.
  const kinds = ["", "-simd", "-threaded-simd"];
  tf.wasm.setWasmPaths(Object.fromEntries(
    kinds.map((kind) => [`tfjs-backend-wasm${kind}.wasm`, address])));
  await tf.setBackend("wasm");
  const domain = {};
  for (const [name, { values }] of Object.entries(tensors(data.domain))) {
    const [reference, part] = name.split(".");
    domain[reference] = { ...domain[reference], [part]: values };
  }
  const network = new ClipDetector.Network(tf, tensors(data.layers), tensors(data.probe));
  return { ...data, domain, network };
}

onmessage = async ({ data: { data, samples } }) => {
  try {
    if (data) {
      ready = prepare(data);
      return;
    }
    const progress = (share) => postMessage({ progress: share });
    postMessage({ result: ClipDetector.predict(samples, await ready, progress) });
  } catch (error) {
    postMessage({ error: error.message });
  }
};
