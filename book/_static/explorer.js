/* The score explorer: a threshold dragged over a histogram of scores.

   The page's data say of each trial how many thresholds lie below its score, made by
   antispoof_report.score_explorer; what is decided at the k-th threshold follows from them
   by counting. Classes come in the order spoof, bona fide; a trial is called bona fide
   when its score is above the threshold. */
"use strict";

const ScoreExplorer = (() => {
  const CLASSES = ["spoof", "bona fide"];
  const POINTS = {
    zero: "Zero",
    dev: "Chosen on dev",
    oracle: "Oracle (looks at the answers)",
  };
  const TICKS = { zero: "0", dev: "dev", oracle: "oracle" };

  const sum = (numbers) => numbers.reduce((total, n) => total + n, 0);

  const ALL = "all";
  const NEAR = 3; // clips that are named

  /* A panel with what is drawn and counted: `counts` (class -> trials at or below the
     first threshold, between neighbouring ones, and above the last) and `bars`. Of the
     spoof trials, those of one attack, or all. */
  function select(panel, trials, nBars, attack = ALL) {
    const { thresholds, low, high, bins } = panel;
    const zeros = (n) => CLASSES.map(() => new Array(n).fill(0));
    const [counts, bars] = [zeros(thresholds.length + 1), zeros(nBars)];
    const own = bins.map((_, i) => i).filter(
      (i) => trials.labels[i] === 1 || attack === ALL || trials.attacks[i] === attack);
    for (const i of own) {
      const at = (k) => Math.min(Math.max(thresholds[k] ?? high, low), high);
      const middle = (at(bins[i] - 1) + at(bins[i])) / 2;
      const bar = Math.floor((nBars * (middle - low)) / (high - low));
      counts[trials.labels[i]][bins[i]] += 1;
      bars[trials.labels[i]][Math.min(bar, nBars - 1)] += 1;
    }
    return { ...panel, counts, bars, own, trials };
  }

  /* The clips whose scores are nearest to the k-th threshold, in words. */
  function nearClips({ own, bins, trials }, k) {
    const distance = (i) => Math.abs(bins[i] - 0.5 - k);
    const nearest = [...own].sort((a, b) => distance(a) - distance(b)).slice(0, NEAR);
    return nearest.map((i) => {
      const truth = trials.labels[i] === 1 ? "bona fide" : trials.attacks[i];
      return `${trials.ids[i]} (${truth}, called ${CLASSES[Number(bins[i] > k)]})`;
    });
  }

  /* Equal error rate, as near as the thresholds come to it. */
  function equalErrorRate(panel) {
    let best = [2, 0];
    panel.thresholds.forEach((_, k) => {
      const { miss, falseAlarm } = measures(confusion(panel, k));
      const gap = Math.abs(miss - falseAlarm);
      if (gap < best[0]) best = [gap, (miss + falseAlarm) / 2];
    });
    return best[1];
  }

  /* Counts [true class][decided class] at the k-th threshold of a panel. */
  function confusion(panel, k) {
    return panel.counts.map((counts) => [
      sum(counts.slice(0, k + 1)),
      sum(counts.slice(k + 1)),
    ]);
  }

  /* What a table of the book shows of a confusion matrix, if a share of all clips were
     spoof; the share that they have if it is not given. */
  function measures([[spoofRight, falseAlarms], [misses, bonafideRight]], share) {
    const spoof = Math.max(spoofRight + falseAlarms, 1);
    const bonafide = Math.max(misses + bonafideRight, 1);
    const p = share ?? spoof / (spoof + bonafide);
    const miss = misses / bonafide;
    const falseAlarm = falseAlarms / spoof;
    const [caught, accepted] = [p * (1 - falseAlarm), (1 - p) * (1 - miss)];
    const wrong = p * falseAlarm + (1 - p) * miss;
    const f1 = (right) => (2 * right) / Math.max(2 * right + wrong, 1e-12);
    return {
      accuracy: caught + accepted,
      macroF1: (f1(caught) + f1(accepted)) / 2,
      miss,
      falseAlarm,
      trueAlarm: caught / Math.max(caught + (1 - p) * miss, 1e-12),
    };
  }

  /* The constant answer "spoof": a threshold above every score. */
  function alwaysSpoof(panel) {
    return panel.counts.map((counts) => [sum(counts), 0]);
  }

  /* Position of the threshold that is nearest to a value. */
  function nearest(panel, value) {
    const distance = panel.thresholds.map((t) => Math.abs(t - value));
    return distance.indexOf(Math.min(...distance));
  }

  const signed = (x, places) => x.toFixed(places).replace("-", "\u2212");
  const percent = (x) => `${(100 * x).toFixed(1)}\u202f%`;

  /* ------------------------------------------------------------ on the page */

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  function drawn(name, attributes = {}, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) {
      made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  /* A labelled list for each thing that the panels differ in. */
  function choices(panels, onChange) {
    const names = {
      group: "Speech",
      partition: "Dataset",
      model: "Model",
      seed: "Seed",
    };
    const lists = {};
    const box = element("div", { class: "explorer-choices" });
    for (const [key, name] of Object.entries(names)) {
      lists[key] = element("select");
      box.append(element("label", {}, element("span", {}, name), lists[key]));
      lists[key].addEventListener("change", () => {
        fill();
        onChange(chosen());
      });
    }
    const fits = (panel, keys) =>
      keys.every((key) => String(panel[key]) === lists[key].value);

    /* What a list offers depends on the lists before it; what was chosen stays. */
    function fill() {
      const before = [];
      for (const [key, list] of Object.entries(lists)) {
        const own = panels.filter((panel) => fits(panel, before));
        const values = [...new Set(own.map((panel) => String(panel[key])))];
        const kept = values.includes(list.value) ? list.value : values[0];
        list.replaceChildren(...values.map((v) => element("option", {}, v)));
        list.value = kept;
        before.push(key);
      }
    }
    const chosen = () => panels.find((panel) => fits(panel, Object.keys(lists)));
    fill();
    return { box, chosen };
  }

  let clips = 0;

  /* Bona fide above the axis, spoof below it; wrong decisions are darker. */
  function plot(panel, width) {
    const height = 250;
    const edge = { left: 8, right: 8, top: 26, bottom: 42 };
    const middle = (edge.top + height - edge.bottom) / 2;
    const half = middle - edge.top;
    const inner = width - edge.left - edge.right;
    const x = (value) =>
      edge.left + (inner * (value - panel.low)) / (panel.high - panel.low);
    const svg = drawn("svg", {
      viewBox: `0 0 ${width} ${height}`,
      height,
      role: "img",
      "aria-label":
        "Histogram of the scores, bona fide above the axis and spoof below it, " +
        "with the threshold as a vertical line.",
    });
    const clip = `explorer-clip-${(clips += 1)}`;
    const sides = ["left", "right"].map((side) => {
      const box = drawn("rect", { y: 0, height });
      svg.append(drawn("clipPath", { id: `${clip}-${side}` }, box));
      return box;
    });
    panel.bars.forEach((bars, index) => {
      const total = Math.max(sum(bars), 1);
      const tallest = Math.max(...panel.bars.map((b) => Math.max(...b) / Math.max(sum(b), 1)));
      const name = index === 0 ? "spoof" : "bonafide";
      const step = inner / bars.length;
      for (const side of ["left", "right"]) {
        const right = (index === 0) === (side === "left");
        const group = drawn("g", {
          class: `explorer-${name} ${right ? "explorer-right" : "explorer-wrong"}`,
          "clip-path": `url(#${clip}-${side})`,
        });
        bars.forEach((count, i) => {
          if (count === 0) return;
          const tall = (half * count) / total / tallest;
          group.append(
            drawn("rect", {
              x: edge.left + i * step + 0.5,
              width: Math.max(step - 1, 1),
              y: index === 0 ? middle : middle - tall,
              height: Math.max(tall, 1),
            }),
          );
        });
        svg.append(group);
      }
    });
    const text = (at, y, anchor, content, style = "") =>
      drawn("text", { x: at, y, "text-anchor": anchor, class: style }, content);
    svg.append(
      drawn("line", {
        class: "explorer-axis",
        x1: edge.left,
        x2: width - edge.right,
        y1: middle,
        y2: middle,
      }),
      text(edge.left, edge.top + 12, "start", "bona fide", "explorer-class"),
      text(edge.left, height - edge.bottom - 6, "start", "spoof", "explorer-class"),
      text(edge.left, height - 4, "start", signed(panel.low, 1)),
      text(width - edge.right, height - 4, "end", signed(panel.high, 1)),
      text(width / 2, height - 4, "middle", "score (higher: more bona fide)"),
    );
    // Ticks too near to one another share a label.
    let label = null;
    for (const [name, k] of Object.entries(panel.points).sort((a, b) => a[1] - b[1])) {
      const at = x(panel.thresholds[k]);
      svg.append(
        drawn("line", {
          class: `explorer-tick explorer-${name}`,
          x1: at,
          x2: at,
          y1: height - edge.bottom - 8,
          y2: height - edge.bottom + 8,
        }),
      );
      if (label && at - label.at < 40) {
        label.node.textContent += `, ${TICKS[name]}`;
      } else {
        label = { at, node: text(at, height - edge.bottom + 19, "middle", TICKS[name]) };
        svg.append(label.node);
      }
    }
    const line = drawn("line", {
      class: "explorer-threshold",
      y1: edge.top - 4,
      y2: height - edge.bottom,
    });
    const value = drawn("text", { y: edge.top - 10, class: "explorer-value" });
    svg.append(line, value);

    function move(k) {
      const at = x(panel.thresholds[k]);
      line.setAttribute("x1", at);
      line.setAttribute("x2", at);
      sides[0].setAttribute("width", Math.max(at, 0));
      sides[1].setAttribute("x", at);
      sides[1].setAttribute("width", Math.max(width - at, 0));
      value.setAttribute("x", Math.min(Math.max(at, 50), width - 50));
      value.setAttribute("text-anchor", "middle");
      value.textContent = `threshold ${signed(panel.thresholds[k], 2)}`;
    }
    const valueAt = (pixel) =>
      panel.low + ((pixel - edge.left) / inner) * (panel.high - panel.low);
    return { svg, move, valueAt };
  }

  function row(head, ...cells) {
    const made = element("tr", {}, element("th", { scope: "row" }, head));
    made.append(...cells.map((cell) => element("td", {}, cell)));
    return made;
  }

  function heads(...names) {
    const cells = names.map((name) => element("th", { scope: "col" }, name));
    return element("thead", {}, element("tr", {}, ...cells));
  }

  function numbers(panel, k, fakes) {
    const matrix = confusion(panel, k);
    const now = measures(matrix, fakes);
    const constant = measures(alwaysSpoof(panel), fakes);
    const share = (n, of) => `${n} (${percent(n / Math.max(of, 1))})`;
    const decisions = element(
      "table",
      { class: "explorer-confusion" },
      element("caption", {}, "Decisions"),
      heads("truly", "called spoof", "called bona fide"),
      element(
        "tbody",
        {},
        ...matrix.map((cells, i) =>
          row(CLASSES[i], ...cells.map((n) => share(n, sum(cells)))),
        ),
      ),
    );
    decisions.querySelectorAll("td").forEach((cell, i) => {
      cell.className = i === 0 || i === 3 ? "explorer-good" : "explorer-bad";
    });
    const rows = [
      ["accuracy", "accuracy", (x) => x.toFixed(3)],
      ["macro-F1", "macroF1", (x) => x.toFixed(3)],
      ["bona fide called spoof", "miss", percent],
      ["spoof called bona fide", "falseAlarm", percent],
      ["really spoof, of those called so", "trueAlarm", percent],
    ];
    const values = element(
      "table",
      {},
      element("caption", {}, "Measures"),
      heads("measure", "at this threshold", "always “spoof”"),
      element(
        "tbody",
        {},
        ...rows.map(([name, key, write]) =>
          row(name, write(now[key]), write(constant[key])),
        ),
        row("EER (any threshold)", percent(equalErrorRate(panel)), "\u2013"),
      ),
    );
    const said =
      `Threshold ${signed(panel.thresholds[k], 2)}: accuracy ` +
      `${now.accuracy.toFixed(3)}, macro-F1 ${now.macroF1.toFixed(3)}, ` +
      `${percent(now.miss)} of bona fide called spoof, ` +
      `${percent(now.falseAlarm)} of spoof called bona fide.`;
    return { tables: [decisions, values], said };
  }

  /* The whole widget, in a box that is not yet on the page. */
  function widget({ panels, trials, bars }) {
    const box = element("div", { class: "explorer" });
    const picture = element("div", { class: "explorer-plot" });
    const slider = element("input", {
      type: "range",
      min: 0,
      step: 1,
      "aria-label": "Threshold",
    });
    const jumps = element("div", {
      class: "explorer-points",
      role: "group",
      "aria-label": "Operating points",
    });
    const results = element("div", { class: "explorer-numbers" });
    const said = element("p", { class: "explorer-said", role: "status" });
    const near = element("p", { class: "explorer-near" });
    const attack = element("select");
    const fakes = element("input", { type: "range", min: 1, max: 99, step: 1 });
    const amount = element("span");
    const amounts = element("label", { class: "explorer-share" },
      element("span", {}, "Share of fakes: "), amount, fakes);
    const list = choices(panels, (next) => show(next, "zero"));
    list.box.append(element("label", {}, element("span", {}, "Attack"), attack));
    let panel = null;
    let own = null; // the share of fakes of the panel's clips, in percent
    let at = 0;
    let drawing = null;

    for (const [name, words] of Object.entries(POINTS)) {
      const button = element("button", { type: "button" }, words);
      button.addEventListener("click", () => set(panel.points[name]));
      jumps.append(button);
    }
    slider.addEventListener("input", () => set(Number(slider.value)));
    attack.addEventListener("change", () => show(list.chosen(), "zero"));
    fakes.addEventListener("input", () => set(at));
    box.append(list.box, picture, slider, jumps, amounts, results, near, said);

    let speaking = 0;
    function set(k) {
      at = k;
      slider.value = k;
      // As the clips have it, exactly, until the reader moves it.
      const share = fakes.value === own ? undefined : fakes.value / 100;
      const found = numbers(panel, k, share);
      amount.textContent = `${fakes.value}\u202f%`;
      near.textContent = `Nearest to the threshold: ${nearClips(panel, k).join(", ")}.`;
      slider.setAttribute("aria-valuetext", found.said);
      results.replaceChildren(...found.tables);
      if (drawing) drawing.move(k);
      Object.keys(POINTS).forEach((name, i) => {
        jumps.children[i].setAttribute("aria-pressed", panel.points[name] === k);
      });
      // A screen reader hears where a drag ended, not each step of it.
      clearTimeout(speaking);
      speaking = setTimeout(() => (said.textContent = found.said), 400);
    }

    function draw() {
      const width = Math.round(picture.clientWidth);
      if (width === 0) return;
      drawing = plot(panel, width);
      picture.replaceChildren(drawing.svg);
      drawing.move(at);
    }

    function show(next, point) {
      const of = trials[`${next.group}/${next.partition}`];
      const counts = {};
      for (const name of of.attacks.filter((_, i) => of.labels[i] === 0)) {
        counts[name] = (counts[name] ?? 0) + 1;
      }
      const names = [ALL, ...Object.keys(counts).sort()];
      const kept = names.includes(attack.value) ? attack.value : ALL;
      attack.replaceChildren(...names.map((name) => element("option", { value: name },
        name === ALL ? ALL : `${name} (${counts[name]})`)));
      attack.value = kept;
      panel = select(next, of, bars, kept);
      const totals = panel.counts.map(sum);
      fakes.value = Math.round((100 * totals[0]) / sum(totals));
      own = fakes.value;
      slider.max = panel.thresholds.length - 1;
      at = panel.points[point];
      draw();
      set(at);
    }

    function drag(event) {
      const left = picture.getBoundingClientRect().left;
      set(nearest(panel, drawing.valueAt(event.clientX - left)));
    }
    picture.addEventListener("pointerdown", (event) => {
      picture.setPointerCapture(event.pointerId);
      drag(event);
    });
    picture.addEventListener("pointermove", (event) => {
      if (picture.hasPointerCapture(event.pointerId)) drag(event);
    });
    new ResizeObserver(draw).observe(picture);
    show(list.chosen(), "zero");
    return box;
  }

  /* Start every explorer of the page, inside its figure if it has one. */
  function start() {
    for (const place of document.querySelectorAll(".score-explorer")) {
      const data = JSON.parse(place.querySelector("script").textContent);
      const box = widget(data);
      const figure = document.getElementById(place.dataset.figure);
      const still = figure && figure.querySelector("img");
      if (still) {
        const kept = still.closest("a") || still;
        kept.classList.add("explorer-still");
        kept.before(box);
        place.classList.add("explorer-source");
      } else {
        place.append(box);
      }
    }
  }

  return { alwaysSpoof, confusion, drawn, element, equalErrorRate, measures, nearClips,
    nearest, select, start };
})();

if (typeof module !== "undefined") {
  module.exports = ScoreExplorer;
} else if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", ScoreExplorer.start);
} else {
  ScoreExplorer.start();
}
