/* The detector of `antispoof check`, in the browser: the same numbers as the library.

   Runs in a worker (see clip.js) and in Node (its tests). It needs TensorFlow.js with its
   WebAssembly backend as `tf`, and the weights as `antispoof_book.clip_page` writes
   them. Each function says which one of the library it equals. */
"use strict";

const ClipDetector = (() => {
  const RATE = 16000;
  const WINDOW = 64000; // samples
  const N_FFT = 320;
  const HOP = 160;
  const EXPONENT = 0.3;
  const HIGHEST = 7000; // Hz
  const N_HEADS = 8;
  // Of antispoof.frontends.dynamics.
  const RESOLUTIONS = [[256, 80, 40], [512, 160, 60], [1024, 160, 60], [2048, 160, 60]];
  const N_CEPSTRA = 40;
  const LAGS = [1, 2, 4, 8];
  const QUIET = 0.4;
  const TIE = 1e-5;
  const FLOOR = 1e-9;
  const MODULATION_BANDS = [0.5, 2, 4, 8, 12, 16, 20, 25, 32, 40, 50];
  const N_GROUPS = 12;
  const MIN_SECONDS = 0.2;
  const SHORT = 1.0;
  const ALPHA = 0.025;
  const ALPHA_PARTS = 0.05;

  /* ------------------------------------------------------------------ sound */

  const mean = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

  /* n -> the sines and cosines of its FFT. */
  const circles = new Map();

  function circle(n) {
    if (!circles.has(n)) {
      const angle = (_, k) => (-2 * Math.PI * k) / n;
      const angles = Float64Array.from({ length: n / 2 }, angle);
      circles.set(n, [angles.map(Math.cos), angles.map(Math.sin)]);
    }
    return circles.get(n);
  }

  /* FFT, n a power of two: re and im are overwritten. */
  function fft(re, im) {
    const n = re.length;
    const [cosines, sines] = circle(n);
    for (let i = 1, j = 0; i < n; i++) {
      let bit = n >> 1;
      for (; j & bit; bit >>= 1) j ^= bit;
      j ^= bit;
      if (i < j) {
        [re[i], re[j]] = [re[j], re[i]];
        [im[i], im[j]] = [im[j], im[i]];
      }
    }
    for (let size = 2; size <= n; size *= 2) {
      const half = size / 2;
      const step = n / size;
      for (let start = 0; start < n; start += size) {
        for (let k = 0, i = start; k < half; k++, i++) {
          const j = i + half;
          const [c, s] = [cosines[k * step], sines[k * step]];
          const [a, b] = [re[j] * c - im[j] * s, re[j] * s + im[j] * c];
          re[j] = re[i] - a;
          im[j] = im[i] - b;
          re[i] += a;
          im[i] += b;
        }
      }
    }
  }

  /* numpy.hanning */
  const hanning = (n) =>
    Float64Array.from({ length: n }, (_, i) =>
      n === 1 ? 1 : 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (n - 1)));

  /* antispoof.audio.silence.trim */
  function trim(x) {
    const frame = RATE / 100;
    const n = Math.ceil(x.length / frame);
    const power = new Float64Array(n);
    for (let i = 0; i < x.length; i++) {
      power[Math.floor(i / frame)] += (x[i] * x[i]) / frame;
    }
    const limit = Math.max(...power) * 1e-4;
    const loud = [...power.keys()].filter((i) => power[i] > limit);
    if (!loud.length) return x;
    return x.slice(loud[0] * frame, (loud[loud.length - 1] + 1) * frame);
  }

  /* antispoof.audio.voice.has_voice */
  function hasVoice(waveform) {
    const [size, step] = [640, 320];
    const x = Float64Array.from(waveform, (v, i) => v - (i ? waveform[i - 1] : 0));
    if (x.length < size || x.every((v) => v === 0)) return false;
    const starts = [];
    for (let i = 0; i + size <= x.length; i += step) starts.push(i);
    const powers = starts.map((i) => {
      let sum = 0;
      for (let k = i; k < i + size; k++) sum += x[k] * x[k];
      return sum / size;
    });
    const limit = powers.reduce((a, b) => Math.max(a, b), 0) * 10 ** -3.5;
    const taper = hanning(size);
    const n = 2048; // at least twice a frame
    const correlate = (value) => {
      const [re, im] = [new Float64Array(n), new Float64Array(n)];
      for (let k = 0; k < size; k++) re[k] = value(k) * taper[k];
      fft(re, im);
      for (let k = 0; k < n; k++) [re[k], im[k]] = [re[k] ** 2 + im[k] ** 2, 0];
      fft(re, im); // even and real: forward and inverse differ by a factor
      return re;
    };
    const fading = correlate(() => 1);
    let voiced = 0;
    const levels = [];
    starts.forEach((start, i) => {
      if (powers[i] <= limit) return;
      levels.push(10 * Math.log10(powers[i]));
      const found = correlate((k) => x[start + k]);
      let best = 0;
      for (let lag = RATE / 400; lag < Math.floor(RATE / 70); lag++) {
        const periodic = found[lag] / found[0] / (fading[lag] / fading[0]);
        best = Math.max(best, periodic);
      }
      if (best > 0.5) voiced += 1;
    });
    const middle = mean(levels);
    const change = Math.sqrt(mean(levels.map((v) => (v - middle) ** 2)));
    return (voiced * step) / RATE >= 0.08 && change >= 2;
  }

  /* The same block by block, because one block with a voice will do. */
  function voiceSomewhere(x) {
    const block = 60 * RATE;
    for (let at = 0; at < x.length; at += block) {
      if (hasVoice(x.subarray(at, at + block))) return true;
    }
    return false;
  }

  /* antispoof.inference.domain.band_powers and high_band_level */
  function highBandLevel(x) {
    const [n, hop] = [512, 256];
    const taper = hanning(n);
    let [high, all] = [1e-12, 1e-12];
    for (let start = 0; start === 0 || start + n <= x.length; start += hop) {
      const [re, im] = [new Float64Array(n), new Float64Array(n)];
      for (let k = 0; k < n; k++) re[k] = (x[start + k] || 0) * taper[k];
      fft(re, im);
      for (let k = 0; k <= n / 2; k++) {
        const power = re[k] ** 2 + im[k] ** 2;
        if (k >= Math.floor((4500 * n) / RATE)) high += power;
        if (k >= Math.floor((100 * n) / RATE)) all += power;
      }
    }
    return 10 * Math.log10(high / all);
  }

  /* antispoof.inference.windows.iter_windows: [start, samples] */
  function windows(x) {
    const found = [];
    let start = 0;
    for (; start + WINDOW <= x.length; start += WINDOW) {
      found.push([start, x.subarray(start, start + WINDOW)]);
    }
    if (start < x.length) {
      start = Math.max(0, x.length - WINDOW);
      const last = new Float32Array(WINDOW);
      last.set(x.slice(start));
      found.push([start, last]);
    }
    return found.filter(([, w]) => w.some((v) => v !== w[0]));
  }

  /* --------------------------------------------------------------- dynamics */

  /* antispoof.frontends.dynamics.Bands: {levels, loud}, by frame. */
  function bands(x, [n, hop, nBands]) {
    const taper = hanning(n);
    const width = HIGHEST / nBands;
    const filters = Array.from({ length: nBands }, (_, i) => {
      const weights = [];
      let first = 0;
      for (let k = 0; k <= n / 2; k++) {
        const weight = 1 - Math.abs((k * RATE) / n - (i + 0.5) * width) / width;
        if (weight > 0) weights.push(weight);
        else if (!weights.length) first = k + 1;
      }
      const sum = weights.reduce((a, b) => a + b, 0);
      return { first, weights: weights.map((weight) => weight / sum) };
    });
    const powers = [];
    const [re, im] = [new Float64Array(n), new Float64Array(n)];
    const power = new Float64Array(n / 2 + 1);
    for (let start = 0; start + n <= x.length; start += 2 * hop) {
      const two = start + hop + n <= x.length; // real and imaginary part: two frames
      for (let k = 0; k < n; k++) {
        re[k] = x[start + k] * taper[k];
        im[k] = two ? x[start + hop + k] * taper[k] : 0;
      }
      fft(re, im);
      for (const sign of two ? [1, -1] : [1]) {
        for (let k = 0; k <= n / 2; k++) {
          const other = (n - k) % n;
          const [a, b] = [re[k] + sign * re[other], im[k] - sign * im[other]];
          power[k] = (a * a + b * b) / 4;
        }
        powers.push(Float64Array.from(filters, ({ first, weights }) => {
          let sum = 0;
          for (let k = 0; k < weights.length; k++) sum += weights[k] * power[first + k];
          return sum;
        }));
      }
    }
    const sums = powers.map((frame) => frame.reduce((a, b) => a + b, 0));
    const nQuiet = Math.floor(QUIET * (sums.length - 1)) + 1;
    const limit = [...sums].sort((a, b) => a - b)[nQuiet];
    return {
      levels: powers.map((frame) => frame.map((p) => Math.log(p + FLOOR))),
      loud: sums.map((sum) => sum >= limit * (1 - TIE)),
    };
  }

  /* The first coefficients of the orthonormal DCT-II of each frame. */
  function cepstra(levels) {
    const n = levels[0].length;
    const rows = Array.from({ length: N_CEPSTRA }, (_, k) =>
      Float64Array.from({ length: n }, (__, i) =>
        Math.sqrt((k ? 2 : 1) / n) * Math.cos((Math.PI / n) * (i + 0.5) * k)));
    return levels.map((frame) => Float64Array.from(rows, (row) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += row[i] * frame[i];
      return sum;
    }));
  }

  const difference = (frames, lag) =>
    frames.slice(lag).map((frame, t) => frame.map((v, k) => v - frames[t][k]));

  /* Second and fourth central moments over the loud frames. */
  function moments(frames, loud) {
    const kept = frames.filter((_, t) => loud[t + loud.length - frames.length]);
    return Array.from({ length: N_CEPSTRA }, (_, k) => {
      let [sum, second, fourth] = [0, 0, 0];
      for (const frame of kept) sum += frame[k];
      for (const frame of kept) {
        const square = (frame[k] - sum / kept.length) ** 2;
        second += square;
        fourth += square * square;
      }
      return [second / kept.length, fourth / kept.length];
    });
  }

  /* antispoof.frontends.dynamics.statistics, one after the other */
  function statistics(frames, loud) {
    const lagged = LAGS.map((lag) => difference(frames, lag));
    const second = difference(lagged[0], 1);
    const all = [frames, ...lagged, second, difference(second, 1)];
    const found = all.map((some) => moments(some, loud));
    const spreads = found.map((row) => row.map(([m2]) => Math.log(Math.sqrt(m2) + 1e-4)));
    const peaked = [found[1], found[LAGS.length + 1]].map((row) =>
      row.map(([m2, m4]) => Math.log(m4 / (m2 * m2 + 1e-12) + 1e-3)));
    return [...spreads, ...peaked].flat();
  }

  /* antispoof.frontends.dynamics.modulation_spectrum */
  function modulationSpectrum(levels) {
    const n = levels.length;
    const size = levels[0].length / N_GROUPS;
    const taper = hanning(n);
    const angles = Float64Array.from({ length: n }, (_, k) => (2 * Math.PI * k) / n);
    const [cosines, sines] = [angles.map(Math.cos), angles.map(Math.sin)];
    const limits = MODULATION_BANDS.map((f) => Math.ceil((f * n) / 100));
    const found = Array.from({ length: limits.length - 1 }, () => []);
    for (let group = 0; group < N_GROUPS; group++) {
      const envelope = levels.map((frame) =>
        mean(frame.slice(group * size, (group + 1) * size)));
      const middle = mean(envelope);
      const changes = envelope.map((v, t) => (v - middle) * taper[t]);
      const power = (k) => {
        let [re, im] = [0, 0];
        for (let t = 0, at = 0; t < n; t++, at = (at + k) % n) {
          re += changes[t] * cosines[at];
          im += changes[t] * sines[at];
        }
        return re * re + im * im;
      };
      found.forEach((row, i) => {
        let sum = 0;
        for (let k = limits[i]; k < limits[i + 1]; k++) sum += power(k);
        row.push(Math.log(sum / (limits[i + 1] - limits[i]) + 1e-6));
      });
    }
    return found.flat();
  }

  /* antispoof.frontends.dynamics.Dynamics: 1 560 numbers */
  function dynamics(samples) {
    let peak = 1e-8;
    for (const v of samples) peak = Math.max(peak, Math.abs(v) + 1e-8);
    const x = new Float32Array(WINDOW);
    for (let i = 0; i < WINDOW; i++) x[i] = samples[i % samples.length] / peak;
    const found = RESOLUTIONS.map((one) => bands(x, one));
    return [
      ...found.flatMap(({ levels, loud }) => statistics(cepstra(levels), loud)),
      ...modulationSpectrum(found[1].levels),
    ];
  }

  /* ---------------------------------------------------------------- network */

  /* A float16 as a number. */
  function half(bits) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (!exponent) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }

  /* The tensors of a safetensors file: name -> {shape, values}. */
  function readTensors(buffer) {
    const size = Number(new DataView(buffer).getBigUint64(0, true));
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, size)));
    const tensors = {};
    for (const [name, about] of Object.entries(head)) {
      if (name === "__metadata__") continue;
      const bytes = buffer.slice(...about.data_offsets.map((at) => 8 + size + at));
      let values;
      if (about.dtype === "F16") {
        values = Float32Array.from(new Uint16Array(bytes), half);
      } else if (about.dtype === "F32") {
        values = new Float32Array(bytes);
      } else {
        continue; // counters, which are not needed
      }
      tensors[name] = { shape: about.shape, values };
    }
    return tensors;
  }

  /* antispoof.frontends.distilled_dynamics and antispoof.models.probe.Probe */
  class Network {
    constructor(tf, layers, probe) {
      this.tf = tf;
      const tensor = ({ shape, values }) => tf.tensor(values, shape);
      this.layers = {};
      for (const [name, one] of Object.entries(layers)) {
        const made = tensor(one);
        if (one.shape.length === 4) this.layers[name] = tf.transpose(made, [2, 3, 1, 0]);
        else if (one.shape.length === 2) this.layers[name] = tf.transpose(made);
        else this.layers[name] = made;
      }
      this.probe = Object.fromEntries(
        Object.entries(probe).map(([name, one]) => [name, tensor(one)]));
      this.prepare();
    }

    prepare() {
      const { tf } = this;
      const n = N_FFT / 2 + 1;
      const window = Float32Array.from({ length: N_FFT }, (_, i) =>
        0.5 - 0.5 * Math.cos((2 * Math.PI * i) / N_FFT));
      const [re, im] = [new Float32Array(N_FFT * n), new Float32Array(N_FFT * n)];
      for (let i = 0; i < N_FFT; i++) {
        for (let k = 0; k < n; k++) {
          const angle = (-2 * Math.PI * ((i * k) % N_FFT)) / N_FFT;
          re[i * n + k] = window[i] * Math.cos(angle);
          im[i * n + k] = window[i] * Math.sin(angle);
        }
      }
      this.dft = [tf.tensor(re, [N_FFT, n]), tf.tensor(im, [N_FFT, n])];
      const kept = Float32Array.from({ length: n }, (_, k) =>
        Number(k < Math.floor((HIGHEST * N_FFT) / RATE)));
      this.kept = tf.tensor(kept, [1, n]);
      const width = this.layers["project.bias"].shape[0];
      const steps = WINDOW / HOP / 2;
      const positions = new Float32Array(steps * width);
      for (let t = 0; t < steps; t++) {
        for (let i = 0; i < width; i += 2) {
          const rate = Math.exp((i * -Math.log(2 * 384)) / width);
          positions[t * width + i] = Math.sin(t * rate);
          positions[t * width + i + 1] = Math.cos(t * rate);
        }
      }
      this.positions = tf.tensor(positions, [steps, width]);
    }

    /* (n) samples -> (1, 161, 400, 2), of which the frames are the second axis. */
    spectrum(samples) {
      const { tf } = this;
      const x = new Float32Array(WINDOW + N_FFT - HOP);
      const margin = (N_FFT - HOP) / 2;
      let peak = 0;
      for (const v of samples) peak = Math.max(peak, Math.abs(v));
      const at = (i) => samples[i % samples.length] / (peak + 1e-8);
      for (let i = 0; i < x.length; i++) {
        let k = Math.abs(i - margin); // reflected at both ends
        if (k >= WINDOW) k = 2 * (WINDOW - 1) - k;
        x[i] = at(k);
      }
      const n = WINDOW / HOP;
      const frames = new Float32Array(n * N_FFT);
      for (let t = 0; t < n; t++) {
        frames.set(x.subarray(t * HOP, t * HOP + N_FFT), t * N_FFT);
      }
      const shaped = tf.tensor(frames, [n, N_FFT]);
      const [re, im] = this.dft.map((matrix) => tf.matMul(shaped, matrix));
      const power = tf.add(tf.square(re), tf.square(im));
      const magnitude = tf.maximum(tf.sqrt(power), 1e-12);
      const factor = tf.mul(tf.pow(magnitude, EXPONENT - 1), this.kept);
      const both = tf.stack([tf.mul(re, factor), tf.mul(im, factor)], 2);
      return tf.expandDims(tf.transpose(both, [1, 0, 2]), 0);
    }

    dense(x, name) {
      const { tf, layers } = this;
      return tf.add(tf.matMul(x, layers[`${name}weight`]), layers[`${name}bias`]);
    }

    normalise(x, name) {
      const { tf, layers } = this;
      const middle = tf.mean(x, -1, true);
      const centred = tf.sub(x, middle);
      const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5));
      const scaled = tf.mul(tf.div(centred, deviation), layers[`${name}.weight`]);
      return tf.add(scaled, layers[`${name}.bias`]);
    }

    attention(x, name) {
      const { tf } = this;
      const [steps, width] = x.shape;
      const size = width / N_HEADS;
      const all = this.dense(x, `${name}.in_proj_`);
      const [q, k, v] = tf.split(all, 3, 1).map((part) =>
        tf.transpose(tf.reshape(part, [steps, N_HEADS, size]), [1, 0, 2]));
      const weights = tf.softmax(tf.div(tf.matMul(q, k, false, true), Math.sqrt(size)));
      const mixed = tf.transpose(tf.matMul(weights, v), [1, 0, 2]);
      return this.dense(tf.reshape(mixed, [steps, width]), `${name}.out_proj.`);
    }

    /* Samples of a window, trimmed -> {score, distance}. */
    score(samples) {
      const { tf, layers } = this;
      const change = dynamics(samples);
      const found = tf.tidy(() => {
        let x = this.spectrum(samples);
        for (let i = 0; layers[`convolutions.${2 * i}.weight`]; i++) {
          const kernel = layers[`convolutions.${2 * i}.weight`];
          const last = !layers[`convolutions.${2 * i + 2}.weight`];
          x = tf.pad(x, [[0, 0], [0, 0], [1, 1], [0, 0]]);
          x = tf.conv2d(x, kernel, [1 + (i > 0), 1 + last], "valid");
          x = tf.leakyRelu(tf.add(x, layers[`convolutions.${2 * i}.bias`]), 0.1);
        }
        // (1, rows, steps, channels) -> (steps, channels * rows), rows fastest
        x = tf.reshape(tf.transpose(x, [0, 2, 3, 1]), [x.shape[2], -1]);
        const scale = tf.div(layers["norm.weight"],
          tf.sqrt(tf.add(layers["norm.running_var"], 1e-5)));
        x = tf.mul(tf.sub(x, layers["norm.running_mean"]), scale);
        x = this.dense(tf.add(x, layers["norm.bias"]), "project.");
        const outputs = [x];
        x = tf.add(x, this.positions);
        for (let i = 0; layers[`encoder.layers.${i}.norm1.weight`]; i++) {
          const name = `encoder.layers.${i}`;
          x = tf.add(x, this.attention(x, `${name}.self_attn`));
          x = this.normalise(x, `${name}.norm1`);
          const inner = tf.relu(this.dense(x, `${name}.linear1.`));
          x = tf.add(x, this.dense(inner, `${name}.linear2.`));
          x = this.normalise(x, `${name}.norm2`);
          outputs.push(x);
        }
        const rows = outputs.flatMap((y) => {
          const middle = tf.mean(y, 0);
          const spread = tf.sum(tf.square(tf.sub(y, middle)), 0);
          return [middle, tf.sqrt(tf.div(spread, y.shape[0] - 1))];
        });
        const { probe } = this;
        const deviation = tf.sqrt(tf.add(probe["norm.running_var"], 1e-5));
        const z = tf.div(tf.sub(tf.concat([...rows, tf.tensor(change)]), probe["norm.running_mean"]), deviation);
        const column = tf.expandDims(z, 1);
        const logits = tf.add(tf.squeeze(tf.matMul(probe["fc.weight"], column)),
          probe["fc.bias"]);
        return tf.concat([logits, tf.expandDims(tf.mean(tf.square(z)))]);
      });
      const [spoof, bonafide, distance] = found.dataSync();
      found.dispose();
      return { score: bonafide - spoof, distance };
    }
  }

  /* ------------------------------------------------------------- the answer */

  /* antispoof.inference.domain.Reference.p_value */
  function pValue({ values, weights }, value) {
    let rank = 0;
    while (rank < values.length && values[rank] <= value) rank += 1;
    const below = rank ? weights[rank - 1] : 0;
    return (values.length * below + 1) / (values.length + 1);
  }

  /* antispoof.calibration.Calibration */
  function calibrate(c, score) {
    const llr = Math.min(c.largest_llr_bonafide,
      Math.max(-c.largest_llr_spoof, c.slope * score + c.intercept));
    const [low, high] = thresholds(c);
    const answer = score < low ? "spoof" : score > high ? "bonafide" : "uncertain";
    return { llr, probability: 1 / (1 + Math.exp(-llr)), answer };
  }

  /* antispoof.calibration.Calibration.thresholds */
  function thresholds({ spoof_below, bonafide_above, withheld }) {
    const [low, high] = [spoof_below, bonafide_above].sort((a, b) => a - b);
    return [withheld.includes("spoof") ? -Infinity : low,
      withheld.includes("bonafide") ? Infinity : high];
  }

  /* antispoof.inference.prediction.predict_clip, without decoding.

     `data` holds `network`, `calibration`, `window_calibration` and `domain`;
     `progress` is called with the share of the clip that is scored. */
  function predict(samples, data, progress = () => {}) {
    const seconds = samples.length / RATE;
    if (seconds < MIN_SECONDS) {
      throw new Error(`it holds ${seconds.toFixed(4)} s of sound; at least ${MIN_SECONDS} s ` +
        "are needed");
    }
    const parts = windows(samples);
    if (!parts.length) throw new Error("it is silent throughout, there is no voice in it");
    if (!voiceSomewhere(samples)) {
      throw new Error("no voice was found in it; a tone, noise or a whisper cannot be judged");
    }
    const found = parts.map(([start, window], i) => {
      const { score, distance } = data.network.score(trim(window));
      progress((i + 1) / parts.length);
      return { start: start / RATE, score, distance };
    });
    const scores = found.map((one) => one.score);
    const score = mean(scores);
    const { llr, probability, answer } = calibrate(data.calibration, score);
    const { domain } = data;
    let reason = null;
    if (pValue(domain.closeness, -mean(found.map((one) => one.distance))) <= ALPHA) {
      reason = "it differs too much from the speech that the detector knows, as noise, " +
        "music and telephone lines do";
    } else if (pValue(domain.high_band, highBandLevel(samples)) <= ALPHA) {
      reason = "it has almost no sound above 4.5 kHz, as after a telephone line";
    }
    const inDomain = reason === null;
    const odd = found.find(
      (one) => pValue(domain.windows, one.score) * found.length <= ALPHA_PARTS);
    if (inDomain && answer !== "spoof" && found.length > 1 && odd) {
      const last = Math.min(odd.start + WINDOW / RATE, seconds);
      reason = `its part from ${odd.start.toFixed(0)} to ${last.toFixed(0)} s seems fake ` +
        "by itself; listen to that part";
    }
    const segments = [];
    found.forEach((one) => {
      const end = Math.min(one.start + WINDOW / RATE, seconds);
      const given = inDomain
        ? calibrate(data.window_calibration, one.score).answer : "uncertain";
      const last = segments[segments.length - 1];
      if (last && last.answer === given) {
        last.end = end;
        last.scores.push(one.score);
      } else {
        segments.push({ start: one.start, end, answer: given, scores: [one.score] });
      }
    });
    return {
      score,
      probability_bonafide: probability,
      answer: inDomain && reason === null ? answer : "uncertain",
      seconds,
      in_domain: inDomain,
      reason,
      llr,
      windows: found,
      segments: segments.map(({ scores: some, ...segment }) => ({
        ...segment,
        probability_bonafide: calibrate(data.window_calibration, mean(some)).probability,
      })),
      warnings: seconds < SHORT
        ? ["so short a clip is judged less exactly"] : [],
    };
  }

  /* antispoof.inference.prediction.format_prediction */
  function formatPrediction(result, sentences) {
    const answer = sentences.answers[result.answer];
    const found = `${result.seconds.toFixed(1)} s of sound`;
    const notes = result.warnings.map((warning) => ` Note: ${warning}.`).join("");
    if (!result.in_domain) {
      return `${answer}: ${result.reason}; such clips are not judged (${found}).${notes}`;
    }
    const why = result.reason ?? formatRatio(result.llr, result.answer, sentences);
    return `${answer}: ${why} (score ${result.score.toFixed(2)}; ${found}).${notes}`;
  }

  /* antispoof.inference.prediction.format_ratio */
  function formatRatio(llr, answer, { support, even }) {
    const [more, less] = llr >= 0 ? ["real voices", "fakes"] : ["fakes", "real voices"];
    const ratio = Math.exp(Math.abs(llr));
    if (ratio <= even) {
      return `such a score is about as frequent among ${more} as among ${less}`;
    }
    const step = ratio > 100 ? 10 : 1;
    const times = step * Math.floor(ratio / step + 0.5);
    const [, word] = support.find(([limit]) => times <= limit);
    let words = `${word} support for a ${llr >= 0 ? "real voice" : "fake"}`;
    if (answer === "uncertain") {
      words = llr < 0 ? "too little to decide" : "but fakes of new kinds often have it too";
    }
    return `such a score is about ${times} times as frequent among ${more} as among ` +
      `${less}, ${words}`;
  }

  return { Network, dynamics, fft, formatPrediction, hanning, hasVoice, highBandLevel, predict,
    readTensors, thresholds, trim, windows };
})();

if (typeof module !== "undefined") module.exports = ClipDetector;
