// Helps reading: one button opens and closes all folds of a page, and the menu shows the
// entry of the page instead of the place where it was left.
window.addEventListener("load", () => {
  const menu = document.querySelector(".bd-sidebar-primary");
  const entry = menu?.querySelector("li.current.active > a");
  if (menu) {
    menu.scrollTop = entry ? entry.offsetTop - menu.clientHeight / 2 : 0;
  }
  const folds = [...document.querySelectorAll("article details.hide")];
  window.addEventListener("beforeprint", () => {  // what is folded is printed
    folds.forEach((fold) => { fold.open = true; });
  });
  const title = document.querySelector("article h1");
  if (!title || folds.length < 2) {
    return;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "show-code";
  const update = (open) => {
    folds.forEach((fold) => { fold.open = open; });
    button.textContent = open ? "Fold all code" : "Show all code";
    button.setAttribute("aria-pressed", String(open));
  };
  button.addEventListener("click", () => update(button.getAttribute("aria-pressed") !== "true"));
  update(false);
  title.after(button);
});
