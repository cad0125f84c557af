// Tells by a notification of the browser that a job has ended: only when it was asked for, on this browser.
const WANTED = "parafine-notify";
const SEEN = "parafine-notified";
// Ends that are no news. Lives as long as the page is loaded, while the button is drawn anew on every page of the app.
let known;

function seen() {
  try {
    return new Set(JSON.parse(localStorage.getItem(SEEN) || "[]"));
  } catch {
    return new Set();
  }
}

function draw(button, words) {
  const wanted = localStorage.getItem(WANTED) === "yes";
  const state = !("Notification" in window) ? "missing" : Notification.permission === "denied" ? "denied" : wanted && Notification.permission === "granted" ? "on" : "off";
  button.textContent = words[state];
  button.setAttribute("aria-pressed", String(state === "on"));
  button.disabled = state === "missing" || state === "denied";
}

export default function ({ data: [data], parentElement }) {
  let button = parentElement.querySelector(".parafine-notify");
  if (!button) {
    button = document.createElement("button");
    button.className = "parafine-notify";
    button.type = "button";
    parentElement.appendChild(button);
  }
  button.onclick = async () => {
    if (localStorage.getItem(WANTED) === "yes" && Notification.permission === "granted") localStorage.setItem(WANTED, "no");
    else if ((await Notification.requestPermission()) === "granted") localStorage.setItem(WANTED, "yes");
    draw(button, data.words);
  };
  draw(button, data.words);
  // What had ended before this page was opened is no news.
  known = new Set([...seen(), ...(known || data.ended.map((entry) => entry.id))]);
  for (const entry of data.ended) {
    if (!known.has(entry.id)) {
      known.add(entry.id);
      if ("Notification" in window && localStorage.getItem(WANTED) === "yes" && Notification.permission === "granted") {
        const told = new Notification(entry.title, { body: entry.body, tag: entry.id });
        told.onclick = () => window.focus();
      }
    }
  }
  localStorage.setItem(SEEN, JSON.stringify([...known].slice(-200)));
}
