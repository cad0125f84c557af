// A page of paraphrases that is decided on by keys or by buttons. What was decided stands in an outbox until the server says that it
// has it: keys are quicker than answers, and none may be lost. The tab keeps it too, for whoever loads the page anew meanwhile.
const shelf = (data) => `parafine-review ${data.project}`;

function keep(node) {
  if (node.outbox.length) sessionStorage.setItem(shelf(node.data), JSON.stringify(node.outbox));
  else sessionStorage.removeItem(shelf(node.data));
}

// What the page before left unanswered. The server may have done it all the same: said as states, the last of each pair, it does no harm.
function sendWhatWasLeft(node) {
  const left = new Map();
  for (const each of JSON.parse(sessionStorage.getItem(shelf(node.data)) || "[]")) {
    const { number, ...act } = each.act === "undo" ? { act: each.before, id: each.id } : each;
    if (act.act === "edited") left.delete(act.id);
    else if (act.id) left.set(act.id, act);
  }
  for (const act of left.values()) {
    send(node, act);
    if (cardOf(node, act.id)) mark(node, act.id, act.act === "edit" ? "edited" : act.act);
  }
  keep(node);
}

function make(parentElement) {
  const node = document.createElement("div");
  node.className = "parafine-review";
  node.box = Math.random().toString(36).slice(2);
  node.sent = 0;
  node.outbox = [];
  node.history = [];
  node.hints = node.appendChild(document.createElement("div"));
  node.hints.className = "hints";
  node.list = node.appendChild(document.createElement("div"));
  node.list.className = "pairs";
  node.list.setAttribute("role", "group");
  node.said = node.appendChild(document.createElement("div"));
  node.said.className = "aloud";
  node.said.setAttribute("role", "status");
  parentElement.appendChild(node);
  node.list.addEventListener("keydown", (event) => pressed(node, event));
  node.list.addEventListener("focusin", (event) => {
    const card = event.target.closest("article");
    if (card) activate(node, Number(card.dataset.id), false);
  });
  node.list.addEventListener("click", (event) => {
    const card = event.target.closest("article");
    const act = event.target.closest("button")?.dataset.act;
    if (card && act) doIt(node, act, Number(card.dataset.id));
    else if (card && !event.target.closest("textarea") && !String(getSelection())) activate(node, Number(card.dataset.id), true);
  });
  return node;
}

function send(node, act) {
  node.outbox.push({ number: ++node.sent, ...act });
  node.tell("acts", { box: node.box, acts: node.outbox });
  keep(node);
}

const places = (node) => node.pairs.map((pair) => pair.id);
const cardOf = (node, id) => node.list.querySelector(`article[data-id="${id}"]`);

function activate(node, id, focus) {
  node.active = id;
  for (const card of node.list.children) {
    const here = Number(card.dataset.id) === id;
    card.tabIndex = here ? 0 : -1;
    card.classList.toggle("active", here);
    if (here && focus) {
      card.focus({ preventScroll: true });
      card.scrollIntoView({ block: "nearest" });
    }
  }
}

function move(node, by) {
  const ids = places(node);
  const next = ids.indexOf(node.active) + by;
  if (next >= 0 && next < ids.length) activate(node, ids[next], true);
  else if (next < 0 && node.data.before) turn(node, "previous");
  else if (next >= ids.length && node.data.after) turn(node, "next");
}

function turn(node, act) {
  node.active = undefined;
  node.turning = true;
  node.list.setAttribute("aria-busy", "true");
  send(node, { act });
}

function mark(node, id, decision) {
  const card = cardOf(node, id);
  card.dataset.decision = decision;
  card.querySelector(".decision").textContent = node.data.words[decision] || "";
  node.said.textContent = node.data.words[decision] || "";
}

function doIt(node, act, id) {
  if (act === "undo") {
    const last = node.history.pop();
    if (last && cardOf(node, last.id)) {
      mark(node, last.id, last.before);
      activate(node, last.id, true);
    }
    send(node, { act, ...last });
  } else if (act === "edit") edit(node, id);
  else if (act === "cancel") closeEditor(node, id);
  else if (act === "save") save(node, id);
  else {
    const card = cardOf(node, id);
    if (act === "accepted" && card.dataset.decision === "edited") return move(node, 1);
    node.history.push({ id, before: card.dataset.decision });
    mark(node, id, card.dataset.decision === act ? "undecided" : act);
    send(node, { act: card.dataset.decision, id });
    if (card.dataset.decision !== "undecided") move(node, 1);
  }
}

function pressed(node, event) {
  const card = event.target.closest("article");
  if (!card) return;
  const id = Number(card.dataset.id);
  if (event.target.tagName === "TEXTAREA") {
    if (event.key === "Escape") doIt(node, "cancel", id);
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) doIt(node, "save", id);
    else {
      event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const acts = { a: "accepted", r: "rejected", e: "edit", u: "undo" };
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (acts[key]) doIt(node, acts[key], id);
  else if (key === "ArrowDown") move(node, 1);
  else if (key === "ArrowUp") move(node, -1);
  else return;
  // Streamlit takes an r for "run the script again".
  event.preventDefault();
  event.stopPropagation();
}

function field(node, name, value) {
  const label = document.createElement("label");
  label.textContent = node.data.words[name];
  const area = label.appendChild(document.createElement("textarea"));
  area.name = name;
  area.value = value;
  area.rows = Math.min(8, 2 + Math.floor(value.length / 90));
  return label;
}

function edit(node, id) {
  const card = cardOf(node, id);
  if (card.querySelector(".editor")) return;
  const pair = node.pairs.find((each) => each.id === id);
  const editor = document.createElement("div");
  editor.className = "editor";
  editor.appendChild(field(node, "text", pair.text));
  if (pair.question) editor.appendChild(field(node, "question", pair.question));
  editor.appendChild(button(node, "save"));
  editor.appendChild(button(node, "cancel"));
  card.appendChild(editor);
  activate(node, id, false);
  editor.querySelector("textarea").focus();
}

function closeEditor(node, id) {
  cardOf(node, id).querySelector(".editor")?.remove();
  activate(node, id, true);
}

function save(node, id) {
  const editor = cardOf(node, id).querySelector(".editor");
  const [text, question] = ["text", "question"].map((name) => editor.querySelector(`[name=${name}]`)?.value);
  node.history.push({ id, before: cardOf(node, id).dataset.decision });
  closeEditor(node, id);
  mark(node, id, "edited");
  send(node, { act: "edit", id, text, question: question ?? null });
}

function button(node, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.dataset.act = act;
  made.textContent = node.data.words[`${act}_button`];
  return made;
}

function drawn(node, pair) {
  const card = document.createElement("article");
  card.dataset.id = pair.id;
  card.dataset.decision = pair.decision;
  card.setAttribute("aria-label", pair.title);
  card.innerHTML = pair.html;
  const row = card.querySelector(".acts");
  for (const act of ["accepted", "rejected", "edit"]) row.appendChild(button(node, act));
  return card;
}

function show(node, data) {
  const hadFocus = node.list.contains(document.activeElement);
  node.data = data;
  node.pairs = data.pairs;
  node.outbox = data.box === node.box ? node.outbox.filter((each) => each.number > data.done) : node.outbox;
  if (node.list.childElementCount) keep(node);
  node.hints.innerHTML = data.hints;
  node.list.setAttribute("aria-label", data.words.list);
  // While something is under way, what stands here is newer than what the server says.
  if (node.outbox.length) return;
  const open = new Map([...node.list.querySelectorAll(".editor")].map((each) => [each.parentElement.dataset.id, each]));
  const scrolled = node.turning ? 0 : node.list.scrollTop;
  node.list.replaceChildren(...data.pairs.map((pair) => drawn(node, pair)));
  for (const [id, editor] of open) cardOf(node, id)?.appendChild(editor);
  node.list.scrollTop = scrolled;
  node.list.removeAttribute("aria-busy");
  const isPicked = Boolean(data.picked) && data.picked !== node.picked;
  if (isPicked) node.active = data.picked;
  node.picked = data.picked;
  const ids = places(node);
  const editing = node.list.querySelector(".editor textarea");
  const focus = (hadFocus || node.turning || isPicked) && !editing;
  if (ids.length) activate(node, ids.includes(node.active) ? node.active : ids[0], focus);
  if (editing && hadFocus) editing.focus();
  node.turning = false;
}

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const known = parentElement.querySelector(".parafine-review");
  const node = known || make(parentElement);
  node.tell = setTriggerValue;
  show(node, data);
  if (!known) sendWhatWasLeft(node);
}
