// The page around the cards: what is chosen in it, and what the server says of decks and cards.
// Everything a deck says is set as text; cards alone are HTML, in a frame that runs nothing.

const ALL = "all";
const at = (id) => document.getElementById(id);
const kebab = (words) => words.replace(/\W+/g, "-");

const chosen = { deck: "", id: "", number: 1, side: "front" };
let decks = { decks: [], cards: [], unread: [], problems: [], remarks: [] };
let about = null;

function element(name, className, ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

const key = (card) => `${card.deck}/${card.id}`;
const address = (card) => `/cards/${encodeURIComponent(card.deck)}/${encodeURIComponent(card.id)}`;
// A question is Markdown: its code is set as code, all else as it was typed, as in the report.
const spans = (question) =>
  question.split(/`([^`]+)`/).map((part, index) => (index % 2 ? element("code", "", part) : part));
const chip = (word) => element("span", `chip ${kebab(word)}`, word);

async function ask(path) {
  const answer = await fetch(path);
  return answer.ok ? answer.json() : null;
}

// ---------------------------------------------------------------- the list

function matching() {
  const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const verdict = at("verdict").value;
  const tag = at("tag").value;
  return decks.cards.filter(
    (card) =>
      words.every((word) => card.text.includes(word)) &&
      (verdict === ALL || card.verdict === verdict) &&
      (tag === ALL || card.tags.includes(tag)),
  );
}

function offer(id, values) {
  const select = at(id);
  const before = select.value || ALL;
  const offered = [ALL, ...new Set([...(before === ALL ? [] : [before]), ...values])];
  if (offered.join() === [...select.options].map((option) => option.value).join()) return; // it may be open
  select.replaceChildren(...offered.map((value) => new Option(value, value, false, value === before)));
}

const items = new Map();

function item(card) {
  if (!items.has(key(card))) {
    const button = element("button", "");
    button.type = "button";
    button.addEventListener("click", () => (button.ariaCurrent ? flip() : choose({ deck: card.deck, id: card.id })));
    items.set(key(card), element("li", "", button));
  }
  const made = items.get(key(card));
  made.firstChild.replaceChildren(
    chip(card.verdict),
    element("span", "question", element("b", "", card.label), " ", ...spans(card.question)),
  );
  made.firstChild.ariaCurrent = key(card) === key(chosen) ? "true" : null;
  return made;
}

function showList() {
  const cards = matching();
  const shown = cards.map(item);
  const list = at("list");
  // Whoever is on an item with the keyboard stays there, unless the list is another one.
  if (shown.length !== list.children.length || shown.some((each, index) => each !== list.children[index])) {
    list.replaceChildren(...shown);
  }
  at("count").textContent = `${cards.length} of ${decks.cards.length} cards`;
}

function showProblems() {
  at("unread").replaceChildren(...decks.unread.map((problem) => element("pre", "notice", problem)));
  const found = [...decks.problems, ...decks.remarks];
  const told = found.map((problem) => element("li", "", element("pre", "", problem)));
  at("problems").replaceChildren(
    ...(found.length ? [element("h2", "", `Of all decks: ${found.length}`), element("ul", "findings", ...told)] : []),
  );
}

async function showDecks() {
  decks = (await ask("/decks")) ?? decks;
  document.title = [...decks.decks.map((deck) => deck.name), "deckgen preview"].join(" · ");
  offer("verdict", decks.cards.map((card) => card.verdict).sort());
  offer("tag", decks.cards.flatMap((card) => card.tags).sort());
  showProblems();
  const there = decks.cards.some((card) => key(card) === key(chosen));
  if (there || !decks.cards.length) await showCard();
  else await choose(decks.cards[0]);
}

// ---------------------------------------------------------------- the card

async function choose(card, number = 1) {
  Object.assign(chosen, { deck: card.deck, id: card.id, number, side: "front" });
  await showCard();
  items.get(key(chosen))?.scrollIntoView({ block: "nearest" });
}

async function showCard() {
  showList();
  const wanted = key(chosen);
  const listed = decks.cards.some((card) => key(card) === wanted);
  const found = listed ? await ask(address(chosen)) : null;
  if (wanted !== key(chosen)) return; // another was chosen meanwhile
  about = found;
  showAbout();
  showSide();
}

function showSide() {
  if (!about) return;
  chosen.number = Math.min(chosen.number, about.cards);
  const night = at("night").ariaPressed === "true" ? "night&" : "";
  // The stamp is that of what the card says, so that nothing blinks while something else is edited.
  const side = `${address(chosen)}/${chosen.number}/${chosen.side}?${night}${about.stamp}`;
  if (at("card").getAttribute("src") !== side) at("card").src = side;
  at("flip").textContent = chosen.side === "front" ? "Show answer" : "Show question";
}

function flip() {
  chosen.side = chosen.side === "front" ? "back" : "front";
  showSide();
}

function go(step) {
  const number = chosen.number + step;
  if (about && number >= 1 && number <= about.cards) {
    choose(chosen, number);
    return;
  }
  const cards = matching();
  const index = cards.findIndex((card) => key(card) === key(chosen));
  const next = cards[index < 0 ? 0 : index + step];
  if (next) choose(next);
}

function showAbout() {
  if (!about) {
    at("about").replaceChildren(element("p", "", decks.cards.length ? "This card is gone." : "There is no card."));
    return;
  }
  const part = (title, ...children) => [element("h3", "", title), ...children];
  const rows = about.environments.map((each) =>
    element("tr", "", element("th", "", each.name), element("td", "", chip(`${each.sign} ${each.word}`))),
  );
  rows.forEach((row) => Object.assign(row.firstChild, { scope: "row" }));
  rows.forEach((row, index) => row.querySelector(".chip").classList.add(kebab(about.environments[index].word)));
  const several = about.cards > 1 ? `, card ${chosen.number} of ${about.cards}` : "";
  at("about").replaceChildren(
    element("p", "verdict", chip(about.verdict), element("span", "", ` ${about.label}${several}`)),
    element("p", "quiet", element("code", "", about.place), " ", element("code", "", `#${about.id}`)),
    element("p", "quiet", about.tags.join(" ")),
    ...about.problems.map((problem) => element("pre", "", problem)),
    ...(rows.length ? part("Where it holds", element("table", "", element("tbody", "", ...rows))) : []),
    ...(about.proof.length ? part("Proof") : []),
    ...about.proof.map(({ role, code }) =>
      element("figure", "", element("figcaption", "", role), element("pre", "", code)),
    ),
  );
}

// ---------------------------------------------------------------- what is pressed and tapped

function pressed(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const busy = event.target.closest?.("input, select, a, summary, audio, button");
  if (event.key === "Enter" && event.target.id === "typeans") flip();
  else if (busy?.matches("input, select, audio")) return;
  else if (event.key === "ArrowRight") go(1);
  else if (event.key === "ArrowLeft") go(-1);
  else if (!busy && [" ", "Enter"].includes(event.key)) flip();
  else return;
  event.preventDefault();
}

function tapped(event) {
  const link = event.target.closest("a[href]");
  if (link) {
    event.preventDefault(); // the frame stays where it is, as Anki's does
    window.open(link.href, "_blank", "noopener");
  } else if (!event.target.closest("summary, audio, input") && event.view.getSelection().isCollapsed) {
    flip();
    at("card").blur(); // so that keys are heard while the frame loads
  }
}

at("card").addEventListener("load", () => {
  const shown = at("card").contentDocument; // none where the card has just gone
  shown?.addEventListener("keydown", pressed);
  shown?.addEventListener("click", tapped);
});
document.addEventListener("keydown", pressed);
document.addEventListener("click", (event) => {
  if (event.detail) event.target.closest("button")?.blur(); // who uses a mouse turns the card by the next space
});
at("flip").addEventListener("click", flip);
at("next").addEventListener("click", () => go(1));
at("previous").addEventListener("click", () => go(-1));
for (const id of ["search", "verdict", "tag"]) at(id).addEventListener("input", showList);

at("night").addEventListener("click", () => {
  at("night").ariaPressed = String(at("night").ariaPressed !== "true");
  showSide();
});
for (const screen of ["phone", "desktop"]) {
  at(screen).addEventListener("click", () => {
    at("device").className = screen;
    for (const each of ["phone", "desktop"]) at(each).ariaPressed = String(each === screen);
  });
}

// ---------------------------------------------------------------- what has changed

const events = new EventSource("/events");
let shown = null; // which version of the decks is on the page
let latest = 0;
let updating = false;
events.addEventListener("message", async (event) => {
  const told = JSON.parse(event.data);
  at("status").textContent = told.progress;
  latest = told.version;
  if (updating) return; // what is new by then is shown next
  updating = true;
  try {
    while (shown !== latest) {
      shown = latest;
      await showDecks();
    }
  } finally {
    updating = false; // also where the server went in the middle of it
  }
});
events.addEventListener("error", () => {
  shown = null; // the next preview at this address counts its versions anew
  at("status").textContent = "deckgen preview has ended";
});
