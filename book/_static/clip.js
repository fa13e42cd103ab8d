/* "Ask about a clip": the detector on a clip of the reader's own; nothing leaves the page.

   The network runs in a worker. Its code and weights are in clip-data.js, which is loaded
   when the first clip is given; a worker that is made of text also runs where the page is
   opened from disk. */
"use strict";

(() => {
  const RATE = 16000;
  const RECORDED = 10; // seconds
  const CANCELLED = 0.01; // as in antispoof.audio.containers
  const PRIORS = [0.01, 0.1, 0.5, 0.9]; // share of fakes

  const { element, drawn } = ScoreExplorer; // explorer.js is on every page

  /* --------------------------------------------------------------- detector */

  let loading;

  /* Its `ask(samples, onProgress)` resolves to a prediction; it ends an earlier one that
     still runs. */
  function detector(folder) {
    loading ??= new Promise((resolve, reject) => {
      const script = element("script", { src: `${folder}clip-data.js` });
      script.onerror = () => reject(new Error("the weights could not be loaded"));
      script.onload = () => resolve(start(window.ClipData));
      document.head.append(script);
    });
    return loading;
  }

  function start({ code, ...data }) {
    const address = URL.createObjectURL(new Blob(code, { type: "text/javascript" }));
    let worker;
    let isBusy = false;
    const ask = (samples, onProgress) =>
      new Promise((resolve, reject) => {
        if (isBusy) { // with a clip that is no longer wanted
          worker.terminate();
          worker = null;
        }
        if (!worker) {
          worker = new Worker(address);
          worker.postMessage({ data });
        }
        isBusy = true;
        const end = (settle, value) => {
          isBusy = false;
          settle(value);
        };
        worker.onmessage = ({ data: { progress, result, error } }) => {
          if (progress !== undefined) onProgress(progress);
          else if (error) end(reject, new Error(error));
          else end(resolve, result);
        };
        worker.onerror = (event) => end(reject, new Error(event.message));
        worker.postMessage({ samples });
      });
    const limits = ClipDetector.thresholds(data.calibration);
    return { ask, sentences: data.sentences, limits };
  }

  /* ------------------------------------------------------------------ sound */

  /* A file's bytes as channels at 16 kHz; before them their mean, or null if they cancel
     each other. */
  async function decode(bytes) {
    if (!bytes.byteLength) throw new Error("the file is empty");
    const context = new OfflineAudioContext(1, 1, RATE);
    let buffer;
    try {
      buffer = await context.decodeAudioData(bytes);
    } catch {
      throw new Error("it is not a sound file, was cut off, or is of a kind that this" +
        " browser cannot decode; WAV, FLAC, MP3 and m4a usually work");
    }
    const channels = Array.from({ length: buffer.numberOfChannels }, (_, i) =>
      buffer.getChannelData(i));
    if (channels.length === 1) return channels;
    const mean = channels[0].map((_, i) =>
      channels.reduce((sum, x) => sum + x[i], 0) / channels.length);
    const power = (x) => x.reduce((sum, v) => sum + v * v, 0);
    const isCancelled = power(mean) < CANCELLED * Math.max(...channels.map(power));
    return [isCancelled ? null : mean, ...channels];
  }

  /* The prediction for the mean; where it has no voice, for each channel with one. */
  async function askEach(ask, sounds, isWanted, onProgress) {
    const found = [];
    let failed;
    for (const [channel, samples] of sounds.entries()) {
      if (!samples || !isWanted()) continue;
      try {
        found.push({ channel, one: await ask(samples, onProgress) });
        if (!channel) break;
      } catch (error) {
        failed ??= error;
        if (!/voice/.test(error.message)) break;
      }
    }
    if (failed && !found.length) throw failed;
    return found;
  }

  /* ----------------------------------------------------------------- pictures */

  /* A spectrogram, 0 to 8 kHz upwards, 70 dB below the loudest point is black. */
  function paintSpectrogram(canvas, samples) {
    const { fft, hanning } = ClipDetector;
    const [n, width, height] = [512, canvas.width, canvas.height];
    const taper = hanning(n);
    const levels = new Float32Array(width * height);
    let top = -Infinity;
    for (let column = 0; column < width; column++) {
      const start = Math.floor((column / width) * Math.max(1, samples.length - n));
      const [re, im] = [new Float64Array(n), new Float64Array(n)];
      for (let k = 0; k < n; k++) re[k] = (samples[start + k] || 0) * taper[k];
      fft(re, im);
      for (let row = 0; row < height; row++) {
        const k = Math.floor(((height - 1 - row) / height) * (n / 2));
        const level = 10 * Math.log10(re[k] ** 2 + im[k] ** 2 + 1e-12);
        levels[row * width + column] = level;
        top = Math.max(top, level);
      }
    }
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    levels.forEach((level, i) => {
      const t = Math.min(1, Math.max(0, 1 + (level - top) / 70));
      const colour = [255 * Math.min(1, 1.6 * t), 255 * t ** 2.2, 255 * (0.6 * t * (1 - t) + t ** 6)];
      image.data.set([...colour, 255], 4 * i);
    });
    context.putImageData(image, 0, 0);
  }

  /* One line for each window; in the band, the detector cannot tell. */
  function timeline({ windows, seconds }, [low, high], width) {
    const [height, left] = [150, 44];
    const scores = windows.map((one) => one.score);
    // An infinite limit stands for an answer that is never given.
    const shown = [low, high].filter(Number.isFinite).concat(scores);
    const lowest = Math.min(...shown) - 0.7;
    const highest = Math.max(...shown) + 0.7;
    const [bottom, top] = [Math.max(low, lowest), Math.min(high, highest)];
    const x = (t) => left + (t / seconds) * (width - left - 6);
    const y = (v) => 6 + ((highest - v) / (highest - lowest)) * (height - 28);
    const text = (at, to, words, anchor) =>
      drawn("text", { x: at, y: to, "text-anchor": anchor }, words);
    return drawn(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, role: "img", class: "clip-timeline",
        "aria-label": "Score of each window over time" },
      drawn("rect", { x: left, y: y(top), width: x(seconds) - left, height: y(bottom) - y(top) }),
      text(left - 6, y(top), high === top ? "real" : "", "end"),
      text(left - 6, y(bottom) + 10, low === bottom ? "fake" : "", "end"),
      text(left, height - 4, "0 s", "start"),
      text(x(seconds), height - 4, `${seconds.toFixed(1)} s`, "end"),
      ...windows.map(({ start, score }) =>
        drawn("line", { x1: x(start), x2: x(Math.min(start + 4, seconds)), y1: y(score),
          y2: y(score), class: score < low ? "fake" : score > high ? "real" : "" })),
    );
  }

  /* ------------------------------------------------------------------- answer */

  const row = (cell, words) =>
    element("tr", {}, ...words.map((word) => element(cell, {}, word)));

  function table(caption, heads, rows) {
    return element("table", { class: "table" },
      element("caption", {}, caption),
      element("thead", {}, row("th", heads)),
      element("tbody", {}, ...rows.map((words) => row("td", words))));
  }

  const percent = (x) => `${Math.round(100 * x)}\u202f%`;

  /* Never certain. */
  function capped(probability) {
    if (probability < 0.01) return `less than ${percent(0.01)}`;
    return probability > 0.99 ? `more than ${percent(0.99)}` : percent(probability);
  }

  /* What the ratio means at several shares of fakes. */
  function priors(llr) {
    const ratio = Math.exp(-llr);
    const rows = PRIORS.map((prior) => {
      const odds = (prior / (1 - prior)) * ratio;
      return [percent(prior), capped(odds / (1 + odds))];
    });
    const heads = ["If this share of the clips that you get is fake",
      "then this share of clips with such a score is fake"];
    return table("What it means depends on how frequent fakes are", heads, rows);
  }

  function answer(result, sentences, limits, width) {
    const { formatPrediction } = ClipDetector;
    const shown = [
      element("p", { class: "clip-answer" }, formatPrediction(result, sentences)),
      element("p", {}, sentences.meaning[result.answer]),
    ];
    if (result.in_domain) {
      if (result.answer !== "uncertain") shown.push(priors(result.llr));
      shown.push(timeline(result, limits, width),
        element("p", {}, "The score over time. In the band, the detector cannot tell."));
      if (result.segments.length > 1) {
        shown.push(table(`A part alone is less certain than the clip. ${sentences.parts}`,
          ["Part", "Answer"],
          result.segments.map((one) => [
            `${one.start.toFixed(1)} to ${one.end.toFixed(1)} s`,
            sentences.answers[one.answer],
          ])));
      }
    }
    return shown;
  }

  /* --------------------------------------------------------------------- page */

  /* Take what a player of another page has sent. */
  function receive(check) {
    let sent;
    try {
      sent = sessionStorage.getItem("clip");
      sessionStorage.removeItem("clip");
    } catch {
      return; // a browser that stores nothing
    }
    if (!sent) return;
    const { name, source } = JSON.parse(sent);
    fetch(source).then((found) => found.blob()).then((blob) => check(blob, name));
  }

  function build(root) {
    const folder = root.dataset.static;
    const file = element("input", { type: "file", id: "clip-file", accept: "audio/*,video/*" });
    const record = element("button", { type: "button" }, `Record ${RECORDED} seconds`);
    const note = element("p", { class: "clip-note" });
    const status = element("p", { role: "status", "aria-live": "polite" });
    const bar = element("progress", { max: 1, value: 0, "aria-label": "Share that is checked" });
    const audio = element("audio", { controls: "" });
    const canvas = element("canvas", { width: 600, height: 160, role: "img",
      "aria-label": "Spectrogram of the clip" });
    const playhead = element("div", { class: "clip-playhead" });
    const picture = element("div", { class: "clip-picture" }, canvas, playhead);
    const result = element("div", { class: "clip-result" });
    for (const one of [bar, audio, picture]) one.hidden = true;
    root.replaceChildren(
      element("p", {}, element("label", { for: "clip-file" }, "Choose a sound file, or drop it here: "), file),
      element("p", {}, record), note, status, bar, audio, picture, result);

    audio.addEventListener("timeupdate", () => {
      playhead.style.left = `${(100 * audio.currentTime) / (audio.duration || 1)}%`;
    });

    let address;
    let turn = 0; // an answer to a clip that is no longer shown is dropped
    async function check(blob, name) {
      const mine = (turn += 1);
      const isWanted = () => mine === turn;
      result.replaceChildren();
      URL.revokeObjectURL(address);
      address = URL.createObjectURL(blob);
      audio.src = address;
      audio.hidden = false;
      bar.hidden = picture.hidden = true;
      status.textContent = `Decoding ${name}\u2026`;
      try {
        const sounds = await decode(await blob.arrayBuffer());
        if (!isWanted()) return;
        const samples = sounds.find(Boolean);
        paintSpectrogram(canvas, samples);
        picture.hidden = bar.hidden = false;
        bar.value = 0;
        status.textContent = "Loading the detector, once\u2026";
        const { ask, sentences, limits } = await detector(folder);
        if (!isWanted()) return;
        status.textContent = `Checking ${(samples.length / RATE).toFixed(1)} s of sound\u2026`;
        const found = await askEach(ask, sounds, isWanted, (share) => {
          if (isWanted()) bar.value = share;
        });
        if (!isWanted()) return;
        root.prediction = found[0].one;
        const answers = found.flatMap(({ channel, one }) => [
          ...(channel ? [element("p", {}, `Channel ${channel} by itself:`)] : []),
          ...answer(one, sentences, limits, result.clientWidth),
        ]);
        const about = element("p", {}, element("small", {}, sentences.about));
        result.replaceChildren(...answers, about);
        status.textContent = `${name}: done; the answer is below.`;
      } catch (error) {
        if (!isWanted()) return;
        status.textContent = `No answer for ${name}: ${error.message}.`;
      }
      bar.hidden = true;
    }

    file.addEventListener("change", () => {
      if (file.files.length) check(file.files[0], file.files[0].name);
    });
    // Anywhere: beside the box, the browser would leave the page and open the file.
    document.addEventListener("dragover", (event) => {
      if (event.dataTransfer.types.includes("Files")) event.preventDefault();
    });
    document.addEventListener("drop", (event) => {
      const [dropped] = event.dataTransfer.files;
      if (!dropped) return;
      event.preventDefault();
      const shown = new DataTransfer();
      shown.items.add(dropped);
      file.files = shown.files; // its name beside the button
      check(dropped, dropped.name);
    });
    receive(check);

    if (!window.isSecureContext || !navigator.mediaDevices) {
      record.disabled = true;
      note.textContent = "To record, open this page over https, from localhost or from disk:" +
        " browsers give the microphone to no other page.";
      return;
    }
    record.addEventListener("click", async () => {
      try {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
        const mine = (turn += 1);
        bar.hidden = true;
        file.value = "";
        const recorder = new MediaRecorder(stream);
        const parts = [];
        recorder.ondataavailable = (event) => parts.push(event.data);
        recorder.onstop = () => {
          stream.getTracks().forEach((track) => track.stop());
          record.disabled = false;
          const recorded = new Blob(parts, { type: recorder.mimeType });
          if (mine === turn) check(recorded, "your recording");
        };
        recorder.start();
        record.disabled = true;
        status.textContent = `Recording ${RECORDED} seconds: speak now.`;
        setTimeout(() => recorder.stop(), 1000 * RECORDED);
      } catch (error) {
        status.textContent = `No recording: ${error.message}.`;
      }
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".clip-check").forEach(build);
  });
})();
