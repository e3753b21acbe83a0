// <details class="menu">: one open at a time, arrows walk, typing jumps, Escape closes and gives the focus back.
const openMenus = () => document.querySelectorAll("details.menu[open]");
const items = (menu) => [...menu.querySelectorAll(".menu__item:not([disabled])")].filter((el) => el.offsetParent !== null);

export function close(menu, focus = false) {
  menu.open = false;
  if (focus) menu.querySelector("summary").focus();
}

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("details.menu")) return;
  menu.querySelector("summary").setAttribute("aria-expanded", menu.open);
  if (!menu.open) return;
  for (const other of openMenus()) if (other !== menu && !other.contains(menu)) close(other);
  keepInside(menu.querySelector(".menu__list"));
}, true);

// a menu near the edge of the window opens the other way
function keepInside(list) {
  list.classList.remove("is-turned");
  const box = list.getBoundingClientRect();
  const menu = list.closest(".menu");
  if (menu.closest(".nav")) return; // placed by its sheet
  if (box.left < 0 || box.right > innerWidth) menu.classList.toggle("menu--end");
  if (box.bottom > innerHeight && box.height < menu.getBoundingClientRect().top) menu.classList.add("menu--up");
}

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) close(menu);
    else if (event.target.closest(".menu__item") && !event.target.closest("[data-stay]")) close(menu);
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu");
  if (!menu) return;
  const list = items(menu);
  const at = list.indexOf(document.activeElement);
  const go = (n) => { event.preventDefault(); list.at(n)?.focus(); };
  if (!menu.open) {
    if (event.key === "ArrowDown" && event.target.matches("summary")) {
      event.preventDefault();
      menu.open = true;
      requestAnimationFrame(() => items(menu)[0]?.focus());
    }
    return;
  }
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(menu, true); }
  else if (event.key === "ArrowDown") go((at + 1) % list.length);
  else if (event.key === "ArrowUp") go(at <= 0 ? -1 : at - 1);
  else if (event.key === "Home") go(0);
  else if (event.key === "End") go(-1);
  else if (event.key === "Tab") close(menu);
  else if (event.key.length === 1 && event.key !== " " && !event.target.matches("input") && !event.ctrlKey && !event.metaKey) {
    const wanted = event.key.toLocaleLowerCase();
    const found = [...list.slice(at + 1), ...list.slice(0, at + 1)].find((el) => el.textContent.trim().toLocaleLowerCase().startsWith(wanted));
    if (found) { event.preventDefault(); event.stopPropagation(); found.focus(); }
  }
}, true);
