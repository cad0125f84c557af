// Shows what changes by the second: asks this server for it, and has the page drawn again once more than that has changed.
export default function ({ data: [data], parentElement, setTriggerValue }) {
  let node = parentElement.querySelector(".parafine-follow");
  if (!node) {
    node = document.createElement("div");
    node.className = "parafine-follow";
    parentElement.appendChild(node);
  }
  const show = (html) => {
    if (node.shown !== html) node.innerHTML = node.shown = html;
  };
  let version = "";
  let timer;
  const ask = async () => {
    if (!document.hidden || data.unseen) {
      try {
        const answer = await fetch(data.address + "?have=" + version);
        if (node.ask !== ask) return;
        if (answer.status === 200) {
          const now = await answer.json();
          version = answer.headers.get("X-Version");
          if (now.mark === data.mark) show(now.html);
          else setTriggerValue("changed", now.mark);
        }
      } catch {
        // The server is away, or starts: it is asked again.
      }
    }
    if (node.ask === ask) timer = setTimeout(ask, data.every * 1000);
  };
  show(data.html);
  node.ask = ask;
  timer = setTimeout(ask, data.every * 1000);
  return () => {
    clearTimeout(timer);
    if (node.ask === ask) node.ask = undefined;
  };
}
