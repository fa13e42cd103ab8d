/* A line on each spectrogram, where its clip is being played. A click on the picture
   plays from there; the keyboard has the player's own controls. In the chapters about
   single clips, a button sends the clip to the page "Ask about a clip". */
"use strict";

(() => {
  function follow(figure) {
    const picture = figure.querySelector(".report-picture");
    const audio = figure.querySelector("audio");
    const style = getComputedStyle(picture);
    const [left, width, seconds] = ["--left", "--width", "--seconds"].map((name) =>
      Number(style.getPropertyValue(name)),
    );
    const line = document.createElement("div");
    line.className = "report-playhead";
    line.hidden = true;
    picture.append(line);

    function show() {
      // Not of the player's own duration, which may count an encoder's padding.
      const share = audio.currentTime / seconds;
      line.style.left = `${100 * (left + width * Math.min(share, 1))}%`;
      line.hidden = audio.paused && audio.currentTime === 0;
      if (!audio.paused) requestAnimationFrame(show);
    }
    for (const event of ["play", "pause", "seeked", "timeupdate", "ended"]) {
      audio.addEventListener(event, show);
    }
    picture.addEventListener("click", (event) => {
      const box = picture.getBoundingClientRect();
      const share = ((event.clientX - box.left) / box.width - left) / width;
      audio.currentTime = seconds * Math.min(Math.max(share, 0), 1);
      audio.play();
    });
    // One voice at a time.
    audio.addEventListener("play", () => {
      for (const other of document.querySelectorAll("audio")) {
        if (other !== audio) other.pause();
      }
    });
  }

  const ASKING = /08_check_a_clip|12_listening/;

  function offer(figure) {
    const audio = figure.querySelector("audio");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "report-ask";
    button.textContent = "Ask the detector";
    button.addEventListener("click", () => {
      const name = audio.getAttribute("aria-label");
      sessionStorage.setItem("clip", JSON.stringify({ name, source: audio.src }));
      const root = document.documentElement.dataset.content_root;
      location.href = `${root}book/ask_of_a_clip.html`;
    });
    figure.append(button);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const players = document.querySelectorAll(".report-player");
    players.forEach(follow);
    if (ASKING.test(location.pathname)) players.forEach(offer);
  });
})();
